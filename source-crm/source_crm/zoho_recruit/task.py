"""One stream's run in Zoho Recruit: what all its steps share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mailsync.zoho.values import Record
from mailsync.zoho_recruit.bulk_query import Query
from mailsync.zoho_recruit.record_pages import List
from source_crm.emission import Data
from source_crm.zoho.task import ZohoTask
from source_crm.zoho_recruit.selecting import Selected
from source_crm.zoho_recruit.state import StreamState

# The recycle bin keeps records for 60 days; a day more for clocks.
RESTORABLE_DAYS = 61


@dataclass(slots=True)
class Task(ZohoTask[StreamState]):
    """`convertable`: records may be converted, which takes them out of lists without being deleted. `surveyed`: this run compared everything."""

    selected: Selected
    convertable: bool
    surveyed: bool = False

    @property
    def listed(self) -> List:
        """The selection as lists know it, without criteria."""
        return List(self.module, self.modified_field, self.selected.view_id)

    @property
    def query(self) -> Query:
        """The selection as jobs know it."""
        return Query(self.module, self.names, self.selected.view_id, self.selected.criteria)

    def shown(self, rows: Iterable[dict[str, Any]]) -> Iterator[Data]:
        """Records to emit from raw rows; those from before the start date and repetitions left out."""
        for row in rows:
            record = self.canonical.from_json(row)
            if self.wants(record):
                yield from self.show(record)

    def wants(self, record: Record) -> bool:
        """Whether the record changed since the start date."""
        return not self.selected.since or str(record.get(self.modified_field) or "") >= self.selected.since
