"""The configuration form, as Airbyte's form rules want it: no anyOf, no $ref, one const per oneOf branch, secrets marked."""

from __future__ import annotations

from typing import Any

from destination_campaigns.invitation_form import invitations_form
from destination_campaigns.launch_spec import form as launch_form
from destination_campaigns.systems import FRAGMENTS
from mailsync.airbyte.form_parts import choice as _choice
from mailsync.airbyte.form_parts import flag as _flag
from mailsync.airbyte.form_parts import text as _text
from mailsync.airbyte.ledger_place import ledger_form
from mailsync.mailing_account import NEW_KINDS

DOCUMENTATION_URL = "https://github.com/crm-campaigns-bridge/crm-campaigns-bridge/blob/main/docs/connectors/destination-campaigns.md"
SYNC_MODES = ("append_dedup", "append", "overwrite")
ON_DELETE = ("remove", "keep", "suppress")
BACKFILLS = ("with_fields", "membership_first")
WHEN_SPENT = ("postpone", "stop")
LONG_VALUES = ("reject", "cut")
SIGNUP_FORMS = ("private", "public")
OPT_OUT_REACHES = ("ours", "everyone")
RETURNS = ("once", "never")
STATUSES = ("expected", "absent")


def specification() -> dict[str, Any]:
    """The content of the SPEC message."""
    return {
        "documentationUrl": DOCUMENTATION_URL,
        "supportsIncremental": True,
        "supported_destination_sync_modes": list(SYNC_MODES),
        "connectionSpecification": {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "title": "Campaigns",
            "required": ["system", "sync_name", "ledger", "consent_confirmed"],
            "properties": {name: {**schema, "order": order} for order, (name, schema) in enumerate(_properties().items())},
        },
    }


def _properties() -> dict[str, dict[str, Any]]:
    return {
        "system": {
            "type": "object",
            "title": "Mailing tool",
            "description": "Where the mailing lists are.",
            "oneOf": [dict(fragment) for fragment in FRAGMENTS.values()],
        },
        "sync_name": _text(
            "Sync name", "Names this sync in the ledger. Keep it: another name is another sync that owns nobody.", examples=["newsletter"]
        ),
        "ledger": ledger_form("who was put on which list by it."),
        "streams": {
            "type": "array",
            "title": "Streams and lists",
            "description": "Which stream feeds which list. Empty where the platform's own mapping says so for every stream.",
            "items": _stream(),
        },
        "launches": {
            "type": "array",
            "title": "Launches",
            "description": "Campaigns that are made, and sent once, to people of these streams.",
            "items": launch_form(record_options()),
        },
        "invitations": invitations_form(),
        "consent_confirmed": _flag(
            "Consent confirmed", "I have the consent, or another lawful basis, to mail the people in these streams. Nothing is written without it."
        ),
        **_rules(),
        **_exceptions(),
        "dry_run": _flag("Dry run", "Tell exactly what a run would do, and do none of it. No state is given back; the ledger stays as it is."),
        "reject_file": _text("Reject file", "Rejected records by CRM id with their reasons, written at the end of each run. Ends in .csv or .jsonl."),
        "dry_run_file": _text("File of the dry run", "Where its plan is written as JSON, with every single write. The log has it without those."),
    }


def _stream() -> dict[str, Any]:
    properties = {
        "stream": _text("Stream", "The stream's name, as the source calls it.", examples=["Leads"]),
        "list_name": _text("List name", "The list to feed, by name. Or give its key."),
        "list_key": _text("List key", "The list to feed, by key."),
        "create_list": _flag("Create the list", "Create it when no list has this name."),
        "first_contact": _text("First contact", "Zoho Campaigns: an address of yours to create the list with; it cannot create an empty one."),
        "signup_form": _choice("Sign-up form of a created list", "Zoho Campaigns: a public list asks each person for a confirmation.", SIGNUP_FORMS),
        "on_delete": _choice("When the last record of an address is gone", "Suppress is for the whole account and cannot be undone.", ON_DELETE),
        "topic": _text("Topic", "Zoho Campaigns: topic name or id for accounts with topics; several with commas."),
        "source": _text("Source tag", "Sent when somebody is added; Zoho Campaigns does not change it later. Mailigen keeps it in a field SOURCE."),
        **record_options(),
    }
    return {
        "type": "object",
        "title": "Stream",
        "required": ["stream"],
        "properties": {name: {**schema, "order": order} for order, (name, schema) in enumerate(properties.items())},
    }


def record_options() -> dict[str, dict[str, Any]]:
    """How a stream's records are read."""
    return {
        "address_field": _text("Address column", "Default: the e-mail column called Email, else the first e-mail column."),
        "opt_out_field": _text("Opt-out column", "Default: Email_Opt_Out where the stream has it."),
        "no_opt_out_field": _flag("There is no opt-out column", "I confirm that this stream has none."),
        "mapping": {
            "type": "array",
            "title": "Mapping",
            "description": "Columns to contact fields. Default: those of the same name.",
            "items": {
                "type": "object",
                "required": ["column", "field"],
                "properties": {
                    "column": _text("Column", "Of the stream.", order=0),
                    "field": _text("Field", "Of the mailing tool.", order=1),
                    "type": _text("Type", "Of a field that is created. Default: by the column.", enum=list(NEW_KINDS), order=2),
                },
            },
        },
        "create_fields": _flag("Create missing fields", "Create mapped fields that the mailing tool lacks: numbers as numbers, all else as text."),
        "required": {
            "type": "array",
            "title": "Required columns",
            "description": "A record with one of them empty is rejected.",
            "items": {"type": "string"},
        },
        "update_empty": _flag("Update empty", "An erased value erases the field.", default=True),
        "long_values": _choice("A value longer than its field", "Reject the record, or cut the value; both are counted.", LONG_VALUES),
        "last_contacted_field": _text("Last contacted column", "Who was contacted last wins an address that several records share."),
        "last_modified_field": _text("Last modified column", "Decides where nobody was contacted."),
    }


def _rules() -> dict[str, dict[str, Any]]:
    return {
        "share_of_limit": {
            "type": "number",
            "title": "Share of the vendor's limits",
            "description": "How much of each documented limit of calls is ours.",
            "default": 0.9,
            "minimum": 0.01,
            "maximum": 0.99,
        },
        "when_budget_is_spent": _choice("When the day's calls are spent", "Postpone the rest to the next run, or stop with an error.", WHEN_SPENT),
        "backfill": _choice(
            "First load",
            "Membership first puts people onto the list ten a call and lets their fields follow at the end of the run, or on later days. Until then "
            "campaigns find no names, segments find nobody, and a welcome mail goes out without fields. Not with topics or a source tag.",
            BACKFILLS,
        ),
        "crm_opt_out_reaches": _choice("A CRM opt-out takes off", "Only people this sync added, or everyone on the list.", OPT_OUT_REACHES),
        "return_after_removal": _choice(
            "Who was removed by us and comes back in the CRM", "The vendor's mark of our removal is that of an unsubscribe.", RETURNS
        ),
        "stream_statuses": _choice(
            "Stream statuses of the host", "Absent: this host forwards none, and the end of the input means that every stream is complete.", STATUSES
        ),
    }


def _exceptions() -> dict[str, dict[str, Any]]:
    return {
        "adopt_existing": _flag("Adopt people already on the list", "They are updated, and never removed by us."),
        "confirm_after_ledger_loss": _flag(
            "The ledger was lost", "With an empty ledger, erased people may return and a form list may mail twice. I accept."
        ),
        "allow_confirmation_mails": _flag("Allow confirmation mails", "Subscribe people to lists with a sign-up form; each gets a mail."),
        "allow_removals_over_brake": _flag("Allow a large removal once", "For one run: remove more than 50 people or 5 % of those we added."),
    }
