"""One entity's run: what all its steps share, and how raw records become shown ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsync.errors import ConfigError
from mailsync.pipedrive import filters
from mailsync.pipedrive.ahead import Page
from mailsync.pipedrive.api import PipedriveApi
from mailsync.pipedrive.endpoints import CUSTOM_FIELDS_PER_CALL
from mailsync.pipedrive.entities import MAIL_TIMES, MARKETING_STATUS, Canonical, Entity, has_left
from mailsync.pipedrive.filters import Filter
from mailsync.pipedrive.refusals import PipedriveRefusal
from source_crm import columns, task
from source_crm.emission import Data
from source_crm.id_set import KnownIds, count
from source_crm.pipedrive.around import Around, LookedUp, joined
from source_crm.pipedrive.connection import Connection
from source_crm.pipedrive.state import PipedriveState

Raw = Mapping[str, Any]
# Deleted records can be restored for so long; a day more for clocks.
RESTORABLE_DAYS = 31


@dataclass(slots=True)
class Task(task.Task[PipedriveState]):
    """`chosen`: the filter whose records are wanted, None for all. `include`: properties that have to be asked for. `a_custom_field`: the code of any
    one, to ask for when the others are not needed; `customs`: those that are. `since`: records last changed before it are not wanted ("": all are).
    """

    entity: Entity
    connection: Connection
    api: PipedriveApi
    canonical: Canonical
    around: Around
    chosen: Filter | None
    include: tuple[str, ...]
    a_custom_field: str
    customs: tuple[str, ...]
    since: str
    opted_out: KnownIds | None = field(init=False)

    def __post_init__(self) -> None:
        task.Task.__post_init__(self)  # a class with slots has no `super()` of no argument
        self.opted_out = KnownIds(self.state.opted_out, count(self.state.opted_out)) if MARKETING_STATUS in self.include else None

    @property
    def tracks_mails(self) -> bool:
        """Whether the times of mails are part of what is shown."""
        return set(MAIL_TIMES) <= set(self.include)

    def checkpoint(self) -> None:
        """As every CRM's, and who has left."""
        if self.opted_out is not None:
            self.state.opted_out = self.opted_out.packed()
        task.Task.checkpoint(self)

    # -- calls

    def asking(self, *, bare: bool = False) -> dict[str, str]:
        """The parameters of a list: in order of ids, of the filter; `bare`: ids and times are enough."""
        params = {"sort_by": "id"}
        if self.chosen is not None:
            params["filter_id"] = self.chosen.id
        return params | self.shaping(bare=bare)

    def shaping(self, *, bare: bool = False) -> dict[str, str]:
        """What of each record is asked for. A company has hundreds of custom fields, most of them empty: a few are named, many come all."""
        tracked = [name for name in self.include if name in (*MAIL_TIMES, MARKETING_STATUS)]
        include = ",".join(tracked if bare else self.include)
        customs = () if bare else self.customs
        named = ",".join(customs or [self.a_custom_field]) if len(customs) <= CUSTOM_FIELDS_PER_CALL else ""
        return {name: text for name, text in (("include_fields", include), ("custom_fields", named)) if text}

    def pages(self, place: int, params: Mapping[str, str], *, cursor: str | None = None, bare: bool = False) -> Iterator[Page]:
        """All pages of one of the entity's lists, with what stands around their records unless `bare`.

        A filter that is gone is a configuration error, never an empty list.
        """
        path, price = self.entity.lists[place]
        try:
            yield from self.api.pages(path, params, cursor=cursor, price=price, along=None if bare else self.around.looked_up)
        except PipedriveRefusal as error:
            if self.chosen is not None and "filter_id" in params and cursor is None and error.status in (400, 403, 404):
                raise filters.gone(self.entity.name, self.chosen.name, error) from error
            if error.status == 403:
                raise ConfigError(f"{error} The user behind the credentials may not read {self.entity.name}. Change its permission set.") from error
            raise

    def by_ids(self, ids: Iterable[int]) -> Iterator[dict[str, Any]]:
        """Whole raw records of these ids; those that are deleted or invisible are left out."""
        shape = self.shaping()

        def asked(some: str) -> list[dict[str, Any]]:
            return self.api.page(self.entity.path, {"ids": some, **shape}).rows

        for rows in self.connection.lookups.map(asked, joined(ids)):
            yield from rows

    # -- showing

    def shown(self, rows: list[dict[str, Any]], around: LookedUp | None = None) -> Iterator[Data]:
        """Records to emit from raw rows; `around`: what was looked up for them already. A list that shows deleted records as well says so of each."""
        live = [row for row in rows if not row.get("is_deleted") and changed(row) >= self.since]
        looked_up = around or self.around.looked_up(live)
        for row in live:
            record = self.canonical.record(row)
            self.around.complete(row, record, looked_up)
            if "update_time" not in record and "add_time" in record:
                record[columns.UPDATED_AT] = record["add_time"]
            if self.opted_out is not None:
                (self.opted_out.add if has_left(row) else self.opted_out.discard)(int(row["id"]))
            yield from self.show(record)
        for row in rows:
            if row.get("is_deleted") and int(row["id"]) in self.known:
                yield from self.gone(row["id"], at=changed(row), reason=columns.DELETED)


def changed(row: Raw) -> str:
    """When a record was last changed, as far as the vendor says."""
    return str(row.get("update_time") or row.get("add_time") or "")
