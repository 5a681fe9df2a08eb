"""Where responses come from and how they are to be understood: the form's part, parsed once."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from mailsync.errors import ConfigError, known_values
from mailsync.zoho_survey.access import Access, parse_access
from mailsync.zoho_survey.display_times import DisplayTimes, zone_of
from mailsync.zoho_survey.export import Form
from mailsync.zoho_survey.places import Place
from mailsync.zoho_survey.responses import MAPPED, METADATA, Columns, folded

NAME = "zoho_survey"


@dataclass(frozen=True, slots=True)
class Export:
    """One exported report, or several by a pattern, of one survey."""

    survey_id: str
    place: Place
    form: Form


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """`names`: survey id → name. `access` None: the private tree is not called. `account` names what the state belongs to."""

    zone: str
    times: DisplayTimes
    columns: Columns
    exports: tuple[Export, ...]
    spool: Place | None
    names: Mapping[str, str]
    with_ip_address: bool
    access: Access | None = field(repr=False)

    @property
    def account(self) -> str:
        """Times would be others in another zone, so the zone is part of it."""
        return f"{NAME}:{self.zone}"


def parse_intake(raw: Mapping[str, Any]) -> IntakeSettings:
    """Check the `system` object of a form. Raises ConfigError naming the option."""
    zone = str(raw.get("time_zone") or "")
    if not zone:
        raise ConfigError("system.time_zone is missing: Zoho Survey shows times in the account's zone, e.g. Europe/Berlin.")
    times = DisplayTimes(zone_of(zone), str(raw["time_format"]) if raw.get("time_format") else None)
    options = _storage_options(raw.get("storage_options"))
    given = _objects(raw, "exports")
    exports = tuple(_export(one, f"system.exports[{place}]", options) for place, one in enumerate(given))
    spool = Place(str(raw["spool"]), options, option="system.spool") if raw.get("spool") else None
    if spool is None and not exports:
        raise ConfigError(
            "system names neither exports nor a spool: there is nothing to read. docs/systems/zoho_survey.md says how responses arrive."
        )
    named = [(str(one.get("survey_id") or ""), str(one["survey_name"])) for one in (*given, *_objects(raw, "surveys")) if one.get("survey_name")]
    return IntakeSettings(
        zone=zone,
        times=times,
        columns=_columns(raw),
        exports=exports,
        spool=spool,
        names=dict(named),
        with_ip_address=bool(raw.get("with_ip_address", False)),
        access=parse_access(raw["account"], raw.get("base_urls"), name="system.account") if raw.get("account") else None,
    )


def _objects(raw: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = raw.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise ConfigError(f"system.{name} must be a list of objects.")
    return value


def _texts(raw: Mapping[str, Any], name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    value = raw.get(name)
    if value is None:
        return default
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise ConfigError(f"system.{name} must be a list of texts.")
    return tuple(value)


def _export(one: Mapping[str, Any], option: str, options: Mapping[str, Any]) -> Export:
    for name in ("survey_id", "location"):
        if not isinstance(one.get(name), str) or not one[name].strip():
            raise ConfigError(f"{option}.{name} is missing.")
    encoding, delimiter, row = str(one.get("encoding") or "utf-8"), str(one.get("delimiter") or ","), one.get("header_row") or 0
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise ConfigError(f"{option}.encoding is {encoding[:40]!r}, which is not known here. Usual ones: utf-8, utf-16, cp1252.") from None
    delimiter = "\t" if delimiter in ("tab", "\\t") else delimiter
    if len(delimiter) != 1:
        raise ConfigError(f"{option}.delimiter must be one character, or tab.")
    if isinstance(row, bool) or not isinstance(row, int) or not 0 <= row <= 100:
        raise ConfigError(f"{option}.header_row must be a number from 0 (look for it) to 100.")
    return Export(one["survey_id"].strip(), Place(one["location"].strip(), options, option=f"{option}.location"), Form(row, encoding, delimiter))


def _columns(raw: Mapping[str, Any]) -> Columns:
    given = raw.get("columns") or {}
    if not isinstance(given, Mapping):
        raise ConfigError("system.columns must be an object.")
    for name in given:
        if name not in METADATA:
            raise known_values("system.columns", name, METADATA)
    named = {str(name): str(column) for name, column in given.items() if column}
    named |= {name: str(raw[f"{name}_column"]) for name in MAPPED if raw.get(f"{name}_column")}
    if twice := sorted({one for one in map(folded, named.values()) if [*map(folded, named.values())].count(one) > 1}):
        raise ConfigError(f"system names the column {twice[0]!r} for two purposes; each column has one.")
    left_out, several = (frozenset(map(folded, _texts(raw, name))) for name in ("left_out_columns", "multiple_choice"))
    return Columns(named, left_out, several, _texts(raw, "separators", (";", ",")))


def _storage_options(text: Any) -> dict[str, Any]:
    if not text:
        return {}
    try:
        parsed = orjson.loads(text) if isinstance(text, str) else text
    except orjson.JSONDecodeError:
        parsed = None
    if not isinstance(parsed, Mapping):
        raise ConfigError("system.storage_options must be a JSON object: what fsspec's driver of the object store takes.")
    return dict(parsed)
