"""The plan of one module's run: first read or increment, departures, comparison, computed fields; a checkpoint after each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from mailsync import instants
from mailsync.airbyte.voice import Voice
from mailsync.errors import ConfigError
from mailsync.zoho.api import CrmApi
from mailsync.zoho.fields import MODIFIED_TIME, Field
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho.values import Canonical
from mailsync.zoho_crm.conversions import CONVERTED
from mailsync.zoho_crm.coql_read import CoqlReader
from source_crm import columns, id_set
from source_crm.emission import Data
from source_crm.id_set import KnownIds
from source_crm.module_stream import Request
from source_crm.options import Options
from source_crm.zoho import opening
from source_crm.zoho.connection import Connection
from source_crm.zoho_crm import backfill, departures, formulas, increment, selecting, sweep
from source_crm.zoho_crm.state import StreamState
from source_crm.zoho_crm.task import Task

# Read whatever the catalog asks for: without them nothing can be ordered, recognised or told apart.
ALWAYS = ("id", MODIFIED_TIME, CONVERTED)
# The recycle bin keeps records for 60 days; a day more for clocks.
RESTORABLE_DAYS = 61


def run(request: Request, options: Options, connection: Connection, voice: Voice) -> Iterator[Data]:
    """All records of one run, with STATE in between. The first STATE is the one given."""
    api, state = opening.opened(StreamState, request, connection, voice)
    if opening.is_ahead(state, api, voice):
        return
    task, why = _task(request, options, api, voice, state)
    yield from _plan(task, why)
    task.checkpoint()
    voice.info(f"Done. The account used {api.usage} so far in this sync.")


def _task(request: Request, options: Options, api: CrmApi, voice: Voice, state: StreamState) -> tuple[Task, str | None]:
    """The task, and why all ids have to be compared whatever the counts say."""
    known = {field.api_name: field for field in opening.fields(api, request, voice)}
    selected = selecting.resolve(api, options.selection(request.module), known, options.start_date)
    why = "the selection changed" if state.selection and state.selection != selected.fingerprint else None
    state.selection = state.selection or selected.fingerprint
    fields = opening.wanted(request, tuple(known.values()), ALWAYS)
    reader, fields = _reader(api, voice, state, fields, selected.source)
    if reader is None and selected.where and not selected.view_id:
        raise ConfigError(
            f"The module {request.module} cannot be queried (COQL refuses it), so criteria and a start date cannot be applied. Select all of it."
        )
    task = Task(
        module=request.module,
        voice=voice,
        state=state,
        clock=api.clock,
        modified_field=MODIFIED_TIME if any(field.api_name == MODIFIED_TIME for field in fields) else "",
        restorable_days=RESTORABLE_DAYS,
        options=options,
        api=api,
        fields=fields,
        selected=selected,
        canonical=Canonical(fields),
        reader=reader,
    )
    return task, why


def _reader(api: CrmApi, voice: Voice, state: StreamState, fields: tuple[Field, ...], source: str) -> tuple[CoqlReader | None, tuple[Field, ...]]:
    """The COQL reader of these fields, None where COQL refuses the module. Fields asked for the first time are tried with one row."""
    names = [field.api_name for field in fields]
    mark = hashlib.blake2b("\n".join([source, *names]).encode(), digest_size=8).hexdigest()
    if state.fields != mark:
        state.fields, state.without_coql, state.refused = mark, False, []
        try:
            state.refused = CoqlReader(api, source, names).probe()
        except CrmRefusal as error:
            if error.code not in {"INVALID_MODULE", "INVALID_QUERY", "NOT_SUPPORTED", "MODULE_NOT_SUPPORTED"}:
                raise
            state.without_coql = True
            voice.warn(f"COQL refuses this module ({error.code}): it is read by pages of 200 records, which takes more calls.")
        if state.refused:
            voice.warn(f"Zoho CRM lists these fields and does not give them; they are left out: {', '.join(state.refused)}.")
    kept = tuple(field for field in fields if field.api_name not in state.refused)
    module_reader = None if state.without_coql else CoqlReader(api, source, [field.api_name for field in kept])
    return module_reader, kept


def _plan(task: Task, why: str | None) -> Iterator[Data]:
    if not task.has_modified_time:
        yield from _whole(task)
        return
    is_first = task.state.is_new or task.state.backfill is not None
    if is_first:
        formulas.remember(task)
        yield from backfill.run(task)
    if departures.is_beyond_retention(task):
        why = "the last sync is longer ago than the vendor lists deleted records"
    until = task.settled
    yield from departures.conversions(task)
    yield from increment.run(task)
    yield from departures.deletions(task, until)
    if why or not is_first or task.selected.drifts:
        yield from sweep.run(task, why=why)
    task.state.selection = task.selected.fingerprint  # only now: a run that broke off before has to compare again
    yield from formulas.run(task)


def _whole(task: Task) -> Iterator[Data]:
    """A module without a modified field: everything, every time; what was there last time and is not now was deleted."""
    task.voice.warn("This module has no modified time: all of it is read in every sync.")
    progress = task.state.backfill
    before = progress.before if progress else task.state.ids
    if progress is None:
        task.known = KnownIds(id_set.EMPTY, 0)
    task.whole_again()
    yield from backfill.run(task, before=before)
    at = instants.text(task.now)
    for identifier in id_set.unpack(before):
        if identifier not in task.known:
            yield from task.gone(str(identifier), at=at, reason=columns.DELETED)
    task.state.upto = task.state.deleted_upto = ""
