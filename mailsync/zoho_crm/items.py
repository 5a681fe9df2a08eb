"""Items of Zoho CRM: activities and deals are looked up by COQL, a hundred people a query; deals know contacts only.

A deal's marker is the last line of its description, or fills a field of its own. Source: Zoho CRM API v8, COQL, Insert Records; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mailsync.clock import Clock
from mailsync.responses.crm import Ability, NewItem, PersonId, marked
from mailsync.zoho import items
from mailsync.zoho.api import CrmApi
from mailsync.zoho.items import ACTIVITIES, CONTACTS, CONTENT_LENGTH, TITLE_LENGTH, Markers, markers_of, owned
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho_crm import coql

DEALS = "Deals"


class Items(items.Items):
    """The items of one account. `deal_key` is a text field of deals, "" where there is none."""

    def __init__(self, api: CrmApi, clock: Clock, *, deal_key: str) -> None:
        super().__init__(api, clock)
        self._deal_key = deal_key

    def markers(self, makes: Ability, ids: Sequence[PersonId]) -> Markers:
        """Our markers under each person → the item's id. A person is absent where the look-up failed."""
        if makes is Ability.NOTE:
            return super().markers(makes, ids)
        if makes is Ability.DEAL:
            contacts = [one for one in ids if one.module == CONTACTS]
            columns = [name for name in ("Description", self._deal_key) if name]
            return {one: {} for one in ids} | self._queried(DEALS, "Contact_Name", contacts, columns)
        return self._activities(ids)

    def _activities(self, ids: Sequence[PersonId]) -> Markers:
        contacts, others = [one for one in ids if one.module == CONTACTS], [one for one in ids if one.module != CONTACTS]
        found: Markers = {one: {} for one in ids}
        for module in ACTIVITIES:
            _join(found, self._queried(module, "Who_Id", contacts, ["Description"]))
            try:
                _join(found, self._queried(module, "What_Id", others, ["Description"]))
            except CrmRefusal:  # unverified: What_Id may not be comparable in COQL
                return super().markers(Ability.ACTIVITY, ids)
        return found

    def _queried(self, module: str, parent: str, people: Sequence[PersonId], columns: Sequence[str]) -> Markers:
        found: Markers = {one: {} for one in people}
        if not people:
            return found
        known = {one.id: one for one in people}
        where = after = coql.any_of(parent, sorted(known))
        while True:
            page = coql.run(self._api, coql.select(["id", parent, *columns], module, after))
            for row in page.rows:
                person = known.get(str((row.get(parent) or {}).get("id")))
                if person is not None:
                    found[person] |= markers_of(row, columns)
            if not page.more or not page.rows:
                return found
            after = coql.both(where, f"id > {coql.text(str(page.rows[-1]['id']))}")

    def row(self, item: NewItem) -> tuple[str, dict[str, Any]]:
        """Module and record of a new item."""
        return (DEALS, {**self._deal(item), **owned(item)}) if item.makes is Ability.DEAL else super().row(item)

    def _deal(self, item: NewItem) -> dict[str, Any]:
        text = item.text if self._deal_key else marked(item.text[:CONTENT_LENGTH], item.marker)
        key = {self._deal_key: item.marker} if self._deal_key else {}
        pipeline = {"Pipeline": item.settings["pipeline"]} if item.settings.get("pipeline") else {}
        closing = {"Closing_Date": self.due(item).date().isoformat()} if item.settings.get("days") else {}
        who = {"Contact_Name": {"id": item.person.id}}
        return {"Deal_Name": item.subject[:TITLE_LENGTH], "Stage": item.settings["stage"], "Description": text, **who, **pipeline, **closing, **key}


def _join(found: Markers, more: Markers) -> None:
    for person, markers in more.items():
        found.setdefault(person, {}).update(markers)
