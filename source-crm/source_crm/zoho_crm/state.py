"""What a stream of Zoho CRM remembers beside what every system's streams do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from source_crm import state


@dataclass(slots=True)
class Backfill:
    """A first read under way. `road` is coql, bulk or pages.

    coql: `after_id` is the last id done. bulk: `job` is running or being read, `page` and `token` are how it was asked for, `rows` how many of
    its rows are done; `done` counts the rows of the jobs before. pages: `after_time` is the last modified time done. before: packed ids of
    the read before this one, of modules that are read whole every time.
    """

    road: str
    started: str
    after_id: str = ""
    after_time: str = ""
    job: str = ""
    job_rows: int = 0
    page: int = 1
    token: str = ""
    rows: int = 0
    done: int = 0
    before: str = ""


@dataclass(slots=True)
class StreamState(state.StreamState):
    """One stream's state.

    backfill: None once the first read is complete. formulas, formulas_at: what computed values were last, and when they were read.
    fields: a fingerprint of the fields that COQL was last asked for. refused: fields that the vendor lists and does not give.
    without_coql: COQL refuses the module.
    """

    SYSTEM: ClassVar[str] = "zoho_crm"
    VERSION: ClassVar[int] = 1
    PARTS: ClassVar[Mapping[str, type]] = {"backfill": Backfill}

    backfill: Backfill | None = None
    formulas: str = ""
    formulas_at: str = ""
    fields: str = ""
    refused: list[str] = field(default_factory=list)
    without_coql: bool = False

    @property
    def is_new(self) -> bool:
        """Whether nothing was read yet."""
        return not self.upto and self.backfill is None
