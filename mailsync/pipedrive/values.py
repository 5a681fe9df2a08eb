"""Raw records of v2 → canonical ones: options as labels, composite values flat, nulls left out. The per-record path: no vendor call, no logging."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mailsync.pipedrive.fields import Column, Field

Record = dict[str, Any]
Decoded = Callable[[Any], Any]


def decoder(field: Field, part: str, users: Mapping[int, str]) -> Decoded:
    """How one column reads a custom value, which is never None. An option or user that is not known any more stays its id, as text."""
    if part:
        return lambda value: value.get(part) if isinstance(value, Mapping) else None
    labels = users if field.type == "user" else field.labels
    if field.type in ("enum", "user"):
        return lambda value: labels.get(value) or str(value)
    if field.type == "set":
        return lambda value: [labels.get(one) or str(one) for one in value] if isinstance(value, list) else None
    return _BY_TYPE.get(field.type, _text)


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else str(value)


def _as_it_is(value: Any) -> Any:
    return value


def _value(value: Any) -> Any:
    return value.get("value") if isinstance(value, Mapping) else value


def _address(value: Any) -> Any:
    return (value.get("formatted_address") or value.get("value")) if isinstance(value, Mapping) else value


_BY_TYPE: dict[str, Decoded] = {
    "address": _address,
    **dict.fromkeys(("monetary", "daterange", "timerange", "time"), _value),
    **dict.fromkeys(("double", "int", "org", "people", "boolean", "date"), _as_it_is),
}


class Customs:
    """Puts an entity's custom values into their columns."""

    def __init__(self, columns: Iterable[Column], users: Mapping[int, str], *, prefix: str = "") -> None:
        self._by_code: dict[str, list[tuple[str, Decoded]]] = {}
        for column in columns:
            read = decoder(column.field, column.part, users)
            self._by_code.setdefault(column.field.code, []).append((prefix + column.name, read))

    @property
    def codes(self) -> tuple[str, ...]:
        """The fields that are read."""
        return tuple(self._by_code)

    def put(self, values: Mapping[str, Any] | None, into: Record) -> None:
        """Fill in what is there."""
        if not values:
            return
        by_code = self._by_code
        for code, value in values.items():
            if value is None or code not in by_code:
                continue
            for name, read in by_code[code]:
                decoded = read(value)
                if decoded is not None and decoded != "":
                    into[name] = decoded


def chosen(entries: Any, *, primary: bool) -> str | None:
    """One of the e-mail addresses or phone numbers of a person: the first, or the primary one where wanted; None where there is none."""
    values = [entry for entry in entries or () if isinstance(entry, Mapping) and entry.get("value")]
    if not values:
        return None
    picked = next((entry for entry in values if entry.get("primary")), values[0]) if primary else values[0]
    return str(picked["value"])


def text_of_address(value: Any) -> str | None:
    """A postal address as one text."""
    return _address(value) or None
