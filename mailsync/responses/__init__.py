"""What people did with a mailing, written back to a CRM: absorb a set that never shrinks, show what follows. Rules: docs/responses.md."""
