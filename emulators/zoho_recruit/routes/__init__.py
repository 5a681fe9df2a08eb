"""The calls in which Recruit differs from Zoho CRM, by subject."""
