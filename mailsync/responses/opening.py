"""What a run does before it decides anything: the plan against the CRM, the organisation, and whether the ledger is the right one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import sqlalchemy as sa

from mailsync.errors import ConfigError
from mailsync.ledger import recipients, survey_responses
from mailsync.ledger.schema import account, due, relearn, state
from mailsync.responses.crm import Ability, Traits
from mailsync.responses.held import Held
from mailsync.responses.plan import Plan

STATES_KEPT_S = 400 * 86_400.0
_SYNC: sa.BindParameter[str] = sa.bindparam("sync")
_ACCOUNT = sa.select(account).where(account.c.sync == _SYNC)
_DROP_STATES = sa.delete(state).where(state.c.sync == _SYNC, state.c.echoed_at < sa.bindparam("before"))
_STATE = sa.select(state.c.hash).where(*(state.c[name] == sa.bindparam(name) for name in ("sync", "stream", "hash")))
_ANY_DUE = sa.select(due.c.sync).where(due.c.sync == _SYNC).limit(1)
_STREAM = sa.update(relearn).where(relearn.c.sync == sa.bindparam("k_sync"), relearn.c.stream == sa.bindparam("k_stream"))
_END = _STREAM.where(sa.func.coalesce(relearn.c.over, 0) == 0).values(over=1)
_REOPEN = _STREAM.values(over=0)


def refuse_what_the_crm_lacks(plan: Plan, traits: Traits) -> None:
    """Raises ConfigError where the plan asks for what the system cannot do, instead of accepting and ignoring it."""
    wanted = {rule.makes: f"rule {rule.name!r}" for rule in plan.rules}
    if plan.creation is not None:
        wanted[Ability.PERSON] = "making people"
    for one in [survey for survey in plan.surveys if survey.row is not None]:
        wanted[Ability.ROW] = f"survey {one.wanted!r}"
    missing = sorted(f"{what} needs {ability.value}s" for ability, what in wanted.items() if ability not in traits.supports)
    if missing:
        raise ConfigError(f"{traits.system} cannot do this: {'; '.join(missing)}. Take it out of the configuration.")
    twice = sorted(name for name, count in Counter(rule.name for rule in plan.rules).items() if count > 1)
    if twice or any(not rule.name for rule in plan.rules):
        raise ConfigError(f"Each rule needs a name of its own, since later runs know it by that. Used twice or empty: {', '.join(twice) or 'empty'}.")


def check_account(held: Held, organisation: str | None) -> None:
    """One sync, one organisation. Raises ConfigError when the sync name was used with another one."""
    plan = held.plan
    with held.commit() as connection:
        row = connection.execute(_ACCOUNT, {"sync": plan.sync_name}).one_or_none()
        if row is not None and (row.account != plan.account or (row.organisation and organisation and row.organisation != organisation)):
            raise ConfigError(
                f"The sync name {plan.sync_name!r} was used with another account. Give this connection a sync_name of its own: "
                "what the ledger knows of one account would be wrong for the other."
            )
        values = {"sync": plan.sync_name, "account": plan.account, "organisation": organisation}
        connection.execute(held.ledger.upsert(account), values)
        connection.execute(_DROP_STATES, {"sync": plan.sync_name, "before": held.now() - STATES_KEPT_S})


def mark_old_for_recheck(held: Held) -> None:
    """People not found and refused rows are asked again after so many runs, or so long."""
    recheck = held.plan.recheck
    with held.commit() as connection:
        before, before_run = held.now() - recheck.seconds, held.number - recheck.runs
        recipients.recheck(connection, held.plan.sync_name, before=before, before_run=before_run)


def is_known_state(held: Held, stream: str, state_hash: bytes) -> bool:
    """Whether this ledger acknowledged that state."""
    with held.ledger.begin() as connection:
        mine = {"sync": held.plan.sync_name, "stream": stream, "hash": state_hash.hex()}
        return connection.execute(_STATE, mine).first() is not None


def note_states(held: Held, streams: Iterable[str], state_hash: bytes) -> None:
    """Commit ④: these may be given back."""
    with held.commit() as connection:
        rows = [{"sync": held.plan.sync_name, "stream": name, "hash": state_hash.hex(), "echoed_at": held.now()} for name in streams]
        connection.execute(held.ledger.upsert(state), rows)


def is_blank(held: Held) -> bool:
    """Whether this sync has never heard of anything."""
    with held.ledger.begin() as connection:
        return connection.execute(_ANY_DUE, {"sync": held.plan.sync_name}).first() is None


def begin_relearning(held: Held, stream: str) -> None:
    """Everything of this stream is read anew: a first run, a reset, a lost or restored ledger."""
    with held.commit() as connection:
        connection.execute(held.ledger.upsert(relearn), {"sync": held.plan.sync_name, "stream": stream, "at": held.now(), "over": 0})
        recipients.mark_all_dirty(connection, held.plan.sync_name)


def end_relearning(held: Held, stream: str) -> bool:
    """The stream was read completely. Whether it was the last, and everybody was looked up: then what waited is decided.

    What people did in campaigns whose recipients could not be looked up would be missing: others of their campaigns would show instead. So would
    newer answers of theirs.
    """
    sync = held.plan.sync_name
    with held.commit() as connection:
        ended = connection.execute(_END, {"k_sync": sync, "k_stream": stream}).rowcount > 0
        if not ended or held.is_relearning(connection):
            return False
        if recipients.waits_for_people(connection, held.plan.account, sync) or survey_responses.waits_for_people(connection, sync):
            connection.execute(_REOPEN, {"k_sync": sync, "k_stream": stream})
            return False
        recipients.mark_found_dirty(connection, sync)
    return True
