"""Activities, deals and notes of a person: made with our marker, and found again by it (docs/systems/pipedrive.md#writes, #notes, #deletion).

The marker stands in an activity's or a note's text, and in a custom field of a deal where one is configured, else at the end of its title. Deleted
deals are listed for thirty days, so their markers still count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from mailsync.clock import Clock
from mailsync.pipedrive.api import PipedriveApi
from mailsync.pipedrive.endpoints import LIST_ARCHIVED, LIST_V1, V1, V2, WRITE_V1, WRITE_V2
from mailsync.responses.crm import Ability, NewItem, markers_in

NOTES_PER_PAGE = 100
TITLE_LENGTH = 200
DAYS_UNTIL_DUE = 1
_EVERY_STATUS = "open,won,lost,deleted"


class Items:
    """The items of one company. `deal_key`: code of a custom field of deals, "" where there is none."""

    def __init__(self, api: PipedriveApi, clock: Clock, *, deal_key: str) -> None:
        self._api, self._clock, self._deal_key = api, clock, deal_key

    def markers(self, makes: Ability, person: str) -> dict[str, str]:
        """Our markers among a person's items of this kind → the item's id."""
        found: dict[str, str] = {}
        for row in {Ability.ACTIVITY: self._activities, Ability.DEAL: self._deals, Ability.NOTE: self._notes}[makes](person):
            for text in (row.get("note"), row.get("title"), row.get("content")):
                found |= {marker: str(row["id"]) for marker in markers_in(text)}
            key = (row.get("custom_fields") or {}).get(self._deal_key) if self._deal_key else None
            found |= {str(key): str(row["id"])} if key else {}
        return found

    def _activities(self, person: str) -> Iterable[Mapping[str, Any]]:
        for page in self._api.pages("/activities", {"person_id": person}):
            yield from page.rows

    def _deals(self, person: str) -> Iterable[Mapping[str, Any]]:
        customs = {"custom_fields": self._deal_key} if self._deal_key else {}
        for page in self._api.pages("/deals", {"person_id": person, "status": _EVERY_STATUS, **customs}):
            yield from page.rows
        for page in self._api.pages("/deals/archived", {"person_id": person, **customs}, price=LIST_ARCHIVED):
            yield from page.rows

    def _notes(self, person: str) -> Iterable[Mapping[str, Any]]:
        start = 0
        while True:
            params = {"person_id": person, "start": str(start), "limit": str(NOTES_PER_PAGE)}
            rows = self._api.get_v1("/notes", params=params, price=LIST_V1) or ()
            yield from rows
            if len(rows) < NOTES_PER_PAGE:
                return
            start += NOTES_PER_PAGE

    def make(self, item: NewItem) -> str:
        """The id of a new item, made in one request. Raises PipedriveRefusal and whatever a write raises."""
        if item.makes is Ability.NOTE:
            made = self._api.write("POST", f"{V1}/notes", self._note(item), price=WRITE_V1)
        elif item.makes is Ability.DEAL:
            made = self._api.write("POST", f"{V2}/deals", self._deal(item), price=WRITE_V2)
        else:
            made = self._api.write("POST", f"{V2}/activities", self._activity(item), price=WRITE_V2)
        return str((made or {}).get("id") or "")

    def rewrite_note(self, identifier: str, item: NewItem) -> bool:
        """Give a note its content anew. False where it is deleted: the vendor changes it all the same, and shows it to nobody."""
        changed = self._api.write("PUT", f"{V1}/notes/{identifier}", {"content": self._note(item)["content"]}, price=WRITE_V1) or {}
        return bool(changed.get("active_flag", True))

    def _note(self, item: NewItem) -> dict[str, Any]:
        head = f"<b>{escape(item.subject)}</b>" if item.subject and item.subject != item.text else ""
        return {"content": "<br>".join(filter(None, (head, _html(item.text), f"[ms-{item.marker}]"))), "person_id": int(item.person.id)}

    def _deal(self, item: NewItem) -> dict[str, Any]:
        mark = f" [ms-{item.marker}]"
        title = item.subject[:TITLE_LENGTH] if self._deal_key else item.subject[: TITLE_LENGTH - len(mark)] + mark
        places = {name: int(item.settings[name]) for name in ("pipeline_id", "stage_id") if item.settings.get(name)}
        key = {"custom_fields": {self._deal_key: item.marker}} if self._deal_key else {}
        closing = {"expected_close_date": self._day(item)} if item.settings.get("days") else {}
        return {"title": title, "person_id": int(item.person.id), **_owner(item), **places, **closing, **key}

    def _activity(self, item: NewItem) -> dict[str, Any]:
        kind = {"type": item.settings["type"]} if item.settings.get("type") else {}
        return {
            "subject": item.subject[:TITLE_LENGTH],
            "participants": [{"person_id": int(item.person.id), "primary": True}],
            "due_date": self._day(item),
            "done": False,
            "note": f"{_html(item.text)}<br>[ms-{item.marker}]",
            **kind,
            **_owner(item),
        }

    def _day(self, item: NewItem) -> str:
        days = float(item.settings.get("days") or DAYS_UNTIL_DUE)
        return (datetime.fromtimestamp(self._clock.now(), UTC) + timedelta(days=days)).date().isoformat()


def _owner(item: NewItem) -> dict[str, int]:
    return {"owner_id": int(item.owner)} if item.owner else {}


def _html(text: str) -> str:
    return escape(text).replace("\n", "<br>")
