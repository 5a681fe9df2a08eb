"""Zoho's accounts server and data centres, which four systems share."""
