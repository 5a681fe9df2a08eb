"""The configuration form, as Airbyte's form rules want it: no anyOf, no $ref, one const per oneOf branch, secrets marked."""

from __future__ import annotations

from typing import Any

from destination_crm.survey_options import survey_form
from destination_crm.systems import SYSTEMS
from mailsync.airbyte.form_parts import choice, flag, ordered, text, texts
from mailsync.airbyte.ledger_place import ledger_form
from mailsync.launches.launcher import State

DOCUMENTATION_URL = "https://github.com/crm-campaigns-bridge/crm-campaigns-bridge/blob/main/docs/connectors/destination-crm.md"
SYNC_MODES = ("append_dedup", "append")
HOLDS = ("responses", "campaigns", "campaign_reports", "contacts", "survey_responses")
KINDS = ("unsent", "soft_bounce", "sent", "delivered", "unopened", "hard_bounce", "opened", "clicked", "replied", "unsubscribed", "complaint")
COUNTED = tuple(kind for kind in KINDS if kind != "unopened")
STATES = tuple(state.value for state in State if state is not State.UNKNOWN)
RECORDS = ("if_supported", "required", "off")
OPT_OUT = ("proven", "never", "any_leaving")
MAKES = ("activity", "deal", "note")
WHEN_SPENT = ("postpone", "stop")
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
            "title": "CRM",
            "required": ["system", "sync_name", "ledger"],
            "properties": ordered(_properties()),
        },
    }


def _properties() -> dict[str, dict[str, Any]]:
    return {
        "system": {
            "type": "object",
            "title": "CRM",
            "description": "Where the people are.",
            "oneOf": [dict(system.fragment) for system in SYSTEMS.values()],
        },
        "sync_name": text(
            "Sync name", "Names this sync in the ledger. Keep it: another name is another sync that has done nothing yet.", examples=["responses"]
        ),
        "ledger": ledger_form("what each recipient did, and what was made of it in the CRM."),
        "people_modules": texts("Modules of people", "Where people are looked for by address, by API name. Default: those of the CRM."),
        "streams": _list("Streams", "What each stream holds. Default: by the names that source-campaigns gives them.", _stream()),
        "campaigns": _object("Campaigns", "Mailing campaigns as campaigns of the CRM.", _campaigns()),
        "write_member_statuses": flag("Member statuses", "Make recipients members of their campaign, with a status.", default=True),
        "member_statuses": _statuses("Member status of each response", "Texts of the CRM's own list. Default: those of a new account."),
        "status_fields": _list("Status fields", "The status of the latest campaign, as a field of the person.", _status_field()),
        "opt_out": choice(
            "E-mail opt-out",
            "Set it for who left: only where the mailing tool proves that they left the whole account; never; or for any leaving, because the "
            "account's lists are topics of one consent.",
            OPT_OUT,
        ),
        "new_people": _object("New people", "People who are not in the CRM yet.", _new_people()),
        "rule_groups": _list("Rules", "What is made when somebody responds: for everybody, or for the people in a filter.", _group()),
        "surveys": survey_form(),
        **_limits(),
    }


def _list(title: str, description: str, item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "title": title, "description": description, "items": item}


def _object(title: str, description: str, properties: dict[str, dict[str, Any]], *, required: tuple[str, ...] = ()) -> dict[str, Any]:
    needed = {"required": list(required)} if required else {}
    return {"type": "object", "title": title, "description": description, **needed, "properties": ordered(properties)}


def _pairs(title: str, description: str, first: tuple[str, dict[str, Any]], second: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    properties = dict((first, second))
    return _list(title, description, _object(title, description, properties, required=tuple(properties)))


def _statuses(title: str, description: str) -> dict[str, Any]:
    status = text("Status", "Its text in the CRM.", examples=["Opened"])
    return _pairs(title, description, ("response", _kind("Response", "What the recipient did.", KINDS)), ("status", status))


def _kind(title: str, description: str, kinds: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "string", "title": title, "description": description, "enum": list(kinds)}


def _stream() -> dict[str, Any]:
    properties = {"stream": text("Stream", "Its name in the connection."), "holds": _kind("Holds", "What its records are.", HOLDS)}
    return _object("Stream", "One stream.", properties, required=("stream", "holds"))


def _field_text(title: str = "Field", about: str = "Of the CRM, by API name.") -> dict[str, Any]:
    return text(title, about)


def _campaigns() -> dict[str, dict[str, Any]]:
    field, value = ("field", _field_text()), ("value", text("Value", "The same for every one."))
    figure = text("Figure", "A column of campaign_reports.", examples=["opened"])
    column = text("Column", "A column of campaigns.", examples=["subject"])
    return {
        "records": choice("Write campaigns", "Off writes none; required refuses a CRM that has no campaigns.", RECORDS),
        "figures": _pairs("Figures", "Which figure goes into which number field of the campaign.", ("figure", figure), field),
        "facts": _pairs("Facts", "Which other column goes into which field of the campaign.", ("column", column), field),
        "constants": _pairs("Constants", "Fields that are the same for every campaign, such as its type.", field, value),
        "status_field": text(
            "Status field", "A pick list or text of the campaign that shows where the mailing stands. Empty: none.", examples=["Status"]
        ),
        "statuses": _pairs(
            "Texts of the status",
            "Which value the status field has at each state. Default: those of a new account.",
            ("state", _kind("State", "Of the mailing.", STATES)),
            ("value", text("Value", "Of the field's list.", examples=["Complete"])),
        ),
    }


def _status_field() -> dict[str, Any]:
    properties = {
        "module": text("Module", "Of people, by API name.", examples=["Leads"]),
        "field": _field_text("Status field", "A text or pick list of the person, by API name."),
        "campaign_field": _field_text("Campaign field", "A text field for the campaign's name; empty: none."),
        "statuses": _statuses("Texts", "Text for each response. Default: Sent, Opened, Clicked and so on."),
    }
    return _object("Status field", "One field of one module.", properties, required=("module", "field"))


def _new_people() -> dict[str, dict[str, Any]]:
    value = text("Value", "The same for every new person.")
    return {
        "module": text("Module", "Where they are made, by API name. Empty: nobody is made.", examples=["Leads"]),
        "owner": text("Owner", "The user who owns them: id, name or address."),
        "of_recipients": flag("Of recipients", "Who got a campaign and is not in the CRM."),
        "of_subscribers": flag("Of subscribers", "Who is active on a mailing list and is not in the CRM."),
        "lists": texts("Lists", "Only subscribers of these mailing lists, by name or key. Default: all lists."),
        "constants": _pairs("Constants", "Fields that the CRM requires, or that mark them.", ("field", _field_text()), ("value", value)),
    }


def _group() -> dict[str, Any]:
    properties = {
        "filter": text("Filter", "A custom view or filter, by name or id. Empty: everybody who is in no filter named in another group."),
        "module": text("Module of the filter", "By API name.", examples=["Contacts"]),
        "rules": _list("Rules", "None: the people of this filter are left alone.", _rule()),
    }
    return _object("Rules for a filter", "One group.", properties)


def _rule() -> dict[str, Any]:
    properties = {
        "name": text("Name", "Unique. Later runs know the rule by it."),
        "makes": _kind("Makes", "Activities and deals are made once for each person, notes once for each campaign.", MAKES),
        "on": {
            "type": "array",
            "title": "On",
            "description": "Which responses count.",
            "items": {"type": "string", "enum": list(COUNTED)},
        },
        "times": {"type": "integer", "title": "Times", "description": "In how many campaigns.", "default": 1, "minimum": 1},
        "subject": text("Subject", "May hold {campaign}, {status} and {count}. Default: the status and the campaign."),
        "text": text("Text", "The same."),
        "owner": text("Owner", "A user: id, name or address. Empty: the person's owner."),
        "activity_type": text("Type of activity", "As the CRM calls it.", examples=["Tasks", "call"]),
        "due_in_days": {"type": "integer", "title": "Due in days", "description": "Of an activity or a deal.", "minimum": 0},
        "pipeline": text("Pipeline", "Of a deal."),
        "stage": text("Stage", "Of a deal."),
    }
    return _object("Rule", "One rule.", properties, required=("name", "makes", "on"))


def _limits() -> dict[str, dict[str, Any]]:
    return {
        "brought_by": text(
            "Only people of this sync", "The sync_name of a destination-campaigns on the same ledger: others get no campaign, status or rule."
        ),
        "mailing_account": text(
            "Mailing account", "How that ledger calls the mailing account (zoho_campaigns:eu): removals of our own are then no leavings."
        ),
        "run_automation": flag("Run the CRM's automation", "Workflows and the like, for what is written here."),
        "recheck_runs": {
            "type": "integer",
            "title": "Recheck after runs",
            "description": "Ask again for who was not found.",
            "default": 7,
            "minimum": 1,
        },
        "recheck_days": {"type": "number", "title": "Recheck after days", "description": "Or after so many days.", "default": 7, "minimum": 0},
        "share_of_limit": {
            "type": "number",
            "title": "Share of the vendor's limits",
            "description": "How much of each documented limit of calls is ours.",
            "default": 0.9,
            "minimum": 0.01,
            "maximum": 0.99,
        },
        "when_budget_is_spent": choice("When the day's calls are spent", "Postpone the rest to the next run, or stop with an error.", WHEN_SPENT),
        "stream_statuses": choice(
            "Stream statuses of the host", "Absent: this host forwards none, and the end of the input means that every stream is complete.", STATUSES
        ),
        "allow_rules_over_brake": flag("Allow many at once", "For one run: a new or changed rule may fire for more than 50 people or 5 % of them."),
        "dry_run": flag("Dry run", "Tell exactly what a run would write, and write none of it. No state is given back; the ledger stays as it is."),
        "dry_run_file": text("File of the dry run", "Where its plan is written as JSON, with every single write. The log has it without those."),
    }
