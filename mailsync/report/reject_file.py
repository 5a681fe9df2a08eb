"""Rejected records as a file for people and their spreadsheets: record ids and reasons. Addresses only when asked for."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import orjson

from mailsync.errors import ConfigError
from mailsync.membership.reasons import ABOUT, Reason
from mailsync.membership.rejects import Reject
from mailsync.private_file import write_private
from mailsync.report.words import iso

FORMATS = (".csv", ".jsonl")
_COLUMNS = ("sync", "stream", "record", "list", "reason", "column", "code", "message", "since", "remedy")
# A spreadsheet runs a cell that begins so as a formula (OWASP, CSV injection); a quote in front makes it text.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n", "\x00")


def check_format(path: Path) -> None:
    """Raises ConfigError unless the ending says how to write it."""
    if path.suffix.lower() not in FORMATS:
        raise ConfigError(f"The file {path.name} must end in {' or '.join(FORMATS)}.")


def write_rejects(path: Path, found: Iterable[Reject], titles: Mapping[str, str], *, with_addresses: bool = False) -> int:
    """Write them all, for the file's owner only; how many. `titles`: list id → its name."""
    check_format(path)
    rows = [_row(one, titles, with_addresses=with_addresses) for one in found]
    write_private(path, _as_csv(rows, with_addresses=with_addresses) if path.suffix.lower() == ".csv" else _as_lines(rows))
    return len(rows)


def _row(one: Reject, titles: Mapping[str, str], *, with_addresses: bool) -> dict[str, str]:
    known = ABOUT.get(Reason(one.reason)) if one.reason in set(Reason) else None
    row = {
        "sync": one.sync,
        "stream": one.stream,
        "record": one.record if with_addresses else one.shown,
        "list": titles.get(one.list_id, one.list_id.rpartition("/")[2]) or "every list",
        "reason": one.reason,
        "column": one.column,
        "code": one.code,
        "message": one.message,
        "since": "" if one.since is None else iso(one.since),
        "remedy": known.remedy if known else "",
    }
    return row | ({"address": one.address} if with_addresses else {})


def _as_lines(rows: Iterable[Mapping[str, str]]) -> str:
    return "".join(orjson.dumps(dict(row)).decode() + "\n" for row in rows)


def _as_csv(rows: Iterable[Mapping[str, str]], *, with_addresses: bool) -> str:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    columns = (*_COLUMNS, *(("address",) if with_addresses else ()))
    writer.writerow(columns)
    writer.writerows([harmless(row[name]) for name in columns] for row in rows)
    return text.getvalue()


def harmless(cell: str) -> str:
    """The cell as text in every spreadsheet."""
    plain = cell.replace("\x00", "")
    return f"'{plain}" if plain.lstrip(" ").startswith(_FORMULA) else plain
