"""Zoho CRM v8: calls, metadata, the three roads to records, and one canonical form for them."""
