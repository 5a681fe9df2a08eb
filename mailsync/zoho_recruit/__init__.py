"""Zoho Recruit v2: where it lives, and what it says otherwise than Zoho CRM."""
