"""Zoho Survey: the private tree that registered integrations use, webhooks, exports and invitations. Facts: `docs/systems/zoho_survey.md`."""

from emulators.zoho_survey.vendor import ZohoSurvey

__all__ = ["ZohoSurvey"]
