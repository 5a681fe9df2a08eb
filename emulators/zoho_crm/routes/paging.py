"""`page`, `per_page` and the plain `info` block."""

from __future__ import annotations

from typing import Any

from emulators.zoho_crm.errors import invalid_data
from emulators.zoho_crm.guard import Call

MAX_PER_PAGE = 200


def page_of(call: Call) -> tuple[int, int]:
    """`page` and `per_page`. Raises INVALID_DATA where one is no number in its range."""
    return number(call, "page", default=1, most=None), number(call, "per_page", default=MAX_PER_PAGE, most=MAX_PER_PAGE)


def number(call: Call, name: str, *, default: int, most: int | None) -> int:
    """One whole number of the query, at least 1."""
    text = call.query.get(name)
    if text is None:
        return default
    if not text.isdigit() or int(text) < 1 or (most is not None and int(text) > most):
        raise invalid_data("invalid data", param_name=name, expected_data_type="integer", **({"maximum": most} if most else {}))
    return int(text)


def info(page: int, per_page: int, count: int, *, more: bool) -> dict[str, Any]:
    """The block under a list."""
    return {"per_page": per_page, "count": count, "page": page, "more_records": more}
