"""Mailigen API 1.8, a legacy upstream: one account as a mailing tool. Facts: docs/systems/mailigen.md."""
