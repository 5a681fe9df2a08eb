"""All records of the selection as they are now, by the cheaper road: a page where one holds them, jobs of Bulk Read where it is many.

Lists cost three credits for 200 records, a job about fifty for 200,000 and a wait; criteria are for jobs alone. Bulk Read sees the module at one
moment; a list of several pages may skip a record that others move under it, so what it lacks is looked at again before it is called gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from mailsync.errors import ConfigError
from mailsync.zoho import bulk_read
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho.values import Record
from mailsync.zoho_recruit import record_pages
from mailsync.zoho_recruit.record_pages import ROWS_PER_PAGE, Row
from source_crm.emission import Data
from source_crm.zoho.bulk_chain import BulkChain, Emit
from source_crm.zoho.progress import Backfill
from source_crm.zoho_recruit.task import Task


@dataclass(slots=True)
class Seen:
    """How the records were read: `exact` where all of them are of one moment."""

    exact: bool = True


def snapshot(task: Task, seen: Seen) -> Iterator[Record]:
    """Canonical records of the selection. Raises ConfigError where the selection can be read by no road."""
    first = None if task.selected.criteria else record_pages.page(task.api, task.listed, since=_since(task), ascending=True)
    if first is None or (first.more and not _is_for_pages(task)):
        try:
            yield from filter(task.wants, by_jobs(task, seen, Backfill("bulk", ""), save=False))
        except CrmRefusal as error:
            refuse_bulk(task, error)
        else:
            return
        first = record_pages.page(task.api, task.listed, since=_since(task), ascending=True)
    seen.exact = not first.more
    for rows in record_pages.every(task.api, task.listed, first, since=_since(task)):
        yield from filter(task.wants, map(task.canonical.from_json, whole(task, rows)))


def _is_for_pages(task: Task) -> bool:
    """Whether some pages are cheaper than a job, or the only way."""
    return task.state.without_bulk or (task.selected.view_id is None and len(task.known) <= task.options.bulk_from_rows)


def by_jobs(task: Task, seen: Seen, progress: Backfill, *, save: bool, emit: Emit | None = None) -> Iterator[Data]:
    """By Bulk Read, from where the progress stands; `save` keeps it in the state. Raises CrmRefusal, also where this is not for Bulk Read."""
    chain = BulkChain(task.api, task.voice, task.query, progress, save=task.checkpoint if save else _nothing, emit=emit or partial(_plain, task))
    yield from chain.rows()
    seen.exact = chain.jobs == 1


def refuse_bulk(task: Task, error: CrmRefusal) -> None:
    """Note that Bulk Read does not do this; raises what means something else, and ConfigError where nothing else does it."""
    if not bulk_read.cannot_bulk(error):
        raise error
    if task.selected.criteria:
        raise ConfigError(
            f"Zoho Recruit does not read {task.module} in bulk ({error.code}), and lists know no criteria. Select a custom view, or all of it."
        ) from error
    task.state.without_bulk = True
    task.voice.info(f"Zoho Recruit does not read this in bulk ({error.code}): it is read by pages of {ROWS_PER_PAGE} records.")


def whole(task: Task, rows: list[Row]) -> list[Row]:
    """Rows of a list; those whose rich text may be cut are read one by one."""
    rich = [field.api_name for field in task.fields if field.is_rich_text]
    return [_uncut(task, row) if any(_is_cut(row.get(name)) for name in rich) else row for row in rows]


def _uncut(task: Task, row: Row) -> Row:
    return record_pages.single(task.api, task.module, str(row["id"])) or row


def _is_cut(value: object) -> bool:
    return isinstance(value, str) and len(value) == record_pages.RICH_TEXT_CUT


def _since(task: Task) -> str | None:
    return task.selected.since or None


def _plain(task: Task, header: list[str], rows: Iterator[list[str]]) -> Iterator[Data]:
    return map(task.canonical.from_cells(header), rows)


def _nothing() -> None:
    """A read that the state does not keep."""
