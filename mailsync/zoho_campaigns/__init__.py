"""Zoho Campaigns API v1.1: one account as a mailing tool."""
