"""Persons, organizations, deals, activities, notes and leads of the seed: each computed from its number when asked."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from emulators import people
from emulators.pipedrive.fields import ADDRESS_PARTS, Field, FieldSet
from emulators.pipedrive.seed import moments
from emulators.pipedrive.seed.definitions import LEVELS
from emulators.pipedrive.table import Record
from emulators.pipedrive.times import day

USERS = (11, 12, 13, 14)
PIPELINES = ((1, (1, 2, 3)), (2, (4, 5)))
ACTIVITY_TYPES = ("call", "meeting", "task", "email")
LEAD_NAMESPACE = uuid.UUID("6f2b6c1e-5c0e-4d3a-9c41-1d2f00000000")
_person = lru_cache(maxsize=1 << 17)(people.person)


class Seed:
    """Makers of records; `sizes` tells how many of each there are."""

    def __init__(self, seed: int, count: int, persons: FieldSet, organizations: FieldSet, deals: FieldSet) -> None:
        self.seed = seed
        self.sizes = {
            "persons": count,
            "organizations": max(count // 4, 1) if count else 0,
            "deals": count // 5,
            "activities": count // 2,
            "notes": count // 10,
            "leads": count // 20,
        }
        self._persons, self._organizations, self._deals = persons.customs(), organizations.customs(), deals.customs()
        self._blank = {one.key: None for one in self._persons}
        self._labels = [option["id"] for option in persons.fields["label"].options or ()]
        self._deal_labels = [option["id"] for option in deals.fields["label"].options or ()]

    def maker(self, entity: str) -> Callable[[int], Record]:
        """The function that makes one record of an entity."""
        maker: Callable[[int], Record] = getattr(self, entity.removesuffix("ies") + "y" if entity.endswith("ies") else entity.removesuffix("s"))
        return maker

    def _common(self, entity: str, identifier: int) -> Record:
        count, salt = self.sizes[entity], len(entity)
        return {
            "id": identifier,
            "add_time": moments.created(identifier, count),
            "update_time": moments.updated(self.seed, identifier, count, salt),
            "is_deleted": False,
        }

    def person(self, identifier: int) -> Record:
        """One person."""
        one = _person(self.seed, identifier - 1)
        bits = people.mixed(self.seed, identifier, 7)
        organizations = self.sizes["organizations"]
        return {
            **self._common("persons", identifier),
            "name": f"{one.first_name} {one.last_name}".strip(),
            "first_name": one.first_name or one.last_name,
            "last_name": one.last_name if one.first_name else None,
            "owner_id": USERS[bits % 3],
            "org_id": bits // 7 % organizations + 1 if one.company and organizations else None,
            "emails": _emails(one, bits),
            "phones": [{"value": one.phone, "primary": True, "label": "work"}] if one.phone else [],
            "visible_to": 3,
            "label_ids": [self._labels[bits % len(self._labels)]] if bits % 5 == 0 else [],
            "picture_id": None,
            "custom_fields": {**self._blank, **dict(zip(self._blank, self._customs(one, identifier, bits), strict=False))},
            "last_incoming_mail_time": moments.LAST_UPDATED - bits % 90_000_000 if bits >> 9 & 3 == 0 else None,
            "last_outgoing_mail_time": moments.LAST_UPDATED - bits % 80_000_000 if bits >> 11 & 1 else None,
            "marketing_status": "unsubscribed" if one.opted_out else ("subscribed" if one.email else "no_consent"),
            "doi_status": None,
            "postal_address": {"value": f"{one.street}, {one.city}"},
            "notes": None,
            "im": [],
            "birthday": one.birthday or None,
            "job_title": one.job_title or None,
        }

    def _customs(self, one: people.Person, identifier: int, bits: int) -> list[Any]:
        """Values of the first custom fields, in the order of `definitions.PERSON_CUSTOMS`."""
        fields = self._persons
        persons, organizations = self.sizes["persons"], self.sizes["organizations"]
        return [
            one.city,
            _option(fields[1], "Yes") if one.opted_out else (_option(fields[1], "No") if bits & 1 else None),
            [_option(fields[2], interest) for interest in one.interests] or None,
            _option(fields[3], LEVELS[bits % 3]) if bits >> 3 & 1 else None,
            float(one.score) if bits >> 4 & 1 else one.score,
            {"value": bits % 90_000 / 100, "currency": ("EUR", "USD", "JPY")[bits % 3]} if bits >> 5 & 1 else None,
            one.birthday or None,
            {"value": "2026-03-01", "until": "2026-03-09"} if bits % 11 == 0 else None,
            {"value": "09:30:00", "timezone_id": 366, "timezone_name": "Europe/Berlin"} if bits % 7 == 0 else None,
            {"value": "09:00:00", "until": "17:30:00", "timezone_id": 366, "timezone_name": "Europe/Berlin"} if bits % 13 == 0 else None,
            _address(one) if bits >> 6 & 1 else None,
            one.mobile or None,
            'Met at the fair.\nSaid: "write to me", twice.' if bits % 9 == 0 else None,
            USERS[bits % 3] if bits >> 7 & 1 else None,
            bits % organizations + 1 if bits % 15 == 0 else None,
            bits % persons + 1 if bits % 17 == 0 else None,
            _option(fields[16], ("小", "中", "大")[bits % 3]) if one.language == "ja" else None,
            "A" if bits & 2 else "B",
            "left" if bits & 4 else None,
            None,
            f"legacy-{identifier}" if bits % 4 == 0 else None,
        ]  # fmt: skip

    def organization(self, identifier: int) -> Record:
        """One organization."""
        one = _person(self.seed, 2_000_000 + identifier)
        bits = people.mixed(self.seed, identifier, 8)
        tier, headquarters, fee = self._organizations[:3]
        return {
            **self._common("organizations", identifier),
            "name": f"{one.company or 'Household ' + one.last_name} {identifier}",
            "owner_id": USERS[bits % 3],
            "visible_to": 3,
            "label_ids": [],
            "address": _address(one) if bits & 1 else None,
            "website": one.website or None,
            "linkedin": None,
            "industry": 404 + bits % 4 if bits >> 2 & 1 else None,
            "annual_revenue": None,
            "employee_count": bits % 5000 if bits >> 3 & 1 else None,
            "custom_fields": {
                tier.key: _option(tier, LEVELS[bits % 3]) if bits >> 4 & 1 else None,
                headquarters.key: _address(one) if bits >> 5 & 1 else None,
                fee.key: {"value": bits % 5000, "currency": "EUR"} if bits >> 6 & 1 else None,
            },
        }

    def deal(self, identifier: int) -> Record:
        """One deal."""
        bits = people.mixed(self.seed, identifier, 9)
        pipeline, stages = PIPELINES[bits % 2]
        status = ("open", "open", "won", "lost")[bits >> 4 & 3]
        common = self._common("deals", identifier)
        closed = None if status == "open" else common["update_time"] or common["add_time"]
        return {
            **common,
            "title": f"Deal {identifier}",
            "creator_user_id": USERS[0],
            "owner_id": USERS[bits % 3],
            "person_id": bits // 11 % self.sizes["persons"] + 1,
            "org_id": bits // 13 % self.sizes["organizations"] + 1 if bits >> 6 & 1 else None,
            "pipeline_id": pipeline,
            "stage_id": stages[bits >> 8 & 1],
            "value": bits % 100_000,
            "currency": "EUR",
            "status": status,
            "is_archived": bits % 19 == 0,
            "close_time": closed,
            "won_time": closed if status == "won" else None,
            "lost_time": closed if status == "lost" else None,
            "lost_reason": "Too dear" if status == "lost" else None,
            "expected_close_date": day(moments.LAST_UPDATED + bits % 9_000_000) if bits >> 9 & 1 else None,
            "probability": None,
            "visible_to": 3,
            "label_ids": [self._deal_labels[bits % 4]] if bits % 3 == 0 else [],
            "stage_change_time": None,
            "archive_time": None,
            "custom_fields": {one.key: "Spring" if one.type == "varchar" and bits & 1 else None for one in self._deals},
        }

    def activity(self, identifier: int) -> Record:
        """One activity; most belong to a person."""
        bits = people.mixed(self.seed, identifier, 10)
        common = self._common("activities", identifier)
        done = bits % 3 > 0
        person_id = bits // 5 % self.sizes["persons"] + 1 if bits % 10 else None
        return {
            **common,
            "subject": ("Call back", "Send offer", "Meet at the fair")[bits % 3],
            "type": ACTIVITY_TYPES[bits % 4],
            "owner_id": USERS[bits % 3],
            "creator_user_id": USERS[0],
            "deal_id": None,
            "lead_id": None,
            "person_id": person_id,
            "org_id": None,
            "project_id": None,
            "due_date": day(common["add_time"] + bits % 5_000_000),
            "due_time": None,
            "duration": None,
            "busy": False,
            "done": done,
            "marked_as_done_time": common["update_time"] or common["add_time"] if done else None,
            "location": None,
            "participants": [{"person_id": person_id, "primary": True}] if person_id else [],
            "attendees": None,
            "conference_meeting_client": None,
            "conference_meeting_url": None,
            "conference_meeting_id": None,
            "public_description": None,
            "priority": None,
            "note": None,
        }

    def note(self, identifier: int) -> Record:
        """One note on a person."""
        bits = people.mixed(self.seed, identifier, 11)
        return {
            **self._common("notes", identifier),
            "content": "<p>Asked for the <b>price list</b>.</p>",
            "user_id": USERS[bits % 3],
            "person_id": bits % self.sizes["persons"] + 1,
            "org_id": None,
            "deal_id": None,
            "lead_id": None,
            "pinned": [],
        }

    def lead(self, identifier: int) -> Record:
        """One lead; the vendor shows `uuid` as its id."""
        bits = people.mixed(self.seed, identifier, 12)
        return {
            **self._common("leads", identifier),
            "uuid": str(uuid.uuid5(LEAD_NAMESPACE, f"{self.seed}-{identifier}")),
            "title": f"Lead {identifier}",
            "owner_id": USERS[bits % 3],
            "person_id": bits % self.sizes["persons"] + 1,
            "organization_id": None,
            "label_ids": [],
            "value": {"amount": bits % 9000, "currency": "EUR"} if bits & 1 else None,
            "expected_close_date": None,
            "is_archived": False,
            "custom_fields": {},
        }


def _option(field: Field, label: str) -> int:
    return next(int(one["id"]) for one in field.options or () if one["label"] == label)


def _emails(one: people.Person, bits: int) -> list[dict[str, Any]]:
    """Nobody, one, or two addresses; of two, the second is sometimes the primary one."""
    if one.email is None:
        return []
    if bits >> 20 & 7:
        return [{"value": one.email, "primary": True, "label": "work"}]
    second_is_primary = bool(bits >> 23 & 1)
    private = f"private.{one.index}@home.example.org"
    return [
        {"value": one.email, "primary": not second_is_primary, "label": "work"},
        {"value": private, "primary": second_is_primary, "label": "home"},
    ]


def _address(one: people.Person) -> dict[str, Any]:
    whole = f"{one.street}, {one.postal_code} {one.city}, {one.country}"
    parts = dict.fromkeys(ADDRESS_PARTS)
    return {"value": whole, **parts, "locality": one.city, "postal_code": one.postal_code, "country": one.country, "formatted_address": whole}
