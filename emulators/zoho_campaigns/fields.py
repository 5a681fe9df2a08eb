"""Contact fields, and which values they take (docs/systems/zoho_campaigns.md#fields, #contactinfo)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.errors import CampaignsError
from emulators.zoho_campaigns.models import Field
from emulators.zoho_campaigns.params import Params

KINDS = (
    "Text", "Integer", "Phone", "Date", "Picklist", "Email", "Checkbox", "LongInteger", "URL", "textarea", "RadioOption", "Multiselect", "DateTime",
    "Decimal", "Percent",
)  # fmt: skip
DEFAULT_LENGTH = 20


def all_fields(account: Account, params: Params) -> dict[str, Any]:
    """`contact/allfields`."""
    params.need("type")
    return {"fieldnames": {"fieldname": [_row(account, one, place) for place, one in enumerate(account.fields.values(), 1)]}}


def _row(account: Account, one: Field, place: int) -> dict[str, Any]:
    row: dict[str, Any] = {
        "DISPLAY_NAME": one.display_name,
        "FIELD_NAME": one.field_name,
        "FIELD_ID": str(one.number),
        "IS_MANDATORY": "true" if one.mandatory else "false",
    }
    if account.reading("field_details") == "given":
        row |= {"FIELD_DATA_TYPE": one.kind, "MAX_LENGTH": str(one.length), "SEQUENCE": str(place), "IS_CUSTOM": "true" if one.custom else "false"}
    return row


def add_custom_field(account: Account, params: Params) -> dict[str, Any]:
    """`custom/add`: one new field, named by its display name."""
    params.need("type")
    name, kind = params.need("fieldname"), params.need("fieldtype")
    if kind not in KINDS:
        raise CampaignsError(910)
    if not re.fullmatch(r"[\w ]+", name):
        raise CampaignsError(1001)
    if any(one.casefold() == name.casefold() for one in account.fields):
        raise CampaignsError(916)
    create(account, name, kind, params.number("fieldlength", DEFAULT_LENGTH))
    return {"message": "Custom field added successfully.", "mandatory_check": "false"}


def create(account: Account, name: str, kind: str, length: int, *, custom: bool = True, mandatory: bool = False) -> None:
    """A new field of the account."""
    number = account.number()
    field_name = f"CONTACT_CF{number}" if custom else name.upper().replace(" ", "_")
    account.fields[name] = Field(name, field_name, number, kind, length, mandatory, custom)


def accepted(account: Account, given: dict[str, str]) -> dict[str, str]:
    """The values that will be stored, under the chosen readings. Raises 2001 where a reading refuses one."""
    taken = {}
    for name, value in given.items():
        one = account.fields.get(name)
        if one is None:
            _refuse_if(account.reading("unknown_field") == "refused")
            continue
        if value and not fits(one.kind, value):
            reading = account.reading("wrong_type")
            _refuse_if(reading == "refused")
            if reading == "ignored":
                continue
        if len(value) > one.length:
            _refuse_if(account.reading("value_too_long") == "refused")
            value = value[: one.length]  # noqa: PLW2901 - what the vendor does to it
        taken[name] = value
    return taken


def _refuse_if(refused: bool) -> None:  # noqa: FBT001 - reads as a sentence
    if refused:
        raise CampaignsError(2001)


def fits(kind: str, text: str) -> bool:
    """Whether a text is a value of a field type."""
    return _TESTS.get(kind, bool)(text)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d+(\.\d+)?", text) is not None


def _is_whole(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d+", text) is not None


def _is_date(text: str) -> bool:
    """Formats are unverified: ISO and month first are taken."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return re.fullmatch(r"(0[1-9]|1[0-2])/([0-2]\d|3[01])/\d{4}", text) is not None
    return True


def _is_time(text: str) -> bool:
    return _is_date(re.split(r"[T ]", text)[0])


_TESTS: dict[str, Callable[[str], bool]] = {
    "Integer": _is_whole,
    "LongInteger": _is_whole,
    "Decimal": _is_number,
    "Percent": _is_number,
    "Date": _is_date,
    "DateTime": _is_time,
    "Checkbox": lambda text: text.lower() in ("true", "false"),
    "Email": lambda text: "@" in text,
}
