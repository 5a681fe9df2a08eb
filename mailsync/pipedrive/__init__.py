"""Pipedrive: its addresses, prices, limits, fields, filters and error codes. Facts: `docs/systems/pipedrive.md`."""
