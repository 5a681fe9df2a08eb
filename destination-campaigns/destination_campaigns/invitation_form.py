"""The form of `invitations`, and which configurations are about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from destination_campaigns.systems import INVITING
from mailsync.airbyte.form_parts import flag, ordered, text
from mailsync.errors import ConfigError


def is_inviting(raw: Any) -> bool:
    """Whether a configuration names a survey tool."""
    system = raw.get("system") if isinstance(raw, Mapping) else None
    return isinstance(system, Mapping) and system.get("name") in INVITING


def refuse_for_surveys(raw: Any, command: str) -> None:
    """Raises ConfigError: a survey tool has neither lists to discover nor a call that keeps an address from being mailed."""
    if is_inviting(raw):
        raise ConfigError(f"{command} is about mailing lists, and a survey tool has none.")


def invitations_form() -> dict[str, Any]:
    """The JSON Schema of the option."""
    return {
        "type": "array",
        "title": "Invitations (experimental)",
        "description": "Zoho Survey: the people of which stream are invited to which survey, each once.",
        "items": {"type": "object", "title": "Invitation", "required": ["stream", "survey"], "properties": ordered(entry_options())},
    }


def entry_options() -> dict[str, dict[str, Any]]:
    """The options of one entry."""
    return {
        "stream": text("Stream", "The stream's name, as the source calls it.", examples=["Contacts"]),
        "survey": text("Survey", "A published one, by id or name.", examples=["Customer satisfaction"]),
        "portal": text("Portal", "By id or name. Needed where a survey's name is there twice."),
        "department": text("Department", "By id or name. Needed where a survey's name is there twice."),
        "collector": text("Collector", "By id or name. Needed where the survey has several."),
        "distribution": text("Distribution", "One of type trigger, by id or name. Needed where the collector has several."),
        "again": text("Another round", "Invites everybody once more under this name; each person once in each round.", examples=["2027-summer"]),
        "record_id_field": text("Record id field", "The respondent variable for the CRM record's id, by key or label. Default: CRM Record ID."),
        "module_field": text("Module field", "The respondent variable for the record's module, by key or label. Default: CRM Module."),
        "email_field": text("E-mail field", "The field for the address, by key or label. Default: the one that is called so."),
        "address_field": text("Address column", "Default: the e-mail column called Email, else the first e-mail column."),
        "opt_out_field": text("Opt-out column", "Default: Email_Opt_Out where the stream has it."),
        "no_opt_out_field": flag("There is no opt-out column", "I confirm that this stream has none."),
        "mapping": {
            "type": "array",
            "title": "Mapping",
            "description": "Columns to fields of the invitation. Default: those of the same name.",
            "items": {
                "type": "object",
                "required": ["column", "field"],
                "properties": {"column": text("Column", "Of the stream.", order=0), "field": text("Field", "By key or label.", order=1)},
            },
        },
        "required": {
            "type": "array",
            "title": "Required columns",
            "description": "A record with one of them empty is rejected.",
            "items": {"type": "string"},
        },
        "last_contacted_field": text("Last contacted column", "Who was contacted last wins an address that several records share."),
        "last_modified_field": text("Last modified column", "Decides where nobody was contacted."),
    }
