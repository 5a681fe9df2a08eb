"""Bulk read jobs: one after the other on the vendors' clock, 3.5 s per 27,000 rows, each over the records as they were when it began.

States: ADDED → QUEUED → IN PROGRESS → COMPLETED | FAILURE (docs/systems/zoho_crm.md#bulk).
"""

from __future__ import annotations

import csv
import io
import threading
import zipfile
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from emulators.zoho_crm.criteria import UnknownPath
from emulators.zoho_crm.errors import CrmError
from emulators.zoho_crm.rows import Content
from emulators.zoho_crm.state import Crm
from emulators.zoho_crm.values import Cell, table

SECONDS_A_ROW = 3.5 / 27_000
ADDED_S = 0.2
LEAST_S = 0.3
WORTH_A_THREAD = 2000
RESULT_KEPT_S = 86_400
TOKEN_LIFE_S = 86_400


@dataclass(slots=True)
class Work:
    """What a job reads: made when it begins, from the records as they are then."""

    content: Content
    numbers: array[int]
    cells: list[Cell]
    more: bool
    rest: array[int]


@dataclass(slots=True)
class Job:
    """One job. `begin` finds its rows; `query` is echoed; `page` is its place in the chain."""

    id: str
    module: str
    query: dict[str, Any]
    page: int
    created: float
    begin: Callable[[], Work]
    fails: bool = False
    starts: float | None = None
    ends: float | None = None
    work: Work | None = None
    next_token: str | None = None
    _zip: bytes | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def state(self, now: float) -> str:
        """Its state at this moment of the vendors' clock."""
        if self.starts is None or now < self.starts:
            return "ADDED" if now < self.created + ADDED_S else "QUEUED"
        if self.ends is None or now < self.ends:
            return "IN PROGRESS"
        return "FAILURE" if self.fails else "COMPLETED"

    def zipped(self) -> bytes:
        """The result file; made once, in whatever thread asks first."""
        with self._lock:
            if self._zip is None:
                self._zip = _zipped(self.id, self.work) if self.work else b""
            return self._zip


@dataclass(frozen=True, slots=True)
class Continuation:
    """What a page_token stands for: the rows that the first job left, bound to that job's query."""

    query: dict[str, Any]
    module: str
    page: int
    ends_at: float
    work: Work


class Jobs:
    """The queue. `settle` moves it to the present; whoever changes records calls it first, so that a job never sees later edits."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm
        self.all: dict[str, Job] = {}
        self.tokens: dict[str, Continuation] = {}
        self.fail_next = 0
        self._waiting: list[Job] = []
        self._free_at = 0.0
        self._next_id = 572_900_000_000_000_001

    def add(self, module: str, query: dict[str, Any], page: int, begin: Callable[[], Work]) -> Job:
        """Queue one."""
        job = Job(str(self._next_id), module, query, page, self._crm.now(), begin, fails=self.fail_next > 0)
        self.fail_next = max(0, self.fail_next - 1)
        self._next_id += 13
        self.all[job.id] = job
        self._waiting.append(job)
        self.settle()
        return job

    def settle(self) -> None:
        """Begin every job whose turn has come."""
        now = self._crm.now()
        while self._waiting:
            job = self._waiting[0]
            starts = max(job.created + ADDED_S, self._free_at)
            if starts > now:
                return
            self._waiting.pop(0)
            job.starts = starts
            job.work = self._begun(job)
            job.ends = self._free_at = starts + max(LEAST_S, len(job.work.numbers) * SECONDS_A_ROW)
            if len(job.work.numbers) > WORTH_A_THREAD:
                threading.Thread(target=job.zipped, daemon=True).start()  # ready by the time it is fetched
            if job.work.more:
                job.next_token = self._continued(job)

    def _begun(self, job: Job) -> Work:
        """Its rows; a field that vanished while the job waited makes it fail."""
        try:
            return job.begin()
        except (CrmError, UnknownPath):
            job.fails = True
            return Work(self._crm.modules[job.module].records().content, array("q"), [], more=False, rest=array("q"))

    def _continued(self, job: Job) -> str:
        assert job.work is not None  # noqa: S101 - set by the caller
        token = f"bulk{job.id}p{job.page}"
        at = self._crm.now() + TOKEN_LIFE_S
        self.tokens[token] = Continuation(job.query, job.module, job.page + 1, at, job.work)
        return token

    def kept(self, job: Job) -> bool:
        """Whether the result can still be fetched."""
        ends = job.ends or job.created
        return self._crm.reading("bulk_result_kept") == "always" or self._crm.now() < ends + RESULT_KEPT_S


def cut(content: Content, numbers: array[int], cells: list[Cell], size: int) -> Work:
    """The first `size` rows as a job's work, the others as its rest."""
    return Work(content, numbers[:size], cells, len(numbers) > size, numbers[size:])


def _zipped(job_id: str, work: Work) -> bytes:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(f"{job_id}.csv", "w", force_zip64=True) as raw,
        io.TextIOWrapper(raw, "utf-8", newline="", write_through=False) as text,
    ):
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([cell.name for cell in work.cells])
        writer.writerows(table(work.content, work.numbers, work.cells))
    return packed.getvalue()
