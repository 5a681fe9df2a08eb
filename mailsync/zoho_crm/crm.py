"""Zoho CRM as the response rules see it: people, campaigns and their members, items, opt-outs, fields.

Source: Zoho CRM API v8, Upsert Records, Update Related Records, COQL; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from mailsync.clock import Clock
from mailsync.errors import Bug
from mailsync.membership.tool import Window
from mailsync.responses.crm import Ability, CampaignRow, Fate, Filter, NewItem, Outcome, Person, PersonId, Traits
from mailsync.zoho.api import CrmApi
from mailsync.zoho.campaign_records import CampaignRecords
from mailsync.zoho.forms import Form
from mailsync.zoho.items import CONTACTS
from mailsync.zoho.person_rows import is_record_id
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho.writer import CREDITS, PRICES, ROWS, Writer, opt_out_modules
from mailsync.zoho_crm import coql
from mailsync.zoho_crm.conversions import CONVERTING_MODULE, HEIR_MODULE, contacts_of
from mailsync.zoho_crm.items import Items
from mailsync.zoho_crm.people import People

READ_SIZE = 200  # rows of one credit
MEMBER_MODULES = frozenset({"Leads", "Contacts"})
CAMPAIGNS = "Campaigns"
DEAL_NEEDS_A_CONTACT = "DEAL_NEEDS_A_CONTACT"


class ZohoCrm(Writer):
    """One organisation. `forms`: the modules of people, and Campaigns where the account has it; `windows`: the day's credits."""

    def __init__(
        self,
        api: CrmApi,
        *,
        organisation: str,
        forms: Mapping[str, Form],
        windows: tuple[Window, ...],
        clock: Clock,
        runs_automation: bool,
        keys: tuple[str, str] = ("", ""),
    ) -> None:
        """`keys`: the key fields of campaigns and of deals, "" where there are none."""
        people = {name: form for name, form in forms.items() if name != CAMPAIGNS}
        super().__init__(api, people, Items(api, clock, deal_key=keys[1]), runs_automation=runs_automation)
        self._organisation = organisation
        form = forms.get(CAMPAIGNS)
        self._campaigns = CampaignRecords(form, keys[0], self.written, self._campaign_named) if form else None
        self._people = People(api, people)
        self._traits = _traits(people, windows, has_campaigns=self._campaigns is not None)

    @property
    def traits(self) -> Traits:
        """Constant for a run."""
        return self._traits

    def organisation_id(self) -> str:
        """The organisation's id."""
        return self._organisation

    # -- people

    def find(self, addresses: Sequence[str]) -> Mapping[str, Sequence[Person]]:
        """Everybody alive who has one of these addresses."""
        return self._people.find(addresses)

    def people(self, ids: Sequence[PersonId]) -> Mapping[PersonId, Person]:
        """These people, as far as they are there."""
        return self._people.people(ids)

    def in_filter(self, wanted: Filter, ids: Collection[PersonId]) -> frozenset[PersonId]:
        """Who of them is in the custom view."""
        return self._people.in_view(wanted, ids)

    def heirs(self, ids: Sequence[PersonId]) -> Mapping[PersonId, PersonId]:
        """The contacts of converted leads. Who survives a merge is not told."""
        leads = [one.id for one in ids if one.module == CONVERTING_MODULE and is_record_id(one.id)]
        found = contacts_of(self._api, leads) if leads and HEIR_MODULE in self._forms else {}
        return {PersonId(CONVERTING_MODULE, lead): PersonId(HEIR_MODULE, contact) for lead, contact in found.items()}

    # -- rows of custom modules

    def rows_by_key(self, module: str, key_field: str, keys: Sequence[str]) -> Mapping[str, str]:
        """By a query, which has no index delay."""
        page = coql.run(self._api, coql.select(["id", key_field], module, coql.any_of(key_field, keys)))
        return {str(row[key_field]): str(row["id"]) for row in page.rows}

    # -- campaigns

    def write_campaigns(self, rows: Sequence[CampaignRow]) -> Sequence[Outcome]:
        """Update, or find by our key and update, or make: one call for those whose ids are known, one for the others."""
        if self._campaigns is None:
            raise Bug("A campaign was to be written to an account without the module Campaigns.")
        return self._campaigns.put(rows)

    def _campaign_named(self, tail: str) -> str | None:
        page = coql.run(self._api, coql.select(["id"], CAMPAIGNS, f"Campaign_Name like {coql.text('%' + tail)}", limit=1))
        return str(page.rows[0]["id"]) if page.rows else None

    def write_member_statuses(self, campaign_id: str, rows: Sequence[tuple[PersonId, str]]) -> Sequence[Outcome]:
        """Link, or change the status."""
        module = rows[0][0].module
        data = [{"id": person.id, "Member_Status": status} for person, status in rows]
        try:
            return self.written("PUT", f"/{CAMPAIGNS}/{campaign_id}/{module}", data)
        except CrmRefusal as error:
            # The whole call is refused where the campaign itself is not there; a person that is not there is refused in its row.
            if error.code == "INVALID_DATA":
                return [Outcome(Fate.CAMPAIGN_GONE, code=error.code)] * len(rows)
            raise

    # -- items

    def markers(self, makes: Ability, ids: Sequence[PersonId]) -> Mapping[PersonId, Mapping[str, str]]:
        """Our markers under each person."""
        return self._items.markers(makes, ids)

    def make_items(self, items: Sequence[NewItem]) -> Sequence[Outcome]:
        """New items; a deal of somebody who is no contact is refused without a call."""
        refused = Outcome(Fate.REJECTED, code=DEAL_NEEDS_A_CONTACT, message="a deal of Zoho CRM belongs to a contact")
        possible = [item for item in items if item.makes is not Ability.DEAL or item.person.module == CONTACTS]
        made = iter(super().make_items(possible) if possible else ())
        return [next(made) if item in possible else refused for item in items]


def _traits(forms: Mapping[str, Form], windows: tuple[Window, ...], *, has_campaigns: bool) -> Traits:
    opt_out = opt_out_modules(forms)
    campaigns = {Ability.CAMPAIGN, Ability.MEMBER_STATUS} if has_campaigns else set()
    able = {
        Ability.FIELD,
        Ability.ACTIVITY,
        Ability.DEAL,
        Ability.NOTE,
        Ability.PERSON,
        Ability.ROW,
        *campaigns,
        *({Ability.OPT_OUT} if opt_out else ()),
    }
    return Traits(
        system="zoho_crm",
        supports=frozenset(able),
        member_modules=MEMBER_MODULES & forms.keys() if has_campaigns else frozenset(),
        opt_out_modules=opt_out,
        find_size=ROWS,
        read_size=READ_SIZE,
        marker_size=ROWS,
        batch=dict.fromkeys(Ability, ROWS),
        endpoint=CREDITS,
        limits={CREDITS: windows},
        prices=PRICES,
    )
