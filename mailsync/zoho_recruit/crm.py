"""Zoho Recruit as the response rules see it: candidates, contacts and custom modules; fields, opt-outs, activities and notes.

Not every account has campaigns. That they and their members can be written is told by the upsert page and by text that the update page shares with
Zoho CRM, and promised nowhere: a run's first write tries, and where it is refused as such, nothing more is tried in that run. There are no deals.
Source: Zoho Recruit API v2, Insert, Update, Upsert and Related Records, Notes; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mailsync.clock import Clock
from mailsync.errors import Bug
from mailsync.membership.tool import Window
from mailsync.responses.crm import Ability, CampaignRow, Fate, Filter, Outcome, Person, PersonId, Traits
from mailsync.zoho import items
from mailsync.zoho.api import CrmApi
from mailsync.zoho.campaign_records import CampaignRecords
from mailsync.zoho.forms import Form
from mailsync.zoho.members import MODULE, NAME, is_there
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho.writer import CREDITS, PRICES, ROWS, Writer, opt_out_modules
from mailsync.zoho_recruit.members import NOT_SERVED
from mailsync.zoho_recruit.people import People
from mailsync.zoho_recruit.record_pages import List, every, page

FIND_SIZE = 50
READ_SIZE = 50
MARKER_SIZE = 20
MEMBER_MODULES = frozenset({"Candidates", "Contacts"})
SUPPORTED = frozenset({Ability.FIELD, Ability.ACTIVITY, Ability.NOTE, Ability.PERSON, Ability.ROW})
OF_CAMPAIGNS = frozenset({Ability.CAMPAIGN, Ability.MEMBER_STATUS})


class Items(items.Items):
    """Items of Recruit: a note names its parent in the older form."""

    def parent_of_note(self, person: PersonId) -> dict[str, Any]:
        """The fields that hang a note under a person."""
        return {"Parent_Id": person.id, "se_module": person.module}


class ZohoRecruit(Writer):
    """One organisation. `forms`: the modules of people; `campaigns`: the form of that module, where the account has it, and the field of our key ("":
    none); `windows`: the day's credits.
    """

    def __init__(
        self,
        api: CrmApi,
        *,
        organisation: str,
        forms: Mapping[str, Form],
        campaigns: tuple[Form | None, str],
        windows: tuple[Window, ...],
        clock: Clock,
        runs_automation: bool,
    ) -> None:
        super().__init__(api, forms, Items(api, clock), runs_automation=runs_automation)
        self._organisation = organisation
        self._people = People(api, forms, clock)
        form, key = campaigns
        self._campaigns = CampaignRecords(form, key, self.written, self._campaign_named) if form else None
        opt_out, unproven = opt_out_modules(forms), OF_CAMPAIGNS if form else frozenset[Ability]()
        self._traits = Traits(
            system="zoho_recruit",
            supports=SUPPORTED | unproven | ({Ability.OPT_OUT} if opt_out else frozenset()),
            unproven=unproven,
            member_modules=MEMBER_MODULES & forms.keys() if form else frozenset(),
            opt_out_modules=opt_out,
            find_size=FIND_SIZE,
            read_size=READ_SIZE,
            marker_size=MARKER_SIZE,
            batch=dict.fromkeys(Ability, ROWS),
            endpoint=CREDITS,
            limits={CREDITS: windows},
            prices=PRICES,
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
        """Update, or find by our key and update, or make, where the account's API takes campaigns."""
        if self._campaigns is None:
            raise Bug("A campaign was to be written to an account without the module Campaigns.")
        try:
            return self._campaigns.put(rows)
        except CrmRefusal as error:
            if error.code not in NOT_SERVED:
                raise
            self._lack(OF_CAMPAIGNS)
            return [Outcome(Fate.UNSUPPORTED, code=error.code)] * len(rows)

    def _campaign_named(self, tail: str) -> str | None:
        """By listing them: the search index lags, and knows no end of a text."""
        wanted = List(MODULE, "", fields=("id", NAME))
        rows = (row for some in every(self._api, wanted, page(self._api, wanted), since=None) for row in some)
        return next((str(row["id"]) for row in rows if str(row.get(NAME) or "").endswith(tail)), None)

    def write_member_statuses(self, campaign_id: str, rows: Sequence[tuple[PersonId, str]]) -> Sequence[Outcome]:
        """Link, or change the status, where the account's API does so."""
        data = [{"id": person.id, "Member_Status": status} for person, status in rows]
        try:
            return self.written("PUT", f"/{MODULE}/{campaign_id}/{rows[0][0].module}", data)
        except CrmRefusal as error:
            if error.code not in NOT_SERVED:
                raise
            if not is_there(self._api, campaign_id):
                return [Outcome(Fate.CAMPAIGN_GONE, code=error.code)] * len(rows)
            self._lack(frozenset({Ability.MEMBER_STATUS}))
            return [Outcome(Fate.UNSUPPORTED, code=error.code)] * len(rows)

    def _lack(self, abilities: frozenset[Ability]) -> None:
        self._traits = replace(self._traits, supports=self._traits.supports - abilities, member_modules=frozenset())
