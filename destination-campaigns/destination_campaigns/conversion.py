"""A CRM value as text for a contact field. The mailing tool takes everything as text."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

MULTISELECT_SEPARATOR = ";"
# What a value may lose or gain on its way, as it is counted by field.
UNPRINTABLE_DROPPED = "control characters dropped"
TIME_DROPPED = "time of day dropped"
CHOICES_JOINED = "choices joined"
SEPARATOR_IN_CHOICE = "a choice holds the separator"
CUT = "cut to the field's length"
_WHOLE = re.compile(r"[+-]?\d+")
_DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_FITTING = {"integer": _WHOLE, "longinteger": _WHOLE, "decimal": _DECIMAL, "percent": _DECIMAL, "checkbox": re.compile("true|false", re.IGNORECASE)}
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class WrongType(ValueError):
    """The value is an object or a list of objects, or does not fit the field. Never printed."""


def as_text(value: Any) -> str:
    """The text of one value; empty for null. Raises WrongType.

    Text stays as it is, line breaks too, without control characters. Dates and datetimes stay ISO 8601 as the source gives them. Booleans
    become `true` and `false`, numbers plain decimals without exponent, several choices are joined by `;`.
    """
    if isinstance(value, str):
        return _UNPRINTABLE.sub("", value) if not value.isprintable() else value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _plain(value)
    if isinstance(value, list):
        return MULTISELECT_SEPARATOR.join(_member(one) for one in value)
    raise WrongType


def change_of(value: Any, plain: str, text: str) -> str:
    """What was changed from a value over its plain text to the text that fits its field; empty where nothing was."""
    if isinstance(value, str):
        return UNPRINTABLE_DROPPED if plain != value else TIME_DROPPED if text != plain else ""
    if isinstance(value, list) and len(value) > 1:
        return SEPARATOR_IN_CHOICE if plain.count(MULTISELECT_SEPARATOR) >= len(value) else CHOICES_JOINED
    return ""


def fitted(text: str, kind: str) -> str:
    """The text as a field of this type takes it; a moment in a date field loses its time. Raises WrongType.

    What the vendor does with a value that does not fit is not documented (dropped, refused or stored), so it is not sent.
    """
    if not text or kind not in ("date", *_FITTING):
        return text
    if kind == "date":
        found = _ISO_DATE.match(text)
        return found.group() if found else text
    if not _FITTING[kind].fullmatch(text):
        raise WrongType
    return text


def _plain(value: float) -> str:
    text = repr(value)
    return text.removesuffix(".0") if "e" not in text else format(Decimal(text), "f")


def _member(value: Any) -> str:
    if isinstance(value, list):
        raise WrongType
    return as_text(value)
