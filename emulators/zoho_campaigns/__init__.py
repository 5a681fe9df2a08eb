"""Zoho Campaigns API v1.1: lists, subscribers, fields, topics, tags, and what campaigns did. Facts: `docs/systems/zoho_campaigns.md`."""

from emulators.zoho_campaigns.vendor import ZohoCampaigns

__all__ = ["ZohoCampaigns"]
