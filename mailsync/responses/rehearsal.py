"""A CRM that is read and never written: the other half of a dry run, beside a private copy of the ledger.

Reads go to the vendor; people and campaigns that the run would make are answered from what was planned. Writes are noted, and answered as if they had
taken effect. What cannot be foreseen: what the vendor will refuse, lost answers, and what staff do meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import orjson
import sqlalchemy as sa

from mailsync.ledger.engine import Ledger
from mailsync.responses.crm import (
    DONE,
    Ability,
    CampaignRow,
    Crm,
    Fate,
    Filter,
    NewItem,
    NewPerson,
    NewRow,
    Outcome,
    Person,
    PersonId,
    Traits,
    Value,
)

BATCH = 500
INVENTED = "new-"
"""Ids of what does not exist yet begin so."""

_tables = sa.MetaData()
planned = sa.Table(
    "rehearsal_crm_write",
    _tables,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("request", sa.Integer, nullable=False),
    sa.Column("cost", sa.Integer, nullable=False),  # of the whole request, at its first row
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),  # a person's or a campaign's id
    sa.Column("values", sa.Text, nullable=False),
)
invented = sa.Table(
    "rehearsal_person",
    _tables,
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("owner", sa.Text),
)


class Rehearsal:
    """Implements `Crm` over a real one. `ledger` is the private copy; `reserve` is what the run's budget gives for planned requests."""

    def __init__(self, crm: Crm, ledger: Ledger) -> None:
        self._crm = crm
        self._ledger = ledger
        self._requests = 0
        self._writes = 0
        self.reserve: Callable[[str, int], None] = lambda _endpoint, _cost: None
        with ledger.begin() as connection:
            _tables.create_all(connection)

    @property
    def traits(self) -> Traits:
        """The real CRM's."""
        return self._crm.traits

    def organisation_id(self) -> str | None:
        """The real organisation's."""
        return self._crm.organisation_id()

    @property
    def people_modules(self) -> tuple[str, ...]:
        """The real CRM's."""
        return self._crm.people_modules

    def find(self, addresses: Sequence[str]) -> Mapping[str, Sequence[Person]]:
        """Who has these now, or would."""
        made = self._invented(addresses)
        return {address: [*people, *made.get(address, ())] for address, people in self._crm.find(addresses).items()}

    def people(self, ids: Sequence[PersonId]) -> Mapping[PersonId, Person]:
        """These as they are; who would be made lives."""
        real = [one for one in ids if not _is_invented(one)]
        found = dict(self._crm.people(real)) if real else {}
        return found | {one: Person(one, opted_out=False) for one in ids if _is_invented(one)}

    def in_filter(self, wanted: Filter, ids: Collection[PersonId]) -> frozenset[PersonId]:
        """Who would be made is in no filter yet: nobody can tell before they are there."""
        real = [one for one in ids if not _is_invented(one)]
        return self._crm.in_filter(wanted, real) if real else frozenset()

    def write_campaigns(self, rows: Sequence[CampaignRow]) -> Sequence[Outcome]:
        """Noted. Whether one with our key is there already shows only the real call."""
        # Those that are known and those that are not go in two calls; of what is somebody else's campaign only what is ours is written.
        for some in ([row for row in rows if row.id], [row for row in rows if not row.id]):
            self._note(Ability.CAMPAIGN, [(row.id or row.key, {"name": row.name, **row.values}) for row in some if row.values or not row.is_theirs])
        return [Outcome(Fate.DONE, id=row.id or f"{INVENTED}{row.key}") for row in rows]

    def write_member_statuses(self, campaign_id: str, rows: Sequence[tuple[PersonId, str]]) -> Sequence[Outcome]:
        """Noted."""
        return self._note(Ability.MEMBER_STATUS, [(str(one), {"campaign": campaign_id, "status": status}) for one, status in rows])

    def write_fields(self, rows: Sequence[tuple[PersonId, Mapping[str, Value]]]) -> Sequence[Outcome]:
        """Noted."""
        return self._note(Ability.FIELD, [(str(one), dict(values)) for one, values in rows])

    def opt_out(self, ids: Sequence[PersonId]) -> Sequence[Outcome]:
        """Noted."""
        return self._note(Ability.OPT_OUT, [(str(one), {}) for one in ids])

    def markers(self, makes: Ability, ids: Sequence[PersonId]) -> Mapping[PersonId, Mapping[str, str]]:
        """What is there already; who would be made has nothing."""
        real = [one for one in ids if not _is_invented(one)]
        found = dict(self._crm.markers(makes, real)) if real else {}
        return found | {one: {} for one in ids if _is_invented(one)}

    def make_items(self, items: Sequence[NewItem]) -> Sequence[Outcome]:
        """Noted, without the text."""
        for kind in sorted({one.settings.get("type", "") for one in items}):  # activities of several types go in several calls
            mine = [one for one in items if one.settings.get("type", "") == kind]
            self._note(mine[0].makes, [(str(one.person), {"subject": one.subject, "owner": one.owner, **one.settings}) for one in mine])
        return [Outcome(Fate.DONE, id=f"{INVENTED}{one.marker}") for one in items]

    def heirs(self, ids: Sequence[PersonId]) -> Mapping[PersonId, PersonId]:
        """As the real CRM shows."""
        real = [one for one in ids if not _is_invented(one)]
        return self._crm.heirs(real) if real else {}

    def rewrite_notes(self, notes: Sequence[tuple[str, NewItem]]) -> Sequence[Outcome]:
        """Noted, without the text."""
        return self._note(
            Ability.NOTE,
            action="note_rewritten",
            rows=[(identifier, {"subject": one.subject, "person": str(one.person)}) for identifier, one in notes],
        )

    def rows_by_key(self, module: str, key_field: str, keys: Sequence[str]) -> Mapping[str, str]:
        """What is there already."""
        return self._crm.rows_by_key(module, key_field, keys)

    def make_rows(self, rows: Sequence[NewRow]) -> Sequence[Outcome]:
        """Noted."""
        self._note(Ability.ROW, [(str(one.person), {"module": one.module, **one.values}) for one in rows])
        return [Outcome(Fate.DONE, id=f"{INVENTED}{one.key}") for one in rows]

    def rewrite_rows(self, rows: Sequence[tuple[str, NewRow]]) -> Sequence[Outcome]:
        """Noted."""
        told = [(identifier, {"module": one.module, **one.values}) for identifier, one in rows]
        return self._note(Ability.ROW, told, action="row_rewritten")

    def missing_fields(self, person: NewPerson) -> Sequence[str]:
        """The real CRM's."""
        return self._crm.missing_fields(person)

    def make_people(self, people: Sequence[NewPerson]) -> Sequence[Outcome]:
        """Noted, without the address."""
        first = self._writes
        ids = [f"{INVENTED}{first + number}" for number in range(1, len(people) + 1)]
        self._note(Ability.PERSON, [(f"{one.module}/{name}", {"owner": one.owner}) for one, name in zip(people, ids, strict=True)])
        rows = [{"address": one.address, "person": f"{one.module}/{name}", "owner": one.owner} for one, name in zip(people, ids, strict=True)]
        with self._ledger.begin() as connection:
            connection.execute(self._ledger.upsert(invented), rows)
        return [Outcome(Fate.DONE, id=name) for name in ids]

    def writes(self) -> Iterator[dict[str, object]]:
        """Every write in order: action, the CRM id it goes to, and its values. No address."""
        after = 0
        while True:
            with self._ledger.begin() as connection:
                query = sa.select(planned).where(planned.c.number > after).order_by(planned.c.number).limit(BATCH)
                rows = connection.execute(query).mappings().all()
            if not rows:
                return
            yield from ({"action": row["action"], "target": row["target"], "values": orjson.loads(row["values"])} for row in rows)
            after = rows[-1]["number"]

    def counts(self) -> dict[str, tuple[int, int, int]]:
        """Action → rows, the requests they take, and what those cost in the vendor's unit."""
        with self._ledger.begin() as connection:
            count = (sa.func.count(), sa.func.count(sa.distinct(planned.c.request)), sa.func.sum(planned.c.cost))
            rows = connection.execute(sa.select(planned.c.action, *count).group_by(planned.c.action))
            return {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in rows}

    def _note(self, ability: Ability, rows: Sequence[tuple[str, Mapping[str, object]]], *, action: str = "") -> list[Outcome]:
        """One request."""
        if not rows:
            return []
        cost = self.traits.cost(ability, len(rows))
        self.reserve(self.traits.endpoint, cost)
        self._requests += 1
        values: list[dict[str, object]] = []
        for target, told in rows:
            self._writes += 1
            text = orjson.dumps(told).decode()
            about = {"request": self._requests, "cost": 0 if values else cost, "action": action or ability.value}
            values.append({"number": self._writes, **about, "target": target, "values": text})
        with self._ledger.begin() as connection:
            connection.execute(sa.insert(planned), values)
        return [DONE] * len(rows)

    def _invented(self, addresses: Sequence[str]) -> dict[str, list[Person]]:
        with self._ledger.begin() as connection:
            query = sa.select(invented.c.address, invented.c.person, invented.c.owner).where(invented.c.address.in_(addresses))
            return {row[0]: [Person(PersonId.parse(row[1]), owner=row[2], opted_out=False)] for row in connection.execute(query)}


def _is_invented(one: PersonId) -> bool:
    return one.id.startswith(INVENTED)
