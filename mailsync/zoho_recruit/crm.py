"""Zoho Recruit as the response rules see it: candidates, contacts and custom modules; fields, opt-outs, activities and notes.

Campaigns and member statuses are not written: no page of the vendor says that they can be, and not every account has the module. There are no deals.
Source: Zoho Recruit API v2, Insert, Update and Related Records, Notes; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mailsync.clock import Clock
from mailsync.errors import Bug
from mailsync.membership.tool import Window
from mailsync.responses.crm import Ability, CampaignRow, Filter, Outcome, Person, PersonId, Traits
from mailsync.zoho import items
from mailsync.zoho.api import CrmApi
from mailsync.zoho.forms import Form
from mailsync.zoho.writer import CREDITS, ROWS, Writer, opt_out_modules
from mailsync.zoho_recruit.people import People

FIND_SIZE = 50
READ_SIZE = 50
MARKER_SIZE = 20


class Items(items.Items):
    """Items of Recruit: a note names its parent in the older form."""

    def parent_of_note(self, person: PersonId) -> dict[str, Any]:
        """The fields that hang a note under a person."""
        return {"Parent_Id": person.id, "se_module": person.module}


class ZohoRecruit(Writer):
    """One organisation. `forms`: the modules of people; `windows`: the day's credits."""

    def __init__(
        self, api: CrmApi, *, organisation: str, forms: Mapping[str, Form], windows: tuple[Window, ...], clock: Clock, runs_automation: bool
    ) -> None:
        super().__init__(api, forms, Items(api, clock), runs_automation=runs_automation)
        self._organisation = organisation
        self._people = People(api, forms, clock)
        opt_out = opt_out_modules(forms)
        self._traits = Traits(
            system="zoho_recruit",
            supports=frozenset({Ability.FIELD, Ability.ACTIVITY, Ability.NOTE, Ability.PERSON, Ability.ROW, *({Ability.OPT_OUT} if opt_out else ())}),
            member_modules=frozenset(),
            opt_out_modules=opt_out,
            find_size=FIND_SIZE,
            read_size=READ_SIZE,
            marker_size=MARKER_SIZE,
            batch=dict.fromkeys(Ability, ROWS),
            endpoint=CREDITS,
            limits={CREDITS: windows},
        )

    @property
    def traits(self) -> Traits:
        """Constant for a run."""
        return self._traits

    def organisation_id(self) -> str:
        """The organisation's id."""
        return self._organisation

    def find(self, addresses: Sequence[str]) -> Mapping[str, Sequence[Person]]:
        """Everybody alive who has one of these addresses."""
        return self._people.find(addresses)

    def people(self, ids: Sequence[PersonId]) -> Mapping[PersonId, Person]:
        """These people, as far as they are there."""
        return self._people.people(ids)

    def in_filter(self, wanted: Filter, ids: Collection[PersonId]) -> frozenset[PersonId]:
        """Who of them is in the custom view."""
        return self._people.in_view(wanted, ids)

    def markers(self, makes: Ability, ids: Sequence[PersonId]) -> Mapping[PersonId, Mapping[str, str]]:
        """Our markers under each person."""
        return self._items.markers(makes, ids)

    def rows_by_key(self, module: str, key_field: str, keys: Sequence[str]) -> Mapping[str, str]:
        """By one search for each: `equals` means `contains` in text fields, and its index lags, so the key is compared here."""
        found: dict[str, str] = {}
        for key in keys:
            answer = self._api.get(f"/{module}/search", params={"criteria": f"({key_field}:equals:{key})"}) or {}
            found |= {str(row[key_field]): str(row["id"]) for row in answer.get("data") or () if row.get(key_field) == key}
        return found

    def write_campaigns(self, rows: Sequence[CampaignRow]) -> Sequence[Outcome]:
        """Never called: see `traits`."""
        raise Bug(f"Campaigns of Zoho Recruit are not written, and {len(rows)} were to be.")

    def write_member_statuses(self, campaign_id: str, rows: Sequence[tuple[PersonId, str]]) -> Sequence[Outcome]:
        """Never called: see `traits`."""
        raise Bug(f"Campaigns of Zoho Recruit are not written, and {len(rows)} members of {campaign_id} were to be.")
