"""What a run does before it looks at the mailing tool: organisation, feeds, and whether the ledger is the right one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from mailsync.errors import ConfigError
from mailsync.ledger import members, records
from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import Lease
from mailsync.ledger.schema import account, feed, member, record, state, target
from mailsync.ledger.schema import ledger as facts
from mailsync.membership import rejects
from mailsync.membership.feeding import Feeding, StreamParts, restrictions
from mailsync.membership.plan import Plan
from mailsync.membership.tool import ListedStatus, MailingTool

A_DAY_S = 86_400.0
_FORMER = "former feed: "
STATES_KEPT_S = 400 * A_DAY_S


def drop_what_is_old(ledger: Ledger, lease: Lease, plan: Plan) -> None:
    """Hashes of states that nobody can come back with any more; once a day, what rejects need not keep."""
    with ledger.begin() as connection:
        lease.fence(connection)
        now = ledger.clock.now()
        connection.execute(sa.delete(state).where(state.c.sync == plan.sync_name, state.c.echoed_at < now - STATES_KEPT_S))
        if now - ledger.fact_at(connection, "rejects_expired_at") > A_DAY_S:
            rejects.expire(connection, now)
            ledger.note_fact(connection, "rejects_expired_at", repr(now))


def check_account(ledger: Ledger, lease: Lease, plan: Plan, organisation: str | None) -> None:
    """One sync, one account. Raises ConfigError when the sync name was used with another one."""
    with ledger.begin() as connection:
        lease.fence(connection)
        row = connection.execute(sa.select(account).where(account.c.sync == plan.sync_name)).one_or_none()
        if row is not None and (row.account != plan.account or (row.organisation and organisation and row.organisation != organisation)):
            raise ConfigError(
                f"The sync name {plan.sync_name!r} was used with another mailing account. Give this connection a sync_name of its own: "
                "what the ledger knows of one account would be wrong for the other."
            )
        values = {"sync": plan.sync_name, "account": plan.account, "organisation": organisation}
        connection.execute(ledger.upsert(account), values)


def record_feeds(ledger: Ledger, lease: Lease, plan: Plan) -> Feeding:
    """Note this run's feeds, and give all feeds of the account: one recorded once keeps counting after it is deselected."""
    with ledger.begin() as connection:
        lease.fence(connection)
        rows: list[dict[str, Any]] = [
            {"sync": plan.sync_name, "stream": one.stream, "list": f"{plan.account}/{one.list.key}", "on_delete": one.on_delete.value, "only": None}
            for one in plan.feeds
        ]
        known = {
            (row[0], row[1]): row[2]
            for row in connection.execute(sa.select(feed.c.stream, feed.c.list, feed.c.only).where(feed.c.sync == plan.sync_name))
        }
        restricted = {(one.stream, f"{plan.account}/{one.list.key}") for one in plan.feeds if one.only is not None}
        for row in rows:
            key = (str(row["stream"]), str(row["list"]))
            row["only"] = (known.get(key) or "[]") if key in restricted else None
            if known.get(key) is not None and key not in restricted:  # it takes all of its stream from now on
                del known[key]
        connection.execute(ledger.upsert(feed), rows)
        for one in rows:
            connection.execute(sa.delete(facts).where(facts.c.name == f"{_FORMER}{plan.sync_name} {one['stream']} {one['list']}"))
            if (one["stream"], one["list"]) not in known and records.has_live(connection, plan.sync_name, one["stream"]):
                decide_anew(ledger, connection, plan.sync_name, one["stream"], one["list"])
        found: dict[tuple[str, str], frozenset[str]] = {}
        mine = feed.c.list.startswith(f"{plan.account}/", autoescape=True)
        every = [tuple(row) for row in connection.execute(sa.select(feed.c.sync, feed.c.stream, feed.c.list, feed.c.only).where(mine))]
    for sync, stream, list_id, _ in every:
        found[sync, stream] = found.get((sync, stream), frozenset()) | {list_id}
    return Feeding(found, dict(restrictions(every)))


def keep_parts(ledger: Ledger, connection: sa.Connection, plan: Plan, parts: StreamParts) -> None:
    """Keep what parts of streams are called, and which of them the feeds take; whoever may be concerned by a change is decided anew at the end."""
    for one in parts.save(connection):
        if records.has_live(connection, plan.sync_name, one.stream):
            decide_anew(ledger, connection, plan.sync_name, one.stream, f"{plan.account}/{one.list.key}")


def decide_anew(ledger: Ledger, connection: sa.Connection, sync: str, stream: str, list_id: str) -> None:
    """Whom this stream claims is to be decided for this list at the end of a run that feeds it."""
    ledger.note_fact(connection, _new_feed(sync, stream, list_id), "1")


def decide_new_feeds(ledger: Ledger, lease: Lease, plan: Plan) -> list[str]:
    """Whom a stream claimed before it fed a list belongs on that list too, without being sent again: they are to be decided. What to say of it.

    At the end of input, when what this run brings of them is known.
    """
    notes = []
    with ledger.begin() as connection:
        lease.fence(connection)
        for one in plan.feeds:
            name = _new_feed(plan.sync_name, one.stream, f"{plan.account}/{one.list.key}")
            if connection.execute(sa.delete(facts).where(facts.c.name == name)).rowcount:
                members.mark_claimed_dirty(ledger, connection, plan.sync_name, one.stream, f"{plan.account}/{one.list.key}")
                notes.append(f"Stream {one.stream} feeds the list {one.list.name!r} since this run: its people known from before go there too.")
    return notes


def _new_feed(sync: str, stream: str, list_id: str) -> str:
    return f"new feed: {sync} {stream} {list_id}"


def former_feeds(ledger: Ledger, lease: Lease, plan: Plan) -> list[str]:
    """What to say, once, of streams of this sync that fed a list and do not any more: who is on it because of them stays as they are."""
    now = {(one.stream, f"{plan.account}/{one.list.key}") for one in plan.feeds}
    notes = []
    with ledger.begin() as connection:
        lease.fence(connection)
        told = set(connection.execute(sa.select(facts.c.name).where(facts.c.name.startswith(_FORMER, autoescape=True))).scalars())
        names = {row.id: row.name for row in connection.execute(sa.select(target.c.id, target.c.name))}
        rows = connection.execute(sa.select(feed.c.stream, feed.c.list).where(feed.c.sync == plan.sync_name))
        for stream, list_id in sorted({(row.stream, row.list) for row in rows} - now):
            name = f"{_FORMER}{plan.sync_name} {stream} {list_id}"
            if name in told:
                continue
            ledger.note_fact(connection, name, "told")
            count = members.owned_and_on(connection, list_id)
            notes.append(
                f"Stream {stream} fed the list {names.get(list_id, list_id.rpartition('/')[2])!r} before and does not any more. "
                f"The {count} people on it because of this account's syncs stay as they are."
            )
    return notes


def is_blank(ledger: Ledger) -> bool:
    """Whether the ledger has never known a person."""
    with ledger.begin() as connection:
        nobody = connection.execute(sa.select(member.c.list).limit(1)).first() is None
        return nobody and connection.execute(sa.select(record.c.id).limit(1)).first() is None


def refuse_lost_ledger(tool: MailingTool, plan: Plan) -> None:
    """An empty ledger facing people raises ConfigError, unless both is confirmed."""
    if plan.adopt_existing and plan.confirm_after_ledger_loss:
        return
    for listing in {one.list.key: one.list for one in plan.feeds if one.list.key not in plan.created_lists}.values():
        people = sum(tool.count(listing.key, status) for status in ListedStatus)
        if people:
            raise lost_ledger(listing.name, people)


def refuse_unknown_state(ledger: Ledger, plan: Plan, streams: list[str], state_hash: bytes) -> None:
    """Raises ConfigError where these streams begin with a state that this ledger never acknowledged."""
    for name in streams:
        with ledger.begin() as connection:
            mine = sa.select(state.c.hash).where(state.c.sync == plan.sync_name, state.c.stream == name, state.c.hash == state_hash.hex())
            if connection.execute(mine).first() is None:
                raise ConfigError(_OTHER_LEDGER.format(stream=name))


def lost_ledger(list_name: str, count: int) -> ConfigError:
    """The error for an empty ledger facing people."""
    return ConfigError(
        f"The ledger is empty, but the list {list_name!r} already has {count} people. If this is the first sync, or the ledger was lost: "
        "set adopt_existing (they are taken over and never removed by this sync) and confirm_after_ledger_loss (people erased or removed before "
        "may come back, and a list with a form may send a second confirmation mail). If there is an older ledger, configure that one instead. "
        "A ledger on a container's own disk is lost with the container: give it PostgreSQL, or a path on a volume that stays."
    )


_OTHER_LEDGER = (
    "Stream {stream}: the source starts from a state that this ledger never acknowledged. The ledger was restored from an older backup, or belongs "
    "to another connection. Configure the right ledger; or clear the connection's state, so that everything is read anew, and set "
    "confirm_after_ledger_loss."
)
