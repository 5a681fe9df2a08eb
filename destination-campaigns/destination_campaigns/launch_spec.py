"""The form of one launch, as Airbyte's form rules want it."""

from __future__ import annotations

from typing import Any

from mailsync.airbyte.form_parts import choice, flag, ordered, text, texts

THEN = ("draft", "schedule", "send")


def form(record_options: dict[str, dict[str, Any]] | None = None) -> dict[str, Any]:
    """The schema of an entry of `launches`. `record_options`: how a stream's records are read."""
    return {
        "type": "object",
        "title": "Launch",
        "required": ["launch_key", "recipients", "campaign_name", "subject", "from_email"],
        "properties": ordered({**_people(record_options or {}), **_message(), **_going_out()}),
    }


def recipients_form(record_options: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The schema of one of its recipients."""
    own = {
        "stream": text("Stream", "The stream whose people get it.", examples=["Campaign_Members"]),
        "campaign": text("Campaign", "Of a stream of campaign members: only those of this campaign of the CRM, by id or name."),
    }
    return {"type": "object", "title": "Recipients", "required": ["stream"], "properties": ordered({**own, **record_options})}


def _people(record_options: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        "launch_key": text("Key", "Names this launch for ever. A launch happens once; another key is another launch.", examples=["spring-2027"]),
        "recipients": {
            "type": "array",
            "title": "Recipients",
            "description": "Whose people get the campaign: 200,000 from each module and 400,000 in all at most.",
            "items": recipients_form(record_options),
        },
        "list_name": text("List name", "The list they are put on. Best a new one."),
        "list_key": text("List key", "Or an existing list, by key."),
        "create_list": flag("Create the list", "Create it when no list has this name."),
        "first_contact": text("First contact", "Zoho Campaigns: an address of yours to create the list with; it gets the campaign too."),
        "send_to_existing_members": flag("Send to existing members", "The campaign goes to everybody on the list, also to those on it before."),
    }


def _message() -> dict[str, dict[str, Any]]:
    return {
        "campaign_name": text("Campaign name", "What it is called in the mailing tool; the launch's key is added to it."),
        "subject": text("Subject", "With merge tags, if you like."),
        "from_name": text("Sender's name", "Who it is from."),
        "from_email": text("Sender", "An address at a domain of your own, verified in the mailing tool."),
        "content_page": text("Content", "A public page that the mailing tool fetches when the campaign is made."),
        "content_file": text("Content file", "Mailigen: an HTML file instead."),
        "topic": text("Topic", "Zoho Campaigns: topic name or id. Only people subscribed to it get the campaign."),
        "other_tags": texts("Other merge tags", "Merge tags of subject and content that the mailing tool fills by itself."),
    }


def _going_out() -> dict[str, dict[str, Any]]:
    return {
        "test_addresses": texts("Test addresses", "Mailigen: up to five addresses of yours that get a test mail first."),
        "then": choice("Then", "Leave the campaign as a draft, schedule it, or send it once everybody is on the list.", THEN),
        "at": text("Time", "When a scheduled campaign goes out, with its distance from UTC.", examples=["2027-03-01T09:30:00+01:00"]),
        "time_zone": text("Time zone", "Zoho Campaigns, for a scheduled campaign: the account's own time zone.", examples=["Europe/Berlin"]),
        "release": text("Release", "The code that a held launch names: lets the call go that is held, once."),
    }
