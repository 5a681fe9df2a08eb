"""What a chain of Bulk Read jobs asks for, in the words of Zoho CRM API v8 (checked 2026-11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Query:
    """`criteria` is Bulk Read's own object."""

    module: str
    fields: Sequence[str]
    view_id: str | None = None
    criteria: Mapping[str, Any] | None = None

    def body(self, page: int) -> dict[str, Any]:
        """The request of the job for one page."""
        query: dict[str, Any] = {"module": {"api_name": self.module}, "fields": list(self.fields), "page": page}
        if self.view_id:
            query["cvid"] = self.view_id
        if self.criteria:
            query["criteria"] = dict(self.criteria)
        return {"query": query, "file_type": "csv"}

    def after(self, token: str) -> dict[str, Any] | None:
        """The request of the job for the page that a token leads to."""
        return {"query": {"page_token": token}}
