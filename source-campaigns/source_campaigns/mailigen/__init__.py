"""Mailigen as a system of source-campaigns."""
