"""Activities and notes of one of Zoho's CRMs: made under a person with our marker, and found again by it in the person's related lists.

Contacts stand in `Who_Id`, everybody else in `What_Id` with `$se_module`. The marker is the last line of a description or of a note's content.
Source: Zoho CRM API v8 and Zoho Recruit API v2, Insert Records, Create Notes, Get Related Records; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from mailsync.clock import Clock
from mailsync.errors import VendorUnavailable
from mailsync.responses.crm import Ability, NewItem, PersonId, marked, markers_in
from mailsync.zoho.api import CrmApi
from mailsync.zoho.refusals import CrmRefusal

CONTACTS, NOTES = "Contacts", "Notes"
NOTE_TEXTS = ("Note_Title", "Note_Content")
TASKS, EVENTS, CALLS = "Tasks", "Events", "Calls"
ACTIVITIES = (TASKS, EVENTS, CALLS)
TITLE_LENGTH = 120
CONTENT_LENGTH = 30_000
ROWS_PER_PAGE = 200
EVENT_LASTS = timedelta(minutes=30)
DAYS_UNTIL_DUE = 1

Markers = dict[PersonId, dict[str, str]]


class Items:
    """The items of one account."""

    def __init__(self, api: CrmApi, clock: Clock) -> None:
        self._api, self._clock = api, clock

    # -- finding

    def markers(self, makes: Ability, ids: Sequence[PersonId]) -> Markers:
        """Our markers under each person → the item's id. A person is absent where the look-up failed."""
        if makes is Ability.NOTE:
            return self._each(ids, lambda person: self._listed(person, NOTES, ("Note_Content", "Note_Title")))
        return self._each(ids, self._listed_activities)

    def _each(self, ids: Iterable[PersonId], look: Callable[[PersonId], dict[str, str]]) -> Markers:
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
            params = {"fields": ",".join(columns), "per_page": str(ROWS_PER_PAGE), "page": str(page)}
            answer = self._api.get(f"/{person.module}/{person.id}/{related}", params=params) or {}
            for row in answer.get("data") or ():
                found |= markers_of(row, columns)
            if not (answer.get("info") or {}).get("more_records"):
                return found
            page += 1

    # -- making

    def row(self, item: NewItem) -> tuple[str, dict[str, Any]]:
        """Module and record of a new item."""
        if item.makes is Ability.NOTE:
            text = marked(item.text[:CONTENT_LENGTH], item.marker)
            return NOTES, {"Note_Title": item.subject[:TITLE_LENGTH], "Note_Content": text, **self.parent_of_note(item.person)}
        module = item.settings.get("type") or TASKS
        return module, {**self._activity(module, item), **owned(item)}

    def parent_of_note(self, person: PersonId) -> dict[str, Any]:
        """The fields that hang a note under a person."""
        return {"Parent_Id": {"module": {"api_name": person.module}, "id": person.id}}

    def _activity(self, module: str, item: NewItem) -> dict[str, Any]:
        who = {"id": item.person.id}
        parent = {"Who_Id": who} if item.person.module == CONTACTS else {"What_Id": who, "$se_module": item.person.module}
        described = {"Description": marked(item.text[:CONTENT_LENGTH], item.marker), **parent}
        if module == EVENTS:
            start = self.due(item)
            times = {"Start_DateTime": _instant(start), "End_DateTime": _instant(start + EVENT_LASTS)}
            return {"Event_Title": item.subject, **times, **described}
        if module == CALLS:
            return {"Subject": item.subject, "Call_Type": "Outbound", "Call_Start_Time": _instant(self.due(item)), **described}
        return {"Subject": item.subject, "Status": "Not Started", "Due_Date": self.due(item).date().isoformat(), **described}

    def due(self, item: NewItem) -> datetime:
        """When it is due."""
        days = float(item.settings.get("days") or DAYS_UNTIL_DUE)
        return datetime.fromtimestamp(self._clock.now(), UTC) + timedelta(days=days)


def owned(item: NewItem) -> dict[str, Any]:
    """The owner, where one is meant."""
    return {"Owner": {"id": item.owner}} if item.owner else {}


def markers_of(row: Mapping[str, Any], columns: Sequence[str]) -> dict[str, str]:
    """Markers in brackets, and bare ones in a field of their own."""
    found: dict[str, str] = {}
    for column in columns:
        text = str(row.get(column) or "")
        found |= {marker: str(row["id"]) for marker in [*markers_in(text), text.strip()] if marker}
    return found


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
