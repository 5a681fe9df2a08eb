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
_ACTIONS = sa.select(*(action.c[name] for name in _ACTION))
_CREATIONS = sa.select(*(creation.c[name] for name in _CREATION))
_CAMPAIGNS = sa.select(*(campaign.c[name] for name in _CAMPAIGN))


def of_people(connection: sa.Connection, account: str, people: Collection[str]) -> dict[tuple[str, str, str, str, str], ActionRow]:
    """Everything done or begun for these people."""
    rows = [ActionRow(*row) for row in connection.execute(_ACTIONS.where(action.c.account == account, action.c.person.in_(people)))]
    return {row.key: row for row in rows}


def save(ledger: Ledger, connection: sa.Connection, rows: Sequence[ActionRow]) -> None:
    """Write whole rows."""
    if rows:
        connection.execute(ledger.upsert(action), [{name: getattr(row, name) for name in _ACTION} for row in rows])


def drop(connection: sa.Connection, rows: Iterable[ActionRow]) -> None:
    """Take intents back: no call was made."""
    c = action.c
    for row in rows:
        mine = (c.sync == row.sync, c.rule == row.rule, c.campaign == row.campaign, c.address == row.address, c.person == row.person)
        connection.execute(sa.delete(action).where(c.account == row.account, c.done_at.is_(None), *mine))


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
    rows = connection.execute(_CREATIONS.where(creation.c.account == account, creation.c.address.in_(addresses)))
    return {row[1]: CreationRow(*row) for row in rows}


def save_creations(ledger: Ledger, connection: sa.Connection, rows: Sequence[CreationRow]) -> None:
    """Write whole rows."""
    if rows:
        connection.execute(ledger.upsert(creation), [{name: getattr(row, name) for name in _CREATION} for row in rows])


def shows(connection: sa.Connection, account: str, people: Collection[str]) -> dict[tuple[str, str], Show]:
    """(person, place) → the highest that was written there."""
    c = shown.c
    query = sa.select(c.person, c.place, c.sent_at, c.campaign, c.kind).where(c.account == account, c.person.in_(people))
    return {(row[0], row[1]): Show(float(row[2]), row[3], int(row[4])) for row in connection.execute(query)}


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
    c = shown.c
    connection.execute(sa.delete(shown).where(c.account == account, c.person == person, c.place == place))


def campaigns(connection: sa.Connection, account: str, keys: Collection[str]) -> dict[str, CampaignFacts]:
    """The known ones among these."""
    rows = connection.execute(_CAMPAIGNS.where(campaign.c.account == account, campaign.c.campaign.in_(keys)))
    return {row[1]: CampaignFacts(*row) for row in rows}


def save_campaigns(ledger: Ledger, connection: sa.Connection, rows: Sequence[CampaignFacts]) -> None:
    """Write whole rows."""
    if rows:
        connection.execute(ledger.upsert(campaign), [{name: getattr(row, name) for name in _CAMPAIGN} for row in rows])


def place_campaign(connection: sa.Connection, facts: CampaignFacts) -> None:
    """Where the campaign is in the CRM; what the source says of it stays."""
    mine = (campaign.c.account == facts.account, campaign.c.campaign == facts.campaign)
    connection.execute(sa.update(campaign).where(*mine).values(crm_id=facts.crm_id, gone=facts.gone))


def mark_aged(connection: sa.Connection, facts: CampaignFacts) -> None:
    """It is a day old."""
    connection.execute(sa.update(campaign).where(campaign.c.account == facts.account, campaign.c.campaign == facts.campaign).values(aged=1))


def grown_old(connection: sa.Connection, account: str, sent_before: float) -> list[CampaignFacts]:
    """Campaigns that have become a day old since the last look."""
    c = campaign.c
    return [CampaignFacts(*row) for row in connection.execute(_CAMPAIGNS.where(c.account == account, c.aged == 0, c.sent_at <= sent_before))]


def refreshed_hashes(connection: sa.Connection, sync: str, keys: Collection[str]) -> dict[str, str]:
    """What this sync last wrote to these campaigns."""
    c = refreshed.c
    rows = connection.execute(sa.select(c.campaign, c.hash).where(c.sync == sync, c.campaign.in_(keys)))
    return {row[0]: row[1] for row in rows}


def note_refreshed(ledger: Ledger, connection: sa.Connection, sync: str, key: str, digest: str) -> None:
    """The CRM has these values now."""
    connection.execute(ledger.upsert(refreshed), {"sync": sync, "campaign": key, "hash": digest})
