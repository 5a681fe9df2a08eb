"""Zoho Survey as a system of source-campaigns."""
