"""How far a first read has come, as the state keeps it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Backfill:
    """A first read under way. `road` is coql, bulk or pages.

    coql: `after_id` is the last id done. bulk: `job` is running or being read, `page` and `token` are how it was asked for, `rows` how many of
    its rows are done; `done` counts the rows of the jobs before. pages: `after_time` is the last change time done. before: packed ids of
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
