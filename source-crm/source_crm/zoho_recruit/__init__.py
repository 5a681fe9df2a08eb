"""Zoho Recruit as a source: its manifest, its configuration, and the streams of its modules."""
