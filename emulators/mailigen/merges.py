"""Merge fields of a list and the values of its members (docs/systems/mailigen.md#fields)."""

from __future__ import annotations

import re
from typing import Any

from emulators.mailigen.account import Account
from emulators.mailigen.errors import FIELD_EXISTS, FIELD_REFUSED, NO_FIELD, VALUE_REFUSED, MailigenError
from emulators.mailigen.models import MailingList, Member, MergeField
from emulators.mailigen.php_form import FALSE, Params

KINDS = ("text", "number", "date", "address", "phone", "website", "image")
LONGEST_VALUE = 255
LONGEST_SHORT_TAG = 10
_TAG = re.compile(r"[A-Z0-9_]{1,50}")
_FITTING = {"number": re.compile(r"-?\d+([.,]\d+)?"), "date": re.compile(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2})?")}


def list_merge_vars(account: Account, params: Params) -> Any:
    """`listMergeVars`."""
    one = account.list_for(params.need("id"))
    return [
        {
            "name": field.name,
            "tag": field.tag,
            "field_type": field.kind,
            "req": field.required,
            "show": field.show,
            "order": str(place + 2),
            "default": field.default,
            "predefined_values": "",
        }
        for place, field in enumerate(one.fields.values())
    ]


def list_merge_var_add(account: Account, params: Params) -> Any:
    """`listMergeVarAdd`."""
    one, options = account.list_for(params.need("id")), params.struct("options")
    tag, kind = params.need("tag").upper(), options.get("field_type", "text")
    if tag in one.fields:
        raise MailigenError(FIELD_EXISTS)
    if not _TAG.fullmatch(tag) or kind not in KINDS or (len(tag) > LONGEST_SHORT_TAG and account.reading("long_tag") == "refused"):
        raise MailigenError(FIELD_REFUSED)
    required, show = options.get("req", "0") not in FALSE, options.get("show", "1") not in FALSE
    one.fields[tag] = MergeField(tag, params.need("name"), kind, required, show, options.get("default_value", ""))
    return True


def list_merge_var_update(account: Account, params: Params) -> Any:
    """`listMergeVarUpdate`: everything but the type."""
    one, options = account.list_for(params.need("id")), params.struct("options")
    field = _field(one, params.need("tag"))
    if options.get("field_type", field.kind) != field.kind:
        raise MailigenError(FIELD_REFUSED)
    field.name = options.get("name", field.name)
    field.required = options.get("req", str(int(field.required))) not in FALSE
    return True


def list_merge_var_del(account: Account, params: Params) -> Any:
    """`listMergeVarDel`: the values of all members go with it."""
    one = account.list_for(params.need("id"))
    field = _field(one, params.need("tag"))
    if field.tag == "EMAIL":
        raise MailigenError(FIELD_REFUSED)
    del one.fields[field.tag]
    for member in one.members.values():
        member.merges.pop(field.tag, None)
    return True


def _field(one: MailingList, tag: str) -> MergeField:
    found = one.fields.get(tag.upper())
    if found is None:
        raise MailigenError(NO_FIELD)
    return found


def accepted(account: Account, one: MailingList, given: dict[str, str]) -> dict[str, str]:
    """The values of a row as they would be stored. Raises NO_FIELD, VALUE_REFUSED under the readings that refuse."""
    found: dict[str, str] = {}
    for name, value in given.items():
        field = one.fields.get(name.upper())
        if field is None:
            if account.reading("unknown_field") == "error_row":
                raise MailigenError(NO_FIELD)
            continue
        kept = _fitting(account, field, value)
        if kept is not None:
            found[field.tag] = kept
    return found


def _fitting(account: Account, field: MergeField, value: str) -> str | None:
    if len(value) > LONGEST_VALUE:
        reading = account.reading("value_too_long")
        if reading == "error_row":
            raise MailigenError(VALUE_REFUSED)
        value = value if reading == "stored" else value[:LONGEST_VALUE]
    shape = _FITTING.get(field.kind)
    if value and shape is not None and not shape.fullmatch(value):
        reading = account.reading("wrong_type")
        if reading == "error_row":
            raise MailigenError(VALUE_REFUSED)
        return value if reading == "stored" else None
    return value


def store(account: Account, member: Member, values: dict[str, str]) -> None:
    """Write values; an empty text clears or is passed over. The address itself may be changed here too."""
    for tag, value in values.items():
        if tag == "EMAIL":
            continue
        if value:
            member.merges[tag] = value
        elif account.reading("empty_value") == "clears":
            member.merges.pop(tag, None)
