"""What was done in the CRM: items and opt-outs with their intents, people made, the highest status shown, campaigns."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from mailsync.ledger.engine import Ledger
from mailsync.ledger.schema import action, campaign, creation, refreshed, shown


@dataclass(slots=True)
class ActionRow:
    """An item (sync, rule, campaign or "", person) or an opt-out (campaign, address, person)."""

    account: str
    sync: str
    rule: str
    campaign: str
    address: str
    person: str
    open_since: float | None = None
    done_at: float | None = None
    item: str | None = None

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """Within one account."""
        return (self.sync, self.rule, self.campaign, self.address, self.person)


@dataclass(slots=True)
class CreationRow:
    """A person made by us, or a call for one that has no answer yet."""

    account: str
    address: str
    open_since: float | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Show:
    """What a place shows, in the order in which it may only rise."""

    sent_at: float
    campaign: str
    kind: int


@dataclass(slots=True)
class CampaignFacts:
    """One mailing campaign as known. `figures` and `facts` are JSON objects."""

    account: str
    campaign: str
    name: str
    sent_at: float | None = None
    parent: str | None = None
    figures: str = "{}"
    facts: str = "{}"
    crm_id: str | None = None
    gone: int = 0
    aged: int = 0


_ACTION = tuple(one.name for one in dataclasses.fields(ActionRow))
_CREATION = tuple(one.name for one in dataclasses.fields(CreationRow))
_CAMPAIGN = tuple(one.name for one in dataclasses.fields(CampaignFacts))
_ACCOUNT: sa.BindParameter[str] = sa.bindparam("account")
_KEYS: sa.BindParameter[str] = sa.bindparam("keys", expanding=True)

# Each statement is built once: building one costs several times what running it does.
_ACTIONS = sa.select(*(action.c[name] for name in _ACTION)).where(action.c.account == _ACCOUNT, action.c.person.in_(_KEYS))
_DROP = sa.delete(action).where(
    *(action.c[name] == sa.bindparam(name) for name in ("account", "sync", "rule", "campaign", "address", "person")), action.c.done_at.is_(None)
)
_CREATIONS = sa.select(*(creation.c[name] for name in _CREATION)).where(creation.c.account == _ACCOUNT, creation.c.address.in_(_KEYS))
_SHOWS = sa.select(shown.c.person, shown.c.place, shown.c.sent_at, shown.c.campaign, shown.c.kind).where(
    shown.c.account == _ACCOUNT, shown.c.person.in_(_KEYS)
)
_UNSHOW = sa.delete(shown).where(*(shown.c[name] == sa.bindparam(name) for name in ("account", "person", "place")))
_CAMPAIGNS = sa.select(*(campaign.c[name] for name in _CAMPAIGN)).where(campaign.c.account == _ACCOUNT)
_SOME_CAMPAIGNS = _CAMPAIGNS.where(campaign.c.campaign.in_(_KEYS))
_GROWN_OLD = _CAMPAIGNS.where(campaign.c.aged == 0, campaign.c.sent_at <= sa.bindparam("sent_before"))
_MINE = (campaign.c.account == sa.bindparam("k_account"), campaign.c.campaign == sa.bindparam("k_campaign"))
_PLACE = sa.update(campaign).where(*_MINE).values(crm_id=sa.bindparam("v_crm_id"), gone=sa.bindparam("v_gone"))
_AGE = sa.update(campaign).where(*_MINE).values(aged=1)
_HASHES = sa.select(refreshed.c.campaign, refreshed.c.hash).where(refreshed.c.sync == sa.bindparam("sync"), refreshed.c.campaign.in_(_KEYS))


def of_people(connection: sa.Connection, account: str, people: Collection[str]) -> dict[tuple[str, str, str, str, str], ActionRow]:
    """Everything done or begun for these people."""
    rows = [ActionRow(*row) for row in connection.execute(_ACTIONS, {"account": account, "keys": list(people)})]
    return {row.key: row for row in rows}


def save(ledger: Ledger, connection: sa.Connection, rows: Sequence[ActionRow]) -> None:
    """Write whole rows."""
    if rows:
        connection.execute(ledger.upsert(action), [{name: getattr(row, name) for name in _ACTION} for row in rows])


def drop(connection: sa.Connection, rows: Iterable[ActionRow]) -> None:
    """Take intents back: no call was made."""
    keys = [
        {"account": row.account, "sync": row.sync, "rule": row.rule, "campaign": row.campaign, "address": row.address, "person": row.person}
        for row in rows
    ]
    if keys:
        connection.execute(_DROP, keys)


def inherit(ledger: Ledger, connection: sa.Connection, account: str, last: str, heir: str) -> None:
    """Who takes a gone person's place has had that person's items; an opt-out is set on the heir's own record."""
    rows = [row for row in of_people(connection, account, [last]).values() if row.rule]
    own = of_people(connection, account, [heir])
    for row in rows:
        row.person = heir
        mine = own.get(row.key)
        if mine is not None:
            row.done_at = mine.done_at or row.done_at
            row.open_since = max(filter(None, (mine.open_since, row.open_since)), default=None)
    save(ledger, connection, rows)


def creations(connection: sa.Connection, account: str, addresses: Collection[str]) -> dict[str, CreationRow]:
    """People made, or being made, for these addresses."""
    rows = connection.execute(_CREATIONS, {"account": account, "keys": list(addresses)})
    return {row[1]: CreationRow(*row) for row in rows}


def save_creations(ledger: Ledger, connection: sa.Connection, rows: Sequence[CreationRow]) -> None:
    """Write whole rows."""
    if rows:
        connection.execute(ledger.upsert(creation), [{name: getattr(row, name) for name in _CREATION} for row in rows])


def shows(connection: sa.Connection, account: str, people: Collection[str]) -> dict[tuple[str, str], Show]:
    """(person, place) → the highest that was written there."""
    rows = connection.execute(_SHOWS, {"account": account, "keys": list(people)})
    return {(row[0], row[1]): Show(float(row[2]), row[3], int(row[4])) for row in rows}


def save_shows(ledger: Ledger, connection: sa.Connection, account: str, rows: Sequence[tuple[str, str, Show]]) -> None:
    """(person, place, what it shows now)."""
    if rows:
        values = [
            {"account": account, "person": person, "place": place, "sent_at": show.sent_at, "campaign": show.campaign, "kind": show.kind}
            for person, place, show in rows
        ]
        connection.execute(ledger.upsert(shown), values)


def unshow(connection: sa.Connection, account: str, person: str, place: str) -> None:
    """Nobody knows what the place shows now: the next decision writes it."""
    connection.execute(_UNSHOW, {"account": account, "person": person, "place": place})


def campaigns(connection: sa.Connection, account: str, keys: Collection[str]) -> dict[str, CampaignFacts]:
    """The known ones among these."""
    rows = connection.execute(_SOME_CAMPAIGNS, {"account": account, "keys": list(keys)})
    return {row[1]: CampaignFacts(*row) for row in rows}


def save_campaigns(ledger: Ledger, connection: sa.Connection, rows: Sequence[CampaignFacts]) -> None:
    """Write whole rows."""
    if rows:
        connection.execute(ledger.upsert(campaign), [{name: getattr(row, name) for name in _CAMPAIGN} for row in rows])


def place_campaign(connection: sa.Connection, facts: CampaignFacts) -> None:
    """Where the campaign is in the CRM; what the source says of it stays."""
    mine = {"k_account": facts.account, "k_campaign": facts.campaign}
    connection.execute(_PLACE, {**mine, "v_crm_id": facts.crm_id, "v_gone": facts.gone})


def mark_aged(connection: sa.Connection, facts: CampaignFacts) -> None:
    """It is a day old."""
    connection.execute(_AGE, {"k_account": facts.account, "k_campaign": facts.campaign})


def grown_old(connection: sa.Connection, account: str, sent_before: float) -> list[CampaignFacts]:
    """Campaigns that have become a day old since the last look."""
    return [CampaignFacts(*row) for row in connection.execute(_GROWN_OLD, {"account": account, "sent_before": sent_before})]


def refreshed_hashes(connection: sa.Connection, sync: str, keys: Collection[str]) -> dict[str, str]:
    """What this sync last wrote to these campaigns."""
    return {row[0]: row[1] for row in connection.execute(_HASHES, {"sync": sync, "keys": list(keys)})}


def note_refreshed(ledger: Ledger, connection: sa.Connection, sync: str, key: str, digest: str) -> None:
    """The CRM has these values now."""
    connection.execute(ledger.upsert(refreshed), {"sync": sync, "campaign": key, "hash": digest})
