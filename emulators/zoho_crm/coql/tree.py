"""What a parsed COQL query is."""

from __future__ import annotations

from dataclasses import dataclass

from emulators.zoho_crm.criteria import Node


@dataclass(frozen=True, slots=True)
class Column:
    """One item of the select list: a path, or an aggregate over one. `name` is its key in the answer."""

    path: str
    function: str | None = None
    alias: str | None = None

    @property
    def name(self) -> str:
        """The key in the answer."""
        if self.alias:
            return self.alias
        return f"{self.function}({self.path})" if self.function else self.path


@dataclass(frozen=True, slots=True)
class Order:
    """One key of `order by`: a path, an alias or the name of an aggregate."""

    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """`source` is a module name, or the id of a custom view. `where` is None where the query has none."""

    columns: tuple[Column, ...]
    source: str
    source_is_view: bool
    where: Node | None
    group_by: tuple[str, ...]
    order_by: tuple[Order, ...]
    limit: int
    offset: int
    has_flat_chain: bool = False
