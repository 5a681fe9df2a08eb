"""A stream of the manifest: all rows of one method, by the client that every stream shares.

The vendor tells failures in bodies of HTTP 200, answers a locked method in ways nobody has documented, and counts calls for each method; all of
that is known in `mailsync/zoho_campaigns`, so the manifest only says which method, and where its rows are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass
from typing import Any

from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.types import StreamSlice

from mailsync.airbyte.tracing import traced
from mailsync.errors import MailsyncError
from mailsync.zoho_campaigns.pages import fresh_pages, from_index, in_details
from source_campaigns.zoho_campaigns.connection import shared

WINDOWS = {"fromindex": from_index, "details": in_details}


@dataclass
class MethodRows(Retriever):
    """`method` is the vendor's name, `rows_in` the list's name in its answer, `identity` the column that tells rows apart.

    `paging` says how a page is asked for: `fromindex` (with `range`, counting from 1) or `details` (an object, counting from 0).
    """

    method: str
    rows_in: str
    identity: str
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    paging: str = "fromindex"
    page_size: int = 100

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._window = WINDOWS[self.paging](self.page_size)

    def read_records(
        self,
        records_schema: Mapping[str, Any],  # noqa: ARG002 - the framework's signature
        stream_slice: StreamSlice | None = None,  # noqa: ARG002 - the framework's signature
    ) -> Iterable[Mapping[str, Any]]:
        """The rows. Raises AirbyteTracedException."""
        try:
            client = shared(self.config).client()
            for page in fresh_pages(client, self.method, self._window, rows_in=self.rows_in, identity=self.identity):
                yield from page
        except MailsyncError as error:
            raise traced(error) from None
