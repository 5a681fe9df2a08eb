"""Who was mailed in which campaign and what they did (shared by all syncs of a CRM organisation), and what one sync still has to decide about it."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from mailsync.ledger.engine import Ledger
from mailsync.ledger.schema import due, profile, recipient, record

Pair = tuple[str, str]
"""(campaign, address key)."""


@dataclass(slots=True)
class RecipientRow:
    """One recipient of one campaign. `kinds`: a bit for each kind of response. `person` and `last` are "<module>/<id>"."""

    account: str
    campaign: str
    address: str
    kinds: int = 0
    org: int = 0
    person: str | None = None
    last: str | None = None


@dataclass(slots=True)
class DueRow:
    """What one sync has decided about a recipient, and whether it must decide again.

    `dirty` counts causes: a decision clears it only if no further cause came while it was made. `since` and `since_run` tell when somebody was not
    found or something was refused.
    """

    sync: str
    campaign: str
    address: str
    dirty: int = 1
    fate: str = ""
    reason: str = ""
    detail: str = ""
    since: float | None = None
    since_run: int | None = None

    @property
    def pair(self) -> Pair:
        """Of which recipient."""
        return (self.campaign, self.address)


@dataclass(slots=True)
class ProfileRow:
    """What the mailing tool knows of somebody who may become a person."""

    account: str
    address: str
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    active: int = 0
    company: str | None = None


_RECIPIENT = tuple(one.name for one in dataclasses.fields(RecipientRow))
_DUE = tuple(one.name for one in dataclasses.fields(DueRow))
_PROFILE = tuple(one.name for one in dataclasses.fields(ProfileRow))
_RECIPIENTS = sa.select(*(recipient.c[name] for name in _RECIPIENT))
_DUES = sa.select(*(due.c[name] for name in _DUE))
_PROFILES = sa.select(*(profile.c[name] for name in _PROFILE))
_CREDIT = (
    sa.update(recipient)
    .where(
        recipient.c.account == sa.bindparam("k_account"),
        recipient.c.campaign == sa.bindparam("k_campaign"),
        recipient.c.address == sa.bindparam("k_address"),
        recipient.c.person.is_(None),
    )
    .values(person=sa.bindparam("v_person"))
)

_DECIDED = ("dirty", "fate", "reason", "detail", "since", "since_run")
_DECIDE = (
    sa.update(due)
    .where(due.c.sync == sa.bindparam("k_sync"), due.c.campaign == sa.bindparam("k_campaign"), due.c.address == sa.bindparam("k_address"))
    .values(
        {name: sa.bindparam(f"v_{name}") for name in _DECIDED if name != "dirty"}
        | {"dirty": sa.case((due.c.dirty == sa.bindparam("k_seen"), sa.bindparam("v_dirty")), else_=due.c.dirty)}
    )
)


def load(connection: sa.Connection, account: str, pairs: Collection[Pair]) -> dict[Pair, RecipientRow]:
    """The known rows among these."""
    c = recipient.c
    rows = connection.execute(_RECIPIENTS.where(c.account == account, sa.tuple_(c.campaign, c.address).in_(pairs)))
    return {(row[1], row[2]): RecipientRow(*row) for row in rows}


def of_people(connection: sa.Connection, account: str, people: Collection[str]) -> list[RecipientRow]:
    """Everything these people did, over all their addresses."""
    return [RecipientRow(*row) for row in connection.execute(_RECIPIENTS.where(recipient.c.account == account, recipient.c.person.in_(people)))]


def of_addresses(connection: sa.Connection, account: str, addresses: Collection[str]) -> list[RecipientRow]:
    """Everything these addresses got."""
    return [RecipientRow(*row) for row in connection.execute(_RECIPIENTS.where(recipient.c.account == account, recipient.c.address.in_(addresses)))]


def save(ledger: Ledger, connection: sa.Connection, rows: Sequence[RecipientRow]) -> None:
    """Write whole rows."""
    if rows:
        connection.execute(ledger.upsert(recipient), [{name: getattr(row, name) for name in _RECIPIENT} for row in rows])


def credit(connection: sa.Connection, account: str, chosen: Mapping[Pair, str]) -> None:
    """Decide who is meant; a row that somebody else decided meanwhile stays as it is."""
    rows = [{"k_account": account, "k_campaign": pair[0], "k_address": pair[1], "v_person": person} for pair, person in chosen.items()]
    if rows:
        connection.execute(_CREDIT, rows)


def forget_person(connection: sa.Connection, account: str, person: str) -> list[Pair]:
    """The person is gone from the CRM: their rows (given back) look for somebody else, and every sync decides them again."""
    c = recipient.c
    query = sa.select(c.campaign, c.address).where(c.account == account, c.person == person)
    pairs = [(row[0], row[1]) for row in connection.execute(query)]
    connection.execute(sa.update(recipient).where(c.account == account, c.person == person).values(person=None, last=person))
    mark_dirty(connection, pairs)
    return pairs


def people_known(connection: sa.Connection, account: str) -> int:
    """How many people of the CRM were credited with anything."""
    return int(connection.execute(sa.select(sa.func.count(sa.distinct(recipient.c.person))).where(recipient.c.account == account)).scalar_one())


def people_after(connection: sa.Connection, account: str, after: str, size: int) -> list[str]:
    """The people known, in order."""
    c = recipient.c
    query = sa.select(c.person).where(c.account == account, c.person > after).distinct().order_by(c.person).limit(size)
    return list(connection.execute(query).scalars())


def brought_by(connection: sa.Connection, sync: str, people: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those (module, id) that a forward sync read from the CRM."""
    c = record.c
    pairs = list(people)
    return {(row[0], row[1]) for row in connection.execute(sa.select(c.stream, c.id).where(c.sync == sync, sa.tuple_(c.stream, c.id).in_(pairs)))}


# What is still to be decided.


def load_due(connection: sa.Connection, sync: str, pairs: Collection[Pair]) -> dict[Pair, DueRow]:
    """The known rows among these."""
    rows = connection.execute(_DUES.where(due.c.sync == sync, sa.tuple_(due.c.campaign, due.c.address).in_(pairs)))
    return {(row[1], row[2]): DueRow(*row) for row in rows}


def decided(connection: sa.Connection, rows: Sequence[DueRow], *, seen: Mapping[Pair, int]) -> None:
    """Write what was decided. `seen`: the causes known when the decision began; with more of them now the row stays dirty."""
    values = [
        {"k_sync": row.sync, "k_campaign": row.campaign, "k_address": row.address, "k_seen": seen[row.pair]}
        | {f"v_{name}": getattr(row, name) for name in _DECIDED}
        for row in rows
    ]
    if values:
        connection.execute(_DECIDE, values)


def add_due(ledger: Ledger, connection: sa.Connection, sync: str, pairs: Iterable[Pair]) -> None:
    """This sync heard of them; rows known already stay as they are."""
    rows = [{name: getattr(DueRow(sync, *pair), name) for name in _DUE} for pair in pairs]
    if rows:
        connection.execute(ledger.insert_new(due), rows)


def mark_dirty(connection: sa.Connection, pairs: Sequence[Pair]) -> None:
    """Every sync that heard of these decides again."""
    for first in range(0, len(pairs), 500):
        connection.execute(
            sa.update(due).where(sa.tuple_(due.c.campaign, due.c.address).in_(pairs[first : first + 500])).values(dirty=due.c.dirty + 1)
        )


def mark_all_dirty(connection: sa.Connection, sync: str) -> None:
    """This sync decides everything again."""
    connection.execute(sa.update(due).where(due.c.sync == sync).values(dirty=due.c.dirty + 1))


def mark_found_dirty(connection: sa.Connection, sync: str) -> None:
    """This sync decides everything again but for people whom nobody has: looking them all up again is dear, and would change nothing."""
    connection.execute(sa.update(due).where(due.c.sync == sync, due.c.fate != "skipped").values(dirty=due.c.dirty + 1))


def mark_campaign_dirty(connection: sa.Connection, campaign: str) -> None:
    """Every sync decides a campaign and its recipients again."""
    connection.execute(sa.update(due).where(due.c.campaign == campaign).values(dirty=due.c.dirty + 1))


def mark_quiet_dirty(connection: sa.Connection, account: str, campaign: str, kinds_below: int) -> None:
    """Every sync decides again about recipients of a campaign who did nothing higher."""
    c = recipient.c
    quiet = sa.select(c.address).where(c.account == account, c.campaign == campaign, c.kinds < kinds_below)
    connection.execute(sa.update(due).where(due.c.campaign == campaign, due.c.address.in_(quiet)).values(dirty=due.c.dirty + 1))


def mark_unfound_dirty(connection: sa.Connection, account: str, addresses: Collection[str]) -> None:
    """Somebody was found for these addresses: rows for which nobody was found before are decided again."""
    c = recipient.c
    same = sa.exists().where(c.account == account, c.campaign == due.c.campaign, c.address == due.c.address, c.person.is_(None))
    connection.execute(sa.update(due).where(due.c.address.in_(addresses), same).values(dirty=due.c.dirty + 1))


def recheck(connection: sa.Connection, sync: str, *, before: float, before_run: int) -> None:
    """What was not found or refused long enough ago is asked again."""
    c = due.c
    old = sa.or_(c.since <= before, c.since_run <= before_run)
    connection.execute(sa.update(due).where(c.sync == sync, c.since.is_not(None), old).values(dirty=due.c.dirty + 1))


def dirty_after(connection: sa.Connection, sync: str, after: Pair, size: int, *, but: tuple[str, int]) -> list[Pair]:
    """The next to decide, in order: a campaign before its recipients. `but`: not those refused for this reason in this run already."""
    c = due.c
    asked = sa.and_(c.reason == but[0], c.since_run == but[1])
    later = sa.or_(c.campaign > after[0], sa.and_(c.campaign == after[0], c.address > after[1]))
    query = (
        sa.select(c.campaign, c.address)
        .where(c.sync == sync, c.dirty > 0, later, sa.or_(c.since_run.is_(None), ~asked))
        .order_by(c.campaign, c.address)
        .limit(size)
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


def count_dirty(connection: sa.Connection, sync: str) -> int:
    """How many wait for a decision."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(due).where(due.c.sync == sync, due.c.dirty > 0)).scalar_one())


def profiles(connection: sa.Connection, account: str, addresses: Collection[str]) -> dict[str, ProfileRow]:
    """What is known of these."""
    rows = connection.execute(_PROFILES.where(profile.c.account == account, profile.c.address.in_(addresses)))
    return {row[1]: ProfileRow(*row) for row in rows}


def save_profiles(ledger: Ledger, connection: sa.Connection, rows: Sequence[ProfileRow]) -> None:
    """Write whole rows."""
    if rows:
        connection.execute(ledger.upsert(profile), [{name: getattr(row, name) for name in _PROFILE} for row in rows])
