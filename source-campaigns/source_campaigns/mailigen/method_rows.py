"""A stream of the manifest: all rows of one method that counts its pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass
from typing import Any

from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.types import StreamSlice

from mailsync.airbyte.tracing import traced
from mailsync.errors import MailsyncError
from mailsync.mailigen.pages import as_rows
from source_campaigns.mailigen.connection import Connection


@dataclass
class MethodRows(Retriever):
    """`method` is the vendor's name, `identity` the column that tells rows apart."""

    method: str
    identity: str
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    page_size: int = 1000

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        """Nothing is opened before the stream is read."""

    def read_records(
        self,
        records_schema: Mapping[str, Any],  # noqa: ARG002 - the framework's signature
        stream_slice: StreamSlice | None = None,  # noqa: ARG002 - the framework's signature
    ) -> Iterable[Mapping[str, Any]]:
        """The rows. Raises AirbyteTracedException."""
        try:
            yield from self._rows()
        except MailsyncError as error:
            raise traced(error) from None

    def _rows(self) -> Iterable[Mapping[str, Any]]:
        client, known, number = Connection(self.config).client(), set[str](), 0
        while True:
            page = [row for row in as_rows(self.method, client.read(self.method, start=number, limit=self.page_size)) if isinstance(row, dict)]
            fresh = {str(row[self.identity]): row for row in page if row.get(self.identity) and str(row[self.identity]) not in known}
            known.update(fresh)
            yield from fresh.values()
            if len(page) < self.page_size or not fresh:
                return
            number += 1
