"""Pipedrive as a CRM to read: API v2, and v1 where it has no twin."""
