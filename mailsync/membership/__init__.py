"""Who is on which list because of us: absorb what the CRM claims, then reconcile with the mailing tool. Rules: docs/membership.md."""
