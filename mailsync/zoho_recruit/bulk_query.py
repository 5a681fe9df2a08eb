"""What a chain of Bulk Read jobs asks for, in Recruit's dialect: the module as text, `selectfields`, no `field` around a criterion's name.

Source: Zoho Recruit API v2, Bulk Read; bodies sent by public clients; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_CRITERIA = 24  # of Bulk Read's 25: a start date fits beside them


@dataclass(frozen=True, slots=True)
class Query:
    """`criteria` is Bulk Read's own object."""

    module: str
    fields: Sequence[str]
    view_id: str | None = None
    criteria: Mapping[str, Any] | None = None

    def body(self, page: int) -> dict[str, Any]:
        """The request of the job for one page."""
        query: dict[str, Any] = {"module": self.module, "selectfields": list(self.fields), "page": page}
        if self.view_id:
            query["cvid"] = self.view_id
        if self.criteria:
            query["criteria"] = dict(self.criteria)
        return {"query": query, "file_type": "csv"}

    def after(self, token: str) -> dict[str, Any] | None:  # noqa: ARG002 - there are no tokens
        """The request of the job for the page that a token leads to: Recruit gives none."""
        return None


def named(field: str) -> dict[str, Any]:
    """How Bulk Read's criteria name a field."""
    return {"api_name": field}
