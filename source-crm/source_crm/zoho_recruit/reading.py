"""The plan of one module's run: first read or changes, departures, and where it is due a survey of everything; a checkpoint after each."""

from __future__ import annotations

from collections.abc import Iterator

from mailsync import instants
from mailsync.airbyte.voice import Voice
from mailsync.zoho.api import CrmApi
from mailsync.zoho.values import Canonical
from mailsync.zoho_recruit import record_pages
from mailsync.zoho_recruit.change_time import change_field
from source_crm import columns, id_set
from source_crm.emission import Data
from source_crm.id_set import KnownIds
from source_crm.module_stream import Request
from source_crm.options import Options
from source_crm.task import OVERLAP_S
from source_crm.zoho import opening
from source_crm.zoho.connection import Connection
from source_crm.zoho_recruit import backfill, converted, departures, increment, selecting, survey
from source_crm.zoho_recruit.state import StreamState
from source_crm.zoho_recruit.task import RESTORABLE_DAYS, Task


def run(request: Request, options: Options, connection: Connection, voice: Voice) -> Iterator[Data]:
    """All records of one run, with STATE in between. The first STATE is the one given."""
    api, state = opening.opened(StreamState, request, connection, voice)
    if opening.is_ahead(state, api, voice):
        return
    convertable = connection.account_facts().modules[request.module].convertable
    task, because = _task(request, options, api, voice, state, convertable=convertable)
    yield from _plan(task, because)
    task.checkpoint()
    voice.info(f"Done. The account used {api.usage} so far in this sync.")


def _task(request: Request, options: Options, api: CrmApi, voice: Voice, state: StreamState, *, convertable: bool) -> tuple[Task, str | None]:
    """The task, and why everything has to be compared whatever else says so."""
    known = {field.api_name: field for field in opening.fields(api, request, voice)}
    dated = change_field(known.values())
    selected = selecting.resolve(api, options.selection(request.module), known, dated, options.start_date)
    because = "the selection changed" if state.selection and state.selection != selected.fingerprint else None
    if because:
        state.without_bulk = False
    state.selection = state.selection or selected.fingerprint
    fields = opening.wanted(request, tuple(known.values()), ("id", dated))
    task = Task(
        module=request.module,
        voice=voice,
        state=state,
        clock=api.clock,
        modified_field=dated,
        restorable_days=RESTORABLE_DAYS,
        options=options,
        api=api,
        fields=fields,
        canonical=Canonical(fields),
        selected=selected,
        convertable=convertable,
    )
    return task, because


def _plan(task: Task, because: str | None) -> Iterator[Data]:
    if not task.modified_field:
        yield from _whole(task)
        return
    is_first = task.state.is_new or task.state.backfill is not None
    if is_first:
        survey.remember(task)
        yield from backfill.run(task)
    if departures.is_beyond_retention(task):
        because = "the last sync is longer ago than the vendor surely lists deleted records"
    until = task.settled
    yield from converted.leaving(task, since=instants.earlier(task.state.deleted_upto, OVERLAP_S))
    yield from increment.run(task)
    yield from departures.deletions(task, until)
    because = because or (None if is_first else survey.why(task))
    if because and not task.surveyed:
        yield from survey.run(task, because=because, changed_since="")
    task.state.selection = task.selected.fingerprint  # only now: a run that broke off before has to compare again


def _whole(task: Task) -> Iterator[Data]:
    """A module without a change time: everything, every time; what was there last time and is not now was deleted."""
    task.voice.warn("This module has no change time: all of it is read in every sync.")
    progress = task.state.backfill
    before = progress.before if progress else task.state.ids
    if progress is None:
        task.known = KnownIds(id_set.EMPTY, 0)
    task.whole_again()
    yield from backfill.run(task, before=before)
    at = instants.text(task.now)
    for identifier in id_set.unpack(before):
        if identifier in task.known:
            continue
        still_there = record_pages.single(task.api, task.module, str(identifier)) is not None
        if still_there and task.selected.is_all:
            task.known.add(identifier)  # pages moved under the reader
        else:
            yield from task.gone(str(identifier), at=at, reason=columns.LEFT_SELECTION if still_there else columns.DELETED)
    task.state.upto = task.state.deleted_upto = ""
