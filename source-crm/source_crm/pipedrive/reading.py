"""The plan of one entity's run: first read or changes, comparison of ids, persons around whom something changed; a checkpoint after each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mailsync import instants
from mailsync.airbyte.voice import Voice
from mailsync.errors import AuthError, TransientError
from mailsync.pipedrive import filters
from mailsync.pipedrive.api import PipedriveApi
from mailsync.pipedrive.entities import (
    ENTITIES,
    LAST_ACTIVITY,
    LAST_CONTACTED,
    MAIL_TIMES,
    MARKETING_STATUS,
    OPT_OUT,
    ORGANIZATION,
    ORGANIZATIONS,
    PERSONS,
    Canonical,
    Entity,
)
from mailsync.pipedrive.fields import Column, Field
from mailsync.pipedrive.filters import Filter
from mailsync.pipedrive.values import Customs
from source_crm.emission import Data
from source_crm.module_stream import Request
from source_crm.pipedrive import changes, columns_of, comparison, first_read, neighbours
from source_crm.pipedrive.around import Around
from source_crm.pipedrive.columns_of import OrganizationColumns, Wanted
from source_crm.pipedrive.connection import Connection
from source_crm.pipedrive.state import PipedriveState
from source_crm.pipedrive.task import RESTORABLE_DAYS, Task
from source_crm.state import check_organisation, load
from source_crm.task import OVERLAP_S

DAY_S = 86_400.0
ALL = "all"


def run(request: Request, connection: Connection, voice: Voice, catalog: Mapping[str, Any]) -> Iterator[Data]:
    """All records of one run, with STATE in between. The first STATE is the one given. `catalog`: the properties of the stream's schema."""
    voice.state(request.given)
    state = load(PipedriveState, request.given, request.module)
    connection.on_token_wait = voice.waiting
    api = connection.api.telling(voice.waiting)
    company = connection.company()
    check_organisation(state, company.id, request.module)
    if not company.is_admin:
        voice.warn("The credentials belong to a user who is no administrator: records that this user may not see are not read.")
    if state.upto and instants.epoch(state.upto) > api.clock.now():
        voice.warn(f"The state lies in the vendor's future ({state.upto}); nothing is read until then.")
        return
    before = state.upto
    task = _task(ENTITIES[request.module], connection, api, voice, state, catalog)
    try:
        yield from _plan(task)
    except TransientError:
        task.checkpoint()  # every page is shown whole or not at all, so what was done is in the state: a spent budget loses nothing
        raise
    task.checkpoint()
    voice.info(f"Done. The company used {api.pace} in this sync.{_forecast(task, before)}")


def _task(entity: Entity, connection: Connection, api: PipedriveApi, voice: Voice, state: PipedriveState, catalog: Mapping[str, Any]) -> Task:
    config = connection.config
    selection = config.options.selection(entity.name)
    chosen = filters.find(api, entity.name, selection.custom_view) if selection.custom_view else None
    known = connection.fields(entity.name) if entity.has_customs else ()
    wanted = _wanted(connection, entity, known, catalog)
    if wanted.gone:
        voice.warn(f"Pipedrive no longer has {', '.join(wanted.gone)}; the records come without. Refresh the schema when that is meant to stay.")
    customs = Customs(wanted.customs, _users(connection, wanted.customs, voice))
    return Task(
        module=entity.name,
        voice=voice,
        state=state,
        clock=api.clock,
        modified_field="update_time",
        restorable_days=RESTORABLE_DAYS,
        entity=entity,
        connection=connection,
        api=api,
        canonical=Canonical(entity, wanted.plain, known, customs, primary=config.address == "primary"),
        around=_around(connection, api, entity, wanted, voice),
        chosen=chosen,
        include=_included(connection, entity, known, wanted),
        a_custom_field=next((field.code for field in known if field.is_custom), ""),
        customs=customs.codes,
        since=config.options.start_date or "",
    )


def _wanted(connection: Connection, entity: Entity, known: tuple[Field, ...], catalog: Mapping[str, Any]) -> Wanted:
    return columns_of.wanted(
        catalog, entity, known, organization_columns(connection, entity), last_contacted=connection.config.last_contacted != "off"
    )


def organization_columns(connection: Connection, entity: Entity) -> OrganizationColumns:
    """What of the organization the configuration wants on this entity's records."""
    names = connection.config.organization_fields
    if entity is not PERSONS or not names:
        return OrganizationColumns()
    return columns_of.organization_columns(names, connection.fields("organizations"))


def _users(connection: Connection, customs: tuple[Column, ...], voice: Voice) -> dict[int, str]:
    """Names of users, where a field holds one; an app that may not read users gets their ids."""
    if not any(column.field.type == "user" for column in customs):
        return {}
    try:
        return connection.users()
    except AuthError as error:
        voice.warn(f"Fields that hold a user show ids instead of names. {error}")
        return {}


def _around(connection: Connection, api: PipedriveApi, entity: Entity, wanted: Wanted, voice: Voice) -> Around:
    if entity is not PERSONS:
        return Around(api, connection.lookups)
    organization = None
    if wanted.organization:
        customs = Customs(wanted.organization.customs, _users(connection, wanted.organization.customs, voice), prefix=ORGANIZATION)
        known = connection.fields("organizations")
        organization = Canonical(ORGANIZATIONS, wanted.organization.plain, known, customs, primary=False, prefix=ORGANIZATION)
    mode = connection.config.last_contacted if LAST_CONTACTED in wanted.plain else "off"
    return Around(api, connection.lookups, organization=organization, last_contacted=mode)


def _included(connection: Connection, entity: Entity, known: tuple[Field, ...], wanted: Wanted) -> tuple[str, ...]:
    """Properties to ask for: the wanted ones, and those from which the last contact is derived; only what this company has."""
    needed = set(wanted.plain & entity.optional)
    if entity is PERSONS and LAST_CONTACTED in wanted.plain:
        needed |= {*MAIL_TIMES, *([LAST_ACTIVITY] if connection.config.last_contacted == "mails_and_activities" else [])}
    if OPT_OUT in wanted.plain:
        needed.add(MARKETING_STATUS)
    offered = {field.code for field in known} | {*MAIL_TIMES, LAST_ACTIVITY}
    return tuple(sorted(needed & offered))


def _plan(task: Task) -> Iterator[Data]:
    upper = task.settled
    is_first = task.state.is_new or task.state.first is not None
    if is_first:
        task.state.selection = task.state.selection or _mark(task.chosen)
        yield from first_read.run(task)
    lower = instants.earlier(task.state.upto, OVERLAP_S)
    task.recent.floor = min(instants.earlier(upper, OVERLAP_S), task.state.upto)
    why = _why_compare(task, is_first=is_first)
    if task.chosen is None:
        yield from changes.run(task, lower=lower)
        beyond = changes.is_beyond_retention(task)
        yield from changes.deletions(task, until=upper)
        why = why or ("the last sync is longer ago than deleted records are kept" if beyond else "")
    if why:
        yield from comparison.run(task, why=why, lower=lower if task.chosen is not None else "")
        task.state.deleted_upto = max(task.state.deleted_upto, upper)
    yield from neighbours.run(task, lower=lower, upper=upper)
    task.state.upto = max(task.state.upto, upper)
    task.state.selection = _mark(task.chosen)  # only now: a run that broke off before has to compare again


def _mark(chosen: Filter | None) -> str:
    return f"filter {chosen.id}" if chosen else ALL


def _why_compare(task: Task, *, is_first: bool) -> str:
    """Why all ids have to be compared now; "" where they have not, as after a first read."""
    if task.state.selection and task.state.selection != _mark(task.chosen):
        return "the selection changed"
    if is_first:
        return ""
    if task.chosen is not None:
        return f"only so is seen who entered or left the filter {task.chosen.name!r}"
    hours = task.connection.config.compare_every_hours
    if task.state.swept and task.now - instants.epoch(task.state.swept) < hours * 3600.0:
        return ""
    if not task.api.pace.affords(comparison.price(task)):
        task.voice.warn(
            f"Comparing ids is due, and would leave too little of the day's tokens (it takes {comparison.price(task)}, and "
            f"{task.api.pace.left.remaining} are left): it is put off to the next sync. Records deleted meanwhile are found then."
        )
        return ""
    return f"every {hours} hours, because deleted {task.entity.name} are told by nothing else"


def _forecast(task: Task, before: str) -> str:
    """What a day of such syncs costs, where the time since the last one tells how often they run."""
    pace, limit = task.api.pace, task.api.pace.left.limit
    if not before or limit is None:
        return ""
    apart = max(task.now - instants.epoch(before), 60.0)
    a_day = int(pace.tokens * DAY_S / apart)
    return f" At this pace (a sync every {apart / 60:.0f} minutes) that is up to {a_day} of the {limit} tokens of a day."
