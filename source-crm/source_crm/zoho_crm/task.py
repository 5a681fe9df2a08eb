"""One stream's run in Zoho CRM: what all its steps share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mailsync.zoho.values import boolean
from mailsync.zoho_crm.conversions import CONVERTED
from mailsync.zoho_crm.coql_read import CoqlReader
from source_crm.emission import Data
from source_crm.zoho.task import ZohoTask
from source_crm.zoho_crm.selecting import Selected
from source_crm.zoho_crm.state import StreamState


@dataclass(slots=True)
class Task(ZohoTask[StreamState]):
    """`reader` is None where COQL refuses the module."""

    selected: Selected
    reader: CoqlReader | None

    @property
    def coql(self) -> CoqlReader:
        """The reader, where COQL serves the module."""
        if self.reader is None:
            raise AssertionError(f"{self.module} is not read by COQL")
        return self.reader

    @property
    def has_modified_time(self) -> bool:
        """Whether changes can be asked for."""
        return bool(self.modified_field)

    def shown(self, rows: Iterable[dict[str, Any]]) -> Iterator[Data]:
        """Records to emit from raw rows: canonical, converted leads left out, repetitions left out."""
        for row in rows:
            if not is_converted(row):
                yield from self.show(self.canonical.from_json(row))


def is_converted(row: dict[str, Any]) -> bool:
    """Whether a raw row is a lead that became a contact."""
    value = row.get(CONVERTED)
    return value is True or (isinstance(value, str) and boolean(value) is True)
