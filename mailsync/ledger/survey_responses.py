"""Responses to surveys as last told, who is meant by each, and which fields of people their answers fill."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from mailsync.ledger.engine import Ledger
from mailsync.ledger.recipients import Pair, in_parts
from mailsync.ledger.schema import answered, due, survey_response

PREFIX = "survey//"
"""Rows of `due` whose campaign begins so are about a response to a survey: its `address` is the response's id."""


@dataclass(slots=True)
class SurveyRow:
    """One response. `told` is a JSON object; `person` and `last` are "<module>/<id>"; `note` and `row` tell what was written last."""

    sync: str
    survey: str
    response: str
    version: int = 0
    ended_at: float = 0.0
    address: str = ""
    record: str = ""
    module: str = ""
    told: str = "{}"
    person: str | None = None
    last: str | None = None
    note: str | None = None
    row: str | None = None

    @property
    def pair(self) -> Pair:
        """Its key in `due`."""
        return pair_of(self.survey, self.response)

    @property
    def order(self) -> tuple[float, str, str]:
        """Which of several responses is the newest."""
        return (self.ended_at, self.survey, self.response)


@dataclass(frozen=True, slots=True)
class Filled:
    """What a field holds because of an answer."""

    ended_at: float
    survey: str
    response: str
    hash: str

    @property
    def order(self) -> tuple[float, str, str]:
        """As of a response."""
        return (self.ended_at, self.survey, self.response)


_COLUMNS = tuple(one.name for one in dataclasses.fields(SurveyRow))
_ROWS = sa.select(*(survey_response.c[name] for name in _COLUMNS))
_LOAD = _ROWS.where(
    survey_response.c.sync == sa.bindparam("sync"),
    sa.tuple_(survey_response.c.survey, survey_response.c.response).in_(sa.bindparam("keys", expanding=True)),
)
_PLACED = (
    sa.update(survey_response)
    .where(*(survey_response.c[name] == sa.bindparam(f"k_{name}") for name in ("sync", "survey", "response")))
    .values({name: sa.bindparam(f"v_{name}") for name in ("person", "last", "note", "row")})
)

_UNDECIDED = (
    sa.select(due.c.address)
    .select_from(
        due.join(
            survey_response,
            sa.and_(
                survey_response.c.sync == due.c.sync,
                sa.literal(PREFIX).concat(survey_response.c.survey) == due.c.campaign,
                survey_response.c.response == due.c.address,
            ),
        )
    )
    .where(due.c.sync == sa.bindparam("sync"), due.c.dirty > 0, due.c.campaign > PREFIX, survey_response.c.person.is_(None))
    .limit(1)
)


def pair_of(survey: str, response: str) -> Pair:
    """The key in `due`."""
    return (PREFIX + survey, response)


def is_response(pair: Pair) -> bool:
    """Whether a row of `due` is about a response to a survey."""
    return pair[0].startswith(PREFIX)


def load(connection: sa.Connection, sync: str, pairs: Collection[Pair]) -> dict[Pair, SurveyRow]:
    """The known ones among these."""
    found: dict[Pair, SurveyRow] = {}
    for some in in_parts(pairs):
        keys = [(campaign.removeprefix(PREFIX), response) for campaign, response in some]
        rows = (SurveyRow(*row) for row in connection.execute(_LOAD, {"sync": sync, "keys": keys}))
        found |= {row.pair: row for row in rows}
    return found


def waits_for_people(connection: sa.Connection, sync: str) -> bool:
    """Whether of some response nobody knows yet who gave it, or that nobody did: the look-up failed, or was not made."""
    return connection.execute(_UNDECIDED, {"sync": sync}).first() is not None


def of_people(connection: sa.Connection, sync: str, people: Collection[str]) -> list[SurveyRow]:
    """Everything these people answered."""
    c = survey_response.c
    return [SurveyRow(*row) for row in connection.execute(_ROWS.where(c.sync == sync, c.person.in_(people)))]


def save(ledger: Ledger, connection: sa.Connection, rows: Sequence[SurveyRow]) -> None:
    """Write whole rows."""
    if rows:
        connection.execute(ledger.upsert(survey_response), [{name: getattr(row, name) for name in _COLUMNS} for row in rows])


def place(connection: sa.Connection, rows: Sequence[SurveyRow]) -> None:
    """Who is meant and what was written; what the source told stays."""
    values = [
        {f"k_{name}": getattr(row, name) for name in ("sync", "survey", "response")}
        | {f"v_{name}": getattr(row, name) for name in ("person", "last", "note", "row")}
        for row in rows
    ]
    if values:
        connection.execute(_PLACED, values)


def forget_person(connection: sa.Connection, sync: str, person: str) -> list[Pair]:
    """The person is gone from the CRM: their responses (given back) look for somebody else."""
    c = survey_response.c
    mine = (c.sync == sync, c.person == person)
    pairs = [pair_of(row[0], row[1]) for row in connection.execute(sa.select(c.survey, c.response).where(*mine))]
    connection.execute(sa.update(survey_response).where(*mine).values(person=None, last=person))
    return pairs


def mark_dirty(connection: sa.Connection, sync: str) -> None:
    """Every response of this sync is decided again."""
    mine = (due.c.sync == sync, due.c.campaign.startswith(PREFIX, autoescape=True))
    connection.execute(sa.update(due).where(*mine).values(dirty=due.c.dirty + 1))


def filled(connection: sa.Connection, sync: str, people: Collection[str]) -> dict[tuple[str, str], Filled]:
    """(person, field) → what an answer put there."""
    c = answered.c
    query = sa.select(c.person, c.field, c.ended_at, c.survey, c.response, c.hash).where(c.sync == sync, c.person.in_(people))
    return {(row[0], row[1]): Filled(float(row[2]), row[3], row[4], row[5]) for row in connection.execute(query)}


def note_filled(ledger: Ledger, connection: sa.Connection, sync: str, rows: Sequence[tuple[str, str, Filled]]) -> None:
    """(person, field, what it holds now)."""
    if rows:
        values = [{"sync": sync, "person": person, "field": field, **dataclasses.asdict(value)} for person, field, value in rows]
        connection.execute(ledger.upsert(answered), values)
