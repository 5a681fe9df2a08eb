"""Zoho Survey: its private tree, and responses as they come by webhook and by export. Facts: `docs/systems/zoho_survey.md`."""
