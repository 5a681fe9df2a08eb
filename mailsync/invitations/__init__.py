"""People of a CRM invited to surveys, each once: rules without Airbyte and without a vendor. Told in docs/membership.md, "Invitations"."""
