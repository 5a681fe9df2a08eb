"""Zoho CRM as the response rules see it: people, campaigns and their members, items, opt-outs, fields.

Every write is one call of up to 100 rows with a result each, and switches the CRM's automation off (`trigger: []`) unless the configuration asks for
it. Source: Zoho CRM API v8, Insert, Update and Upsert Records, Update Related Records; checked 2026-11.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mailsync.clock import Clock
from mailsync.errors import Bug
from mailsync.membership.tool import Window
from mailsync.responses.crm import Ability, CampaignRow, Fate, Filter, NewItem, NewPerson, Outcome, Person, PersonId, Traits, Value
from mailsync.zoho.api import CrmApi
from mailsync.zoho.forms import Form
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho.row_results import outcome
from mailsync.zoho_crm import coql
from mailsync.zoho_crm.items import CONTACTS, Items
from mailsync.zoho_crm.people import OPT_OUT, People

ROWS = 100
ROWS_OF_A_CREDIT = 10
READ_SIZE = 200  # rows of one credit
CREDITS = "credits"
MEMBER_MODULES = frozenset({"Leads", "Contacts"})
CAMPAIGNS = "Campaigns"
DEAL_NEEDS_A_CONTACT = "DEAL_NEEDS_A_CONTACT"


class ZohoCrm:
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
        self._api, self._organisation, self._runs_automation = api, organisation, runs_automation
        self._campaign_key = keys[0]
        self._campaigns = forms.get(CAMPAIGNS)
        self._forms = {name: form for name, form in forms.items() if name != CAMPAIGNS}
        self._people = People(api, self._forms)
        self._items = Items(api, clock, deal_key=keys[1])
        self._traits = _traits(self._forms, windows, has_campaigns=self._campaigns is not None)

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

    def missing_fields(self, person: NewPerson) -> Sequence[str]:
        """Required fields that the person lacks."""
        record = self._person_record(person)
        return sorted(name for name in self._forms[person.module].required if record.get(name) in (None, ""))

    def make_people(self, people: Sequence[NewPerson]) -> Sequence[Outcome]:
        """New records of one module."""
        return self._written("POST", f"/{people[0].module}", [self._person_record(one) for one in people])

    def _person_record(self, person: NewPerson) -> dict[str, Any]:
        form = self._forms[person.module]
        local = person.address.partition("@")[0]
        whole = f"{person.first_name} {person.last_name}".strip() or local
        named = {"First_Name": person.first_name, "Last_Name": person.last_name or local, "Name": whole}
        named |= {"Company": person.company, "Phone": person.phone}
        values = {**named, form.addresses[0]: person.address, **person.constants}
        record = {name: form.value(name, value) for name, value in values.items() if name in form.fields and value != ""}
        owner = {"Owner": {"id": person.owner}} if person.owner else {}
        return {name: value for name, value in record.items() if form.fields[name].creatable} | owner

    # -- campaigns

    def write_campaign(self, row: CampaignRow) -> Outcome:
        """Update, or find by our key and update, or make."""
        record = self._campaign_record(row)
        known = row.id or self._known_campaign(row)
        if known:
            (done,) = self._written("PUT", f"/{CAMPAIGNS}", [{"id": known, **record}])
            gone = done.fate is Fate.GONE
            return Outcome(Fate.CAMPAIGN_GONE, code=done.code) if gone else Outcome(done.fate, known, done.code, done.message, done.field)
        check = self._campaign_key or "Campaign_Name"
        (done,) = self._written("POST", f"/{CAMPAIGNS}/upsert", [record], duplicate_check_fields=[check])
        return done

    def _known_campaign(self, row: CampaignRow) -> str | None:
        """By the key in the name, which may have been renamed in front of it; a key field is compared by the upsert itself."""
        if self._campaign_key:
            return None
        page = coql.run(self._api, coql.select(["id"], CAMPAIGNS, f"Campaign_Name like {coql.text('%' + _bracketed(row.key))}", limit=1))
        return str(page.rows[0]["id"]) if page.rows else None

    def _campaign_record(self, row: CampaignRow) -> dict[str, Any]:
        form = self._campaign_form()
        record = {name: form.value(name, value) for name, value in row.values.items()}
        if row.sent_at is not None and "Start_Date" in form.fields:
            record.setdefault("Start_Date", form.value("Start_Date", row.sent_at))
        if row.parent_id:
            record["Parent_Campaign"] = {"id": row.parent_id}
        length = form.fields["Campaign_Name"].length or ROWS
        if not self._campaign_key:
            tail = f" {_bracketed(row.key)}"
            return {**record, "Campaign_Name": row.name[: length - len(tail)].rstrip() + tail}
        key = row.key if len(row.key) <= form.fields[self._campaign_key].length else _short(row.key)
        return {**record, "Campaign_Name": row.name[:length], self._campaign_key: key}

    def _campaign_form(self) -> Form:
        if self._campaigns is None:
            raise Bug("A campaign was to be written to an account without the module Campaigns.")
        return self._campaigns

    def write_member_statuses(self, campaign_id: str, rows: Sequence[tuple[PersonId, str]]) -> Sequence[Outcome]:
        """Link, or change the status."""
        module = rows[0][0].module
        data = [{"id": person.id, "Member_Status": status} for person, status in rows]
        try:
            return self._written("PUT", f"/{CAMPAIGNS}/{campaign_id}/{module}", data)
        except CrmRefusal as error:
            # The whole call is refused where the campaign itself is not there; a person that is not there is refused in its row.
            if error.code == "INVALID_DATA":
                return [Outcome(Fate.CAMPAIGN_GONE, code=error.code)] * len(rows)
            raise

    # -- fields

    def write_fields(self, rows: Sequence[tuple[PersonId, Mapping[str, Value]]]) -> Sequence[Outcome]:
        """Update fields of people."""
        form = self._forms[rows[0][0].module]
        data = [{"id": person.id, **{name: form.value(name, value) for name, value in values.items()}} for person, values in rows]
        return self._written("PUT", f"/{form.module}", data)

    def opt_out(self, ids: Sequence[PersonId]) -> Sequence[Outcome]:
        """Set the e-mail opt-out."""
        return self._written("PUT", f"/{ids[0].module}", [{"id": one.id, OPT_OUT: True} for one in ids])

    # -- items

    def markers(self, makes: Ability, ids: Sequence[PersonId]) -> Mapping[PersonId, Mapping[str, str]]:
        """Our markers under each person."""
        return self._items.markers(makes, ids)

    def make_items(self, items: Sequence[NewItem]) -> Sequence[Outcome]:
        """New items; one request for each module they lie in (activities of several types are several)."""
        done: dict[int, Outcome] = {}
        of_module: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        for at, item in enumerate(items):
            if item.makes is Ability.DEAL and item.person.module != CONTACTS:
                done[at] = Outcome(Fate.REJECTED, code=DEAL_NEEDS_A_CONTACT, message="a deal of Zoho CRM belongs to a contact")
                continue
            module, record = self._items.row(item)
            of_module.setdefault(module, []).append((at, record))
        for module, numbered in of_module.items():
            results = self._written("POST", f"/{module}", [record for _, record in numbered])
            done |= {at: result for (at, _), result in zip(numbered, results, strict=True)}
        return [done[at] for at in range(len(items))]

    def _written(self, method: str, path: str, rows: Sequence[Mapping[str, Any]], **more: Any) -> list[Outcome]:
        body = {"data": list(rows), **more, **({} if self._runs_automation else {"trigger": []})}
        cost = -(-len(rows) // ROWS_OF_A_CREDIT)
        return [outcome(result) for result in self._api.write(method, path, body, cost=cost)]


def _short(key: str) -> str:
    return hashlib.blake2b(key.encode(), digest_size=6).hexdigest()


def _bracketed(key: str) -> str:
    return f"[{_short(key)}]"


def _traits(forms: Mapping[str, Form], windows: tuple[Window, ...], *, has_campaigns: bool) -> Traits:
    opt_out = frozenset(name for name, form in forms.items() if OPT_OUT in form.fields and form.fields[OPT_OUT].updatable)
    campaigns = {Ability.CAMPAIGN, Ability.MEMBER_STATUS} if has_campaigns else set()
    able = {Ability.FIELD, Ability.ACTIVITY, Ability.DEAL, Ability.NOTE, Ability.PERSON, *campaigns, *({Ability.OPT_OUT} if opt_out else ())}
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
    )
