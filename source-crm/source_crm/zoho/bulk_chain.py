"""Bulk Read, job after job: failed and vanished jobs begun again, broken results fetched again, progress for a later run to go on from."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any, Protocol

from mailsync.airbyte.voice import Voice
from mailsync.zoho import bulk_csv, bulk_read
from mailsync.zoho.api import CrmApi
from mailsync.zoho.bulk_read import Result
from mailsync.zoho.refusals import CrmRefusal
from source_crm.emission import Data
from source_crm.id_set import Collector, KnownIds
from source_crm.zoho.progress import Backfill
from source_crm.zoho.task import ZohoTask

ROWS_PER_CHECKPOINT = 20_000
JOB_TRIES = 3
BROKEN_TRIES = 3

# Header and rows of one result, from its beginning → records.
Emit = Callable[[list[str], Iterator[list[str]]], Iterator[Data]]
# Header → which rows are left out.
LeftOut = Callable[[list[str]], Callable[[Sequence[str]], bool] | None]


class Query(Protocol):
    """What a chain asks for, in the product's dialect."""

    def body(self, page: int) -> dict[str, Any]:
        """The request of the job for one page."""

    def after(self, token: str) -> dict[str, Any] | None:
        """The request of the job for the page that a token leads to; None where the product has no tokens."""


class BulkChain:
    """One chain. `save` is called when `progress` should outlive the run; `emit` may read a result more than once when it was broken."""

    def __init__(self, api: CrmApi, voice: Voice, query: Query, progress: Backfill, *, save: Callable[[], None], emit: Emit) -> None:
        self._api = api
        self._voice = voice
        self._query = query
        self._progress = progress
        self._save = save
        self._emit = emit
        self.jobs = 0

    def rows(self) -> Iterator[Data]:
        """Everything, from where the progress stands. Raises CrmRefusal; one on the first page may say that this cannot be a bulk read."""
        progress = self._progress
        restarts = 0
        while True:
            result = self._job()
            self.jobs += 1
            try:
                yield from self._of(result)
            except CrmRefusal as error:
                if error.code not in bulk_read.GONE or restarts == JOB_TRIES:
                    raise
                self._voice.info("The result of the bulk read job is gone; reading this part again by a new job.")
                progress.job, restarts = "", restarts + 1
                continue
            progress.done += result.count
            progress.job, progress.rows = "", 0
            if not result.more:
                return
            progress.page, progress.token = progress.page + 1, result.next_token or ""
            self._save()

    def _job(self) -> Result:
        """The finished job of the current page: the one the state knows, or a new one."""
        progress = self._progress
        for attempt in range(1, JOB_TRIES + 1):
            if not progress.job:
                progress.job, progress.rows = self._created(), 0
                self._save()
            try:
                expected = progress.job_rows - progress.done
                return bulk_read.wait(self._api, progress.job, expected_rows=expected, on_poll=self._say)
            except bulk_read.JobFailed:
                if attempt == JOB_TRIES:
                    raise
            except CrmRefusal as error:
                if error.code not in bulk_read.GONE or attempt == JOB_TRIES:
                    raise
            self._voice.info("The bulk read job failed or is gone; starting it again.")
            progress.job = ""
        raise AssertionError("the loop returns or raises")

    def _created(self) -> str:
        """By token first, by page number where the vendor does not take the token any more."""
        progress = self._progress
        if progress.token and (body := self._query.after(progress.token)):
            try:
                return bulk_read.create(self._api, body)
            except CrmRefusal as error:
                self._voice.info(f"The page token is not taken ({error.code}); asking for page {progress.page} by number.")
                progress.token = ""
        return bulk_read.create(self._api, self._query.body(progress.page))

    def _say(self, state: str, waited: float) -> None:
        self._voice.info(f"Bulk read job: {state} after {waited:.0f} s.")

    def _of(self, result: Result) -> Iterator[Data]:
        """The records of a finished job. A broken result is fetched again."""
        for attempt in range(1, BROKEN_TRIES + 1):
            try:
                yield from self._of_archive(result)
            except bulk_csv.BrokenArchive as error:
                if attempt == BROKEN_TRIES:
                    raise
                self._voice.info(f"{error} Fetching it again.")
            else:
                return

    def _of_archive(self, result: Result) -> Iterator[Data]:
        with closing(tempfile.TemporaryFile()) as archive:
            self._api.download(f"/read/{result.job_id}/result", archive)
            with bulk_csv.rows(archive, announced=result.count) as (header, rows):
                yield from self._emit(header, rows)


def first_rows(task: ZohoTask[Any], progress: Backfill, left_out: LeftOut) -> Emit:
    """Emits the rows of a first read that no checkpoint has. The ids of rows done earlier are gathered too: a checkpoint within a job lacks them."""

    def emit(header: list[str], rows: Iterator[list[str]]) -> Iterator[Data]:
        convert, skipped = task.canonical.from_cells(header), left_out(header)
        collected = Collector(task.state.ids)
        repeated, number, skip = task.recent.is_repeated, task.emission.record, progress.rows
        for position, cells in enumerate(rows, start=1):
            if skipped is None or not skipped(cells):
                record = convert(cells)
                collected.add(int(record["id"]))
                if position > skip and not repeated(record):
                    yield number(record)
            if position % ROWS_PER_CHECKPOINT == 0:
                collected.settle()
                if position > skip:
                    progress.rows = position
                    task.checkpoint()
        task.known = KnownIds(collected.packed(), len(collected))

    return emit
