"""Who was mailed in which campaign and what they did (shared by all syncs of a CRM organisation), and what one sync still has to decide about it.

Long because every statement about two tables stands in one place, built once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mailsync.ledger.engine import Ledger
from mailsync.ledger.schema import due, profile, recipient, record

Pair = tuple[str, str]
"""(campaign, address key)."""

PAIRS = 500


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
_ACCOUNT: sa.BindParameter[str] = sa.bindparam("account")
_SYNC: sa.BindParameter[str] = sa.bindparam("sync")
_ANY_PAIR: sa.BindParameter[Any] = sa.bindparam("pairs", expanding=True)
_MORE = {"dirty": due.c.dirty + 1}

# Each statement is built once: building one costs several times what running it does.
_RECIPIENTS = sa.select(*(recipient.c[name] for name in _RECIPIENT)).where(recipient.c.account == _ACCOUNT)
_LOAD = _RECIPIENTS.where(sa.tuple_(recipient.c.campaign, recipient.c.address).in_(_ANY_PAIR))
_OF_PEOPLE = _RECIPIENTS.where(recipient.c.person.in_(sa.bindparam("people", expanding=True)))
_OF_ADDRESSES = _RECIPIENTS.where(recipient.c.address.in_(sa.bindparam("addresses", expanding=True)))
_DUES = sa.select(*(due.c[name] for name in _DUE)).where(due.c.sync == _SYNC, sa.tuple_(due.c.campaign, due.c.address).in_(_ANY_PAIR))
_PROFILES = sa.select(*(profile.c[name] for name in _PROFILE)).where(
    profile.c.account == _ACCOUNT, profile.c.address.in_(sa.bindparam("addresses", expanding=True))
)
_PAIRS_OF = sa.select(recipient.c.campaign, recipient.c.address).where(recipient.c.account == _ACCOUNT, recipient.c.person == sa.bindparam("who"))
_FORGET = (
    sa.update(recipient)
    .where(recipient.c.account == sa.bindparam("k_account"), recipient.c.person == sa.bindparam("k_person"))
    .values(person=None, last=sa.bindparam("k_person"))
)
_KNOWN = sa.select(sa.func.count(sa.distinct(recipient.c.person))).where(recipient.c.account == _ACCOUNT)
_PEOPLE = (
    sa.select(recipient.c.person)
    .where(recipient.c.account == _ACCOUNT, recipient.c.person > sa.bindparam("after"))
    .distinct()
    .order_by(recipient.c.person)
    .limit(sa.bindparam("size"))
)
_BROUGHT = sa.select(record.c.stream, record.c.id).where(record.c.sync == _SYNC, sa.tuple_(record.c.stream, record.c.id).in_(_ANY_PAIR))
_MARK = sa.update(due).where(sa.tuple_(due.c.campaign, due.c.address).in_(_ANY_PAIR)).values(_MORE)
_MARK_ALL = sa.update(due).where(due.c.sync == sa.bindparam("k_sync")).values(_MORE)
_MARK_FOUND = _MARK_ALL.where(due.c.fate != "skipped")
_MARK_CAMPAIGN = sa.update(due).where(due.c.campaign == sa.bindparam("k_campaign")).values(_MORE)
_MARK_QUIET = _MARK_CAMPAIGN.where(
    due.c.address.in_(
        sa.select(recipient.c.address).where(
            recipient.c.account == sa.bindparam("k_account"),
            recipient.c.campaign == sa.bindparam("k_campaign"),
            recipient.c.kinds < sa.bindparam("k_kinds"),
        )
    )
)
_MARK_UNFOUND = (
    sa.update(due)
    .where(
        due.c.address.in_(sa.bindparam("addresses", expanding=True)),
        sa.exists().where(
            recipient.c.account == sa.bindparam("k_account"),
            recipient.c.campaign == due.c.campaign,
            recipient.c.address == due.c.address,
            recipient.c.person.is_(None),
        ),
    )
    .values(_MORE)
)
_RECHECK = _MARK_ALL.where(due.c.since.is_not(None), sa.or_(due.c.since <= sa.bindparam("k_before"), due.c.since_run <= sa.bindparam("k_before_run")))
_DIRTY = (
    sa.select(due.c.campaign, due.c.address)
    .where(
        due.c.sync == _SYNC,
        due.c.dirty > 0,
        sa.or_(
            due.c.campaign > sa.bindparam("campaign"), sa.and_(due.c.campaign == sa.bindparam("campaign"), due.c.address > sa.bindparam("address"))
        ),
        sa.or_(due.c.since_run.is_(None), ~sa.and_(due.c.reason == sa.bindparam("reason"), due.c.since_run == sa.bindparam("run"))),
    )
    .order_by(due.c.campaign, due.c.address)
    .limit(sa.bindparam("size"))
)
_UNDECIDED = (
    sa.select(due.c.address)
    .select_from(due.join(recipient, sa.and_(recipient.c.campaign == due.c.campaign, recipient.c.address == due.c.address)))
    .where(due.c.sync == _SYNC, due.c.dirty > 0, due.c.campaign != "", recipient.c.account == _ACCOUNT, recipient.c.person.is_(None))
    .limit(1)
)
_COUNT_DIRTY = sa.select(sa.func.count()).select_from(due).where(due.c.sync == _SYNC, due.c.dirty > 0)
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


def in_parts(pairs: Collection[Pair]) -> Iterator[list[Pair]]:
    """What one statement can name."""
    some = list(pairs)
    for first in range(0, len(some), PAIRS):
        yield some[first : first + PAIRS]


def load(connection: sa.Connection, account: str, pairs: Collection[Pair]) -> dict[Pair, RecipientRow]:
    """The known rows among these."""
    found: dict[Pair, RecipientRow] = {}
    for some in in_parts(pairs):
        rows = connection.execute(_LOAD, {"account": account, "pairs": some})
        found |= {(row[1], row[2]): RecipientRow(*row) for row in rows}
    return found


def of_people(connection: sa.Connection, account: str, people: Collection[str]) -> list[RecipientRow]:
    """Everything these people did, over all their addresses."""
    return [RecipientRow(*row) for row in connection.execute(_OF_PEOPLE, {"account": account, "people": list(people)})]


def of_addresses(connection: sa.Connection, account: str, addresses: Collection[str]) -> list[RecipientRow]:
    """Everything these addresses got."""
    return [RecipientRow(*row) for row in connection.execute(_OF_ADDRESSES, {"account": account, "addresses": list(addresses)})]


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
    pairs = [(row[0], row[1]) for row in connection.execute(_PAIRS_OF, {"account": account, "who": person})]
    connection.execute(_FORGET, {"k_account": account, "k_person": person})
    mark_dirty(connection, pairs)
    return pairs


def people_known(connection: sa.Connection, account: str) -> int:
    """How many people of the CRM were credited with anything."""
    return int(connection.execute(_KNOWN, {"account": account}).scalar_one())


def people_after(connection: sa.Connection, account: str, after: str, size: int) -> list[str]:
    """The people known, in order."""
    return list(connection.execute(_PEOPLE, {"account": account, "after": after, "size": size}).scalars())


def brought_by(connection: sa.Connection, sync: str, people: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those (module, id) that a forward sync read from the CRM."""
    return {(row[0], row[1]) for row in connection.execute(_BROUGHT, {"sync": sync, "pairs": list(people)})}


# What is still to be decided.


def load_due(connection: sa.Connection, sync: str, pairs: Collection[Pair]) -> dict[Pair, DueRow]:
    """The known rows among these."""
    found: dict[Pair, DueRow] = {}
    for some in in_parts(pairs):
        rows = connection.execute(_DUES, {"sync": sync, "pairs": some})
        found |= {(row[1], row[2]): DueRow(*row) for row in rows}
    return found


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
    for some in in_parts(pairs):
        connection.execute(_MARK, {"pairs": some})


def mark_all_dirty(connection: sa.Connection, sync: str) -> None:
    """This sync decides everything again."""
    connection.execute(_MARK_ALL, {"k_sync": sync})


def mark_found_dirty(connection: sa.Connection, sync: str) -> None:
    """This sync decides everything again but for people whom nobody has: looking them all up again is dear, and would change nothing."""
    connection.execute(_MARK_FOUND, {"k_sync": sync})


def mark_campaign_dirty(connection: sa.Connection, campaign: str) -> None:
    """Every sync decides a campaign and its recipients again."""
    connection.execute(_MARK_CAMPAIGN, {"k_campaign": campaign})


def mark_quiet_dirty(connection: sa.Connection, account: str, campaign: str, kinds_below: int) -> None:
    """Every sync decides again about recipients of a campaign who did nothing higher."""
    connection.execute(_MARK_QUIET, {"k_account": account, "k_campaign": campaign, "k_kinds": kinds_below})


def mark_unfound_dirty(connection: sa.Connection, account: str, addresses: Collection[str]) -> None:
    """Somebody was found for these addresses: rows for which nobody was found before are decided again."""
    connection.execute(_MARK_UNFOUND, {"k_account": account, "addresses": list(addresses)})


def recheck(connection: sa.Connection, sync: str, *, before: float, before_run: int) -> None:
    """What was not found or refused long enough ago is asked again."""
    connection.execute(_RECHECK, {"k_sync": sync, "k_before": before, "k_before_run": before_run})


def dirty_after(connection: sa.Connection, sync: str, after: Pair, size: int, *, but: tuple[str, int]) -> list[Pair]:
    """The next to decide, in order: a campaign before its recipients. `but`: not those refused for this reason in this run already."""
    mark = {"campaign": after[0], "address": after[1], "reason": but[0], "run": but[1]}
    return [(row[0], row[1]) for row in connection.execute(_DIRTY, {"sync": sync, "size": size, **mark})]


def waits_for_people(connection: sa.Connection, account: str, sync: str) -> bool:
    """Whether of some recipient nobody knows yet who is meant, or that nobody is: the look-up failed, or was not made."""
    return connection.execute(_UNDECIDED, {"account": account, "sync": sync}).first() is not None


def count_dirty(connection: sa.Connection, sync: str) -> int:
    """How many wait for a decision."""
    return int(connection.execute(_COUNT_DIRTY, {"sync": sync}).scalar_one())


def profiles(connection: sa.Connection, account: str, addresses: Collection[str]) -> dict[str, ProfileRow]:
    """What is known of these."""
    rows = connection.execute(_PROFILES, {"account": account, "addresses": list(addresses)})
    return {row[1]: ProfileRow(*row) for row in rows}


def save_profiles(ledger: Ledger, connection: sa.Connection, rows: Sequence[ProfileRow]) -> None:
    """Write whole rows."""
    if rows:
        connection.execute(ledger.upsert(profile), [{name: getattr(row, name) for name in _PROFILE} for row in rows])
