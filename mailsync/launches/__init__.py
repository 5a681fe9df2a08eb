"""Campaigns launched to people of the CRM: prepared, reviewed, and sent at most once. Free of Airbyte and of any vendor."""
