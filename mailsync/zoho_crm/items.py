"""Activities, deals and notes: made under a person with our marker, and found again by it.

Leads stand in `What_Id` with `$se_module`, contacts in `Who_Id`; deals know contacts only. The marker is the last line of a description or a note's
content, or fills a field of its own. Source: Zoho CRM API v8, Insert Records, Create Notes, COQL; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from mailsync.clock import Clock
from mailsync.errors import VendorUnavailable
from mailsync.responses.crm import Ability, NewItem, PersonId, marked, markers_in
from mailsync.zoho.api import CrmApi
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho_crm import coql

CONTACTS = "Contacts"
TASKS, EVENTS, CALLS = "Tasks", "Events", "Calls"
ACTIVITIES = (TASKS, EVENTS, CALLS)
TITLE_LENGTH = 120
CONTENT_LENGTH = 30_000
NOTES_PER_PAGE = 200
EVENT_LASTS = timedelta(minutes=30)
DAYS_UNTIL_DUE = 1

Markers = dict[PersonId, dict[str, str]]


class Items:
    """The items of one account. `deal_key` is a text field of deals, "" where there is none."""

    def __init__(self, api: CrmApi, clock: Clock, *, deal_key: str) -> None:
        self._api, self._clock, self._deal_key = api, clock, deal_key

    # -- finding

    def markers(self, makes: Ability, ids: Sequence[PersonId]) -> Markers:
        """Our markers under each person → the item's id. A person is absent where the look-up failed."""
        if makes is Ability.NOTE:
            return self._each(ids, lambda person: self._listed(person, "Notes", ("Note_Content", "Note_Title")))
        if makes is Ability.DEAL:
            contacts = [one for one in ids if one.module == CONTACTS]
            columns = [name for name in ("Description", self._deal_key) if name]
            return {one: {} for one in ids} | self._queried("Deals", "Contact_Name", contacts, columns)
        return self._activities(ids)

    def _activities(self, ids: Sequence[PersonId]) -> Markers:
        contacts, others = [one for one in ids if one.module == CONTACTS], [one for one in ids if one.module != CONTACTS]
        found: Markers = {one: {} for one in ids}
        for module in ACTIVITIES:
            _join(found, self._queried(module, "Who_Id", contacts, ["Description"]))
            try:
                _join(found, self._queried(module, "What_Id", others, ["Description"]))
            except CrmRefusal:  # unverified: What_Id may not be comparable in COQL
                return self._each(ids, self._listed_activities)
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
                    found[person] |= _markers_of(row, columns)
            if not page.more or not page.rows:
                return found
            after = coql.both(where, f"id > {coql.text(str(page.rows[-1]['id']))}")

    def _each(self, ids: Iterable[PersonId], look: Any) -> Markers:
        found: Markers = {}
        for person in ids:
            try:
                found[person] = look(person)
            except (VendorUnavailable, CrmRefusal):
                continue
        return found

    def _listed_activities(self, person: PersonId) -> dict[str, str]:
        found: dict[str, str] = {}
        for module in ACTIVITIES:
            found |= self._listed(person, module, ("Description",))
        return found

    def _listed(self, person: PersonId, related: str, columns: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        page = 1
        while True:
            params = {"fields": ",".join(columns), "per_page": str(NOTES_PER_PAGE), "page": str(page)}
            answer = self._api.get(f"/{person.module}/{person.id}/{related}", params=params) or {}
            for row in answer.get("data") or ():
                found |= _markers_of(row, columns)
            if not (answer.get("info") or {}).get("more_records"):
                return found
            page += 1

    # -- making

    def row(self, item: NewItem) -> tuple[str, dict[str, Any]]:
        """Module and record of a new item."""
        if item.makes is Ability.NOTE:
            return "Notes", self._note(item)
        owner = {"Owner": {"id": item.owner}} if item.owner else {}
        if item.makes is Ability.DEAL:
            return "Deals", {**self._deal(item), **owner}
        module = item.settings.get("type") or TASKS
        return module, {**self._activity(module, item), **owner}

    def _note(self, item: NewItem) -> dict[str, Any]:
        parent = {"module": {"api_name": item.person.module}, "id": item.person.id}
        return {"Note_Title": item.subject[:TITLE_LENGTH], "Note_Content": marked(item.text[:CONTENT_LENGTH], item.marker), "Parent_Id": parent}

    def _deal(self, item: NewItem) -> dict[str, Any]:
        text = item.text if self._deal_key else marked(item.text[:CONTENT_LENGTH], item.marker)
        key = {self._deal_key: item.marker} if self._deal_key else {}
        pipeline = {"Pipeline": item.settings["pipeline"]} if item.settings.get("pipeline") else {}
        closing = {"Closing_Date": self._day(item)} if item.settings.get("days") else {}
        who = {"Contact_Name": {"id": item.person.id}}
        return {"Deal_Name": item.subject[:TITLE_LENGTH], "Stage": item.settings["stage"], "Description": text, **who, **pipeline, **closing, **key}

    def _activity(self, module: str, item: NewItem) -> dict[str, Any]:
        who = {"id": item.person.id}
        parent = {"Who_Id": who} if item.person.module == CONTACTS else {"What_Id": who, "$se_module": item.person.module}
        described = {"Description": marked(item.text[:CONTENT_LENGTH], item.marker), **parent}
        if module == EVENTS:
            start = self._due(item)
            times = {"Start_DateTime": _instant(start), "End_DateTime": _instant(start + EVENT_LASTS)}
            return {"Event_Title": item.subject, **times, **described}
        if module == CALLS:
            return {"Subject": item.subject, "Call_Type": "Outbound", "Call_Start_Time": _instant(self._due(item)), **described}
        return {"Subject": item.subject, "Status": "Not Started", "Due_Date": self._day(item), **described}

    def _due(self, item: NewItem) -> datetime:
        days = float(item.settings.get("days") or DAYS_UNTIL_DUE)
        return datetime.fromtimestamp(self._clock.now(), UTC) + timedelta(days=days)

    def _day(self, item: NewItem) -> str:
        return self._due(item).date().isoformat()


def _markers_of(row: Mapping[str, Any], columns: Sequence[str]) -> dict[str, str]:
    """Markers in brackets, and bare ones in a field of their own."""
    found: dict[str, str] = {}
    for column in columns:
        text = str(row.get(column) or "")
        found |= {marker: str(row["id"]) for marker in [*markers_in(text), text.strip()] if marker}
    return found


def _join(found: Markers, more: Markers) -> None:
    for person, markers in more.items():
        found.setdefault(person, {}).update(markers)


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
