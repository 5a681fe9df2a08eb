"""Custom views: which records a user chose to look at (docs/systems/zoho_crm.md#views)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulators.zoho_crm.criteria import AllOf, AnyOf, Comparison, Node

COMPARATORS = {
    "equal": "eq",
    "not_equal": "ne",
    "in": "in",
    "not_in": "not_in",
    "less_than": "lt",
    "less_equal": "le",
    "greater_than": "gt",
    "greater_equal": "ge",
    "between": "between",
    "not_between": "not_between",
    "contains": "contains",
    "not_contains": "not_contains",
    "starts_with": "starts_with",
    "ends_with": "ends_with",
    "like": "contains",
    "not_like": "not_contains",
    "include_any": "in",
    "exclude_all": "not_in",
}
EMPTY = "${EMPTY}"
_SHOWN = ("Full_Name", "Name", "Account_Name", "Email", "Phone", "Owner")


@dataclass(slots=True)
class View:
    """One view. `raw` is its criteria as the API shows them, `criteria` the same as a tree; `version` counts edits."""

    id: str
    name: str
    raw: dict[str, Any] | None = None
    criteria: Node | None = None
    system_name: str | None = None
    category: str = "public_views"
    access_type: str = "public"
    bulk: bool = True
    fields: tuple[str, ...] = ()
    version: int = 0

    @property
    def is_default(self) -> bool:
        """Whether the module opens with it."""
        return self.system_name == "ALLVIEWS"


class BadCriteria(ValueError):
    """Criteria that are no criteria."""


def tree(raw: Any) -> Node:
    """The tree of `{comparator, field: {api_name}, value}` or `{group_operator, group: […]}`. Raises BadCriteria."""
    if not isinstance(raw, dict):
        raise BadCriteria("criteria must be an object")
    if "group" in raw:
        parts = tuple(tree(one) for one in raw["group"])
        operator = str(raw.get("group_operator", "")).lower()
        if operator not in {"and", "or"} or not parts:
            raise BadCriteria("group_operator must be and / or")
        return AllOf(parts) if operator == "and" else AnyOf(parts)
    field = raw.get("field")
    name = field.get("api_name") if isinstance(field, dict) else None
    comparator = COMPARATORS.get(str(raw.get("comparator")))
    if not isinstance(name, str) or comparator is None:
        raise BadCriteria(f"comparator {raw.get('comparator')!r}")
    return _test(name, comparator, raw.get("value"))


def _test(name: str, op: str, value: Any) -> Comparison:
    if value == EMPTY:
        return Comparison(name, "null" if op == "eq" else "not_null")
    return Comparison(name, op, value)


def one(name: str, comparator: str, value: Any) -> dict[str, Any]:
    """A single criterion in the API's form."""
    return {"field": {"api_name": name}, "comparator": comparator, "value": value}


def seeded_views(module: str, module_id: int, fields: set[str]) -> dict[str, View]:
    """The views a module begins with; those whose fields it lacks are left out."""
    wanted: list[tuple[str, str | None, dict[str, Any] | None, dict[str, Any]]] = [
        (f"All {module}", "ALLVIEWS", None, {}),
        (f"My {module}", "MYVIEWS", one("Owner", "equal", str(572_000_000_000_000_011)), {}),
        ("Recently Modified", "RECENTLYMODIFIED", one("Modified_Time", "greater_equal", "${NOW}-7"), {}),
    ]
    if "Email_Opt_Out" in fields:
        wanted.append(("Unsubscribed", "UNSUBSCRIBED", one("Email_Opt_Out", "equal", "true"), {}))
    if "Converted__s" in fields:
        wanted.append(("Converted Leads", "CONVERTEDVIEWS", None, {}))
    wanted += _user_views(fields)
    views = {}
    for number, (name, system, raw, more) in enumerate(wanted, start=1):
        view_id = str(module_id + 500_000 + number)
        shown = tuple(field for field in _SHOWN if field in fields)
        views[view_id] = View(view_id, name, raw, tree(raw) if raw else None, system, fields=shown, **more)
    return {key: view for key, view in views.items() if _known(view.raw, fields)}


def _user_views(fields: set[str]) -> list[tuple[str, str | None, dict[str, Any] | None, dict[str, Any]]]:
    mine = {"category": "created_by_me", "access_type": "only_to_me"}
    wanted: list[tuple[str, str | None, dict[str, Any] | None, dict[str, Any]]] = []
    if "Country" in fields:
        germans = {"group_operator": "and", "group": [one("Country", "equal", "Germany"), one("Email", "not_equal", EMPTY)]}
        wanted.append(("German Newsletter", None, germans, mine))
        wanted.append(("Shared Leads", None, one("City", "equal", "Köln"), {"category": "shared_with_me", "access_type": "shared", "bulk": False}))
    if "Interests" in fields:
        wanted.append(("Interested in Books", None, one("Interests", "contains", "Books"), mine))
    if "Created_Time" in fields and "Email" in fields:
        wanted.append(("New This Month", None, one("Created_Time", "greater_equal", "${NOW}-30"), mine))
    return wanted


def _known(raw: dict[str, Any] | None, fields: set[str]) -> bool:
    if raw is None:
        return True
    parts = raw.get("group", [raw])
    return all(part["field"]["api_name"] in fields for part in parts)
