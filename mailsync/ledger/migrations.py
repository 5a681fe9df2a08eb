"""From an older ledger to this program's schema: one ordered list. A ledger is never changed back.

Tables that are missing are created as they are now. What a migration must do is the rest: new columns in tables that were there, old rows in new
form. Each is additive and finds its own work done where a table was just created. Add yours at the end, with the next number, and put that number
into `schema.VERSION`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from mailsync.errors import ConfigError
from mailsync.ledger import schema


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: to `version` from the one before."""

    version: int
    about: str
    run: Callable[[sa.Connection], None]


def bring_up_to_date(connection: sa.Connection) -> None:
    """Create what is missing and run the migrations that this ledger has not seen. Raises ConfigError where a newer program wrote it."""
    found = _version(connection)
    if found is not None and found > schema.VERSION:
        raise ConfigError(f"The ledger was written by a newer version of this program (schema {found}, this one knows {schema.VERSION}). Update it.")
    if found == schema.VERSION:
        return
    schema.metadata.create_all(connection)
    if found is None:
        return
    for migration in MIGRATIONS:
        if migration.version > found:
            migration.run(connection)
    c = schema.ledger.c
    connection.execute(sa.update(schema.ledger).where(c.name == "version").values(value=str(schema.VERSION)))


def _version(connection: sa.Connection) -> int | None:
    """None for a ledger that is only being made."""
    if not sa.inspect(connection).has_table(schema.ledger.name):
        return None
    value = connection.execute(sa.select(schema.ledger.c.value).where(schema.ledger.c.name == "version")).scalar()
    return None if value is None else int(value)


def add_columns(connection: sa.Connection, table: sa.Table, *names: str) -> None:
    """Add these columns of today's table where they are missing. They must allow null."""
    present = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
    preparer = connection.dialect.identifier_preparer
    for name in (one for one in names if one not in present):
        kind = table.c[name].type.compile(connection.dialect)
        connection.execute(sa.text(f"ALTER TABLE {preparer.format_table(table)} ADD COLUMN {preparer.quote(name)} {kind}"))


def _runs_in_tables(connection: sa.Connection) -> None:
    """Until then a run's account was one JSON text."""
    add_columns(connection, schema.run, "system", "account", "status", "error")
    c = schema.run.c
    for row in connection.execute(sa.select(c.sync, c.number, c.summary).where(c.summary.is_not(None))).all():
        told = orjson.loads(row.summary)
        key = {"sync": row.sync, "number": row.number}
        for table, rows in _rows_of_summary(told):
            if rows:
                connection.execute(sa.insert(table), [key | one for one in rows])
        kept = orjson.dumps({"notes": told.get("notes", []), "forecast": told.get("forecast", [0, 0])}).decode()
        connection.execute(sa.update(schema.run).where(c.sync == row.sync, c.number == row.number).values(summary=kept, status="done"))


def _rows_of_summary(told: dict[str, Any]) -> list[tuple[sa.Table, list[dict[str, Any]]]]:
    examples = [
        {"stream": stream, "target": target, "fate": fate, "reason": reason, "record": record, "detail": ""}
        for stream, target, fate, reason, records in told.get("examples", [])
        for record in dict.fromkeys(records)
    ]
    return [
        (schema.run_stream, [{"stream": name, "records": count} for name, count in told.get("records_in", {}).items()]),
        (
            schema.run_fate,
            [
                {"stream": stream, "target": target, "fate": fate, "reason": reason, "records": count}
                for stream, target, fate, reason, count in told.get("fates", [])
            ],
        ),
        (schema.run_action, [{"target": target, "action": action, "times": count} for target, action, count in told.get("actions", [])]),
        (schema.run_call, [{"endpoint": endpoint, "spent": spent} for endpoint, spent, _ in told.get("spending", [])]),
        (schema.run_example, examples),
    ]


def _only_new_tables(_connection: sa.Connection) -> None:
    """Missing tables are there already."""


def _rejects_with_their_times(connection: sa.Connection) -> None:
    """What was rejected before counts from the opening on."""
    add_columns(connection, schema.record, "verdict_field", "verdict_at")
    add_columns(connection, schema.member, "rejected_at")
    now = connection.execute(sa.select(sa.func.max(schema.run.c.started_at))).scalar() or 0.0
    connection.execute(sa.update(schema.record).where(schema.record.c.verdict.is_not(None)).values(verdict_at=now))
    connection.execute(sa.update(schema.member).where(schema.member.c.rejected_hash.is_not(None)).values(rejected_at=now))


MIGRATIONS: tuple[Migration, ...] = (
    Migration(2, "the tables of the response rules", _only_new_tables),
    Migration(3, "the account of each run in tables of its own", _runs_in_tables),
    Migration(4, "the company of somebody who may become a person", lambda connection: add_columns(connection, schema.profile, "company")),
    Migration(5, "which column kept a record out, and since when it or the vendor did", _rejects_with_their_times),
    Migration(6, "when everything was last read anew, also after that is over", lambda connection: add_columns(connection, schema.relearn, "over")),
    Migration(7, "the table of launches", _only_new_tables),
    Migration(8, "the tables of survey answers", _only_new_tables),
    Migration(9, "which parts of a stream a feed takes", lambda connection: add_columns(connection, schema.feed, "only")),
)
