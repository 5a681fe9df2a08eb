"""Zoho Campaigns as a system of source-campaigns."""
