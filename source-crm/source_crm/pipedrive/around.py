"""What stands around a person: columns of its organization, and when it was last contacted.

Neither is a property of the person. Organizations are read by id, a hundred at a time, and kept; the last contact is the latest of the two mail
times and the time of the last done activity, which is read by its id (docs/systems/pipedrive.md#persons).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from mailsync.pipedrive.api import PipedriveApi
from mailsync.pipedrive.endpoints import IDS_PER_CALL
from mailsync.pipedrive.entities import LAST_ACTIVITY, LAST_CONTACTED, MAIL_TIMES, Canonical

MOST_ORGANIZATIONS = 20_000

Raw = Mapping[str, Any]
Found = Callable[[Iterable[int]], Iterator[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class LookedUp:
    """For one page of persons: columns by the organization's id, the time of a contact by the activity's."""

    organizations: Mapping[int, dict[str, Any]]
    contacts: Mapping[int, str]


class Around:
    """Looks up what a page of persons needs, and completes each of them. Without anything wanted it does nothing."""

    def __init__(
        self,
        api: PipedriveApi,
        lookups: ThreadPoolExecutor,
        *,
        organization: Canonical | None = None,
        last_contacted: str = "off",
    ) -> None:
        """`organization` makes the columns of a raw organization. `last_contacted` is the configuration's word."""
        self._api, self._lookups = api, lookups
        self._organization = organization
        self._last_contacted = last_contacted
        self._organizations: OrderedDict[int, dict[str, Any]] = OrderedDict()
        self._lock = threading.Lock()  # pages are looked up while the one before is shown

    @property
    def wants_organizations(self) -> bool:
        """Whether a change of an organization concerns its persons."""
        return self._organization is not None

    @property
    def wants_activities(self) -> bool:
        """Whether a change of an activity concerns its persons."""
        return self._last_contacted == "mails_and_activities"

    def looked_up(self, rows: list[dict[str, Any]]) -> LookedUp:
        """What these raw persons need."""
        organizations: dict[int, dict[str, Any]] = {}
        contacts: dict[int, str] = {}
        if self.wants_organizations:
            organizations = self._looked_up_organizations({int(row["org_id"]) for row in rows if row.get("org_id")})
        if self.wants_activities:
            ids = {int(row[LAST_ACTIVITY]) for row in rows if row.get(LAST_ACTIVITY)}
            contacts = {int(one["id"]): _contact_of(one) for one in self._read("/activities", ids)}
        return LookedUp(organizations, contacts)

    def _looked_up_organizations(self, ids: set[int]) -> dict[int, dict[str, Any]]:
        assert self._organization is not None  # noqa: S101 - asked before
        with self._lock:
            kept = self._organizations
            for identifier in ids & kept.keys():
                kept.move_to_end(identifier)
            for raw in self._read("/organizations", ids - kept.keys()):
                kept[int(raw["id"])] = self._organization.record(raw)
            while len(kept) > max(MOST_ORGANIZATIONS, len(ids)):
                kept.popitem(last=False)
            return {identifier: kept[identifier] for identifier in ids if identifier in kept}

    def _read(self, path: str, ids: Iterable[int]) -> Iterator[dict[str, Any]]:
        for rows in self._lookups.map(lambda some: self._api.page(path, {"ids": some}).rows, joined(ids)):
            yield from rows

    def complete(self, raw: Raw, record: dict[str, Any], looked_up: LookedUp) -> None:
        """Put the columns into a person's record."""
        if self._organization is not None and raw.get("org_id"):
            record.update(looked_up.organizations.get(int(raw["org_id"]), {}))
        if self._last_contacted != "off":
            times = [str(raw[name]) for name in MAIL_TIMES if raw.get(name)]
            if self.wants_activities and raw.get(LAST_ACTIVITY):
                times.append(looked_up.contacts.get(int(raw[LAST_ACTIVITY]), ""))
            if latest := max(times, default=""):
                record[LAST_CONTACTED] = latest

    def forget(self, organizations: Iterable[int]) -> None:
        """They changed: read them again."""
        with self._lock:
            for identifier in organizations:
                self._organizations.pop(identifier, None)


def joined(ids: Iterable[int]) -> list[str]:
    """Ids as the vendor takes them, at most a hundred in each text."""
    ordered = sorted(ids)
    return [",".join(map(str, ordered[start : start + IDS_PER_CALL])) for start in range(0, len(ordered), IDS_PER_CALL)]


def _contact_of(activity: Raw) -> str:
    """When an activity was a contact: when it was marked as done, else its day; "" for one that is still to do."""
    if not activity.get("done"):
        return ""
    day = activity.get("due_date")
    return str(activity.get("marked_as_done_time") or (f"{day}T00:00:00Z" if day else ""))
