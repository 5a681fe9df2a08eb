"""Search (docs/systems/zoho_recruit.md#search): criteria know `equals` and `starts_with` only."""

from __future__ import annotations

from typing import ClassVar

from emulators.zoho_crm.criteria import Node, tests
from emulators.zoho_crm.errors import CrmError
from emulators.zoho_crm.routes.search import Search
from emulators.zoho_crm.state import Module

OPERATIONS = frozenset({"eq", "starts_with"})


class RecruitSearch(Search):
    """`GET /{module}/search`."""

    SCOPES: ClassVar[tuple[str, ...]] = ("ZohoRecruit.search.READ", "ZohoSearch.securesearch.READ")

    def _criteria(self, text: str, module: Module) -> Node:
        node = super()._criteria(text, module)
        # `equals` in text fields becomes `contains` in the engine, as the vendor's search does.
        if any(test.op not in OPERATIONS | {"contains"} for test in tests(node)):
            raise CrmError(400, "INVALID_QUERY", "invalid query formed", reason="operator")
        return node
