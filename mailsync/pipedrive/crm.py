"""Pipedrive as the response rules see it: persons, one call a record; no campaigns and no member statuses.

`marketing_status` is never written: the vendor refuses most changes in silence, and it decides who may be mailed by Pipedrive itself
(docs/systems/pipedrive.md#marketing). The CRM's automations cannot be held back by a call, so nothing here promises it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from mailsync.clock import Clock
from mailsync.errors import Bug, VendorUnavailable
from mailsync.membership.tool import Window
from mailsync.pipedrive.api import PipedriveApi
from mailsync.pipedrive.endpoints import GET_V2, IDS_PER_CALL, V2, WRITE_V1, WRITE_V2
from mailsync.pipedrive.fields import Field
from mailsync.pipedrive.items import Items
from mailsync.pipedrive.people import PERSONS, People
from mailsync.pipedrive.person_fields import customs
from mailsync.pipedrive.refusals import PipedriveRefusal
from mailsync.responses.crm import (
    DONE,
    Ability,
    CampaignRow,
    Fate,
    Filter,
    NewItem,
    NewPerson,
    NewRow,
    Outcome,
    Person,
    PersonId,
    Price,
    Traits,
    Value,
)

TOKENS = "tokens"
FIND_SIZE = 500
MARKER_SIZE = 20
NOT_THERE = frozenset({404, 410})


class Pipedrive:
    """One company. `fields`: custom fields of persons by the name that the configuration gives them; `opt_out`: code and value, None where no
    field is configured.
    """

    def __init__(
        self,
        api: PipedriveApi,
        *,
        company: str,
        fields: Mapping[str, Field],
        opt_out: tuple[str, Any] | None,
        deal_key: str,
        windows: tuple[Window, ...],
        clock: Clock,
    ) -> None:
        """`deal_key`: code of a custom field of deals, "" where there is none."""
        self._api, self._company, self._fields, self._opt_out = api, company, fields, opt_out
        self._people = People(api, clock)
        self._items = Items(api, clock, deal_key=deal_key)
        self._keeps_customs: bool | None = None
        able = {Ability.FIELD, Ability.ACTIVITY, Ability.DEAL, Ability.NOTE, Ability.PERSON, *({Ability.OPT_OUT} if opt_out else ())}
        self._traits = Traits(
            system="pipedrive",
            supports=frozenset(able),
            member_modules=frozenset(),
            opt_out_modules=frozenset({PERSONS}) if opt_out else frozenset(),
            find_size=FIND_SIZE,
            read_size=IDS_PER_CALL,
            marker_size=MARKER_SIZE,
            batch=dict.fromkeys(Ability, 1),
            endpoint=TOKENS,
            limits={TOKENS: windows},
            prices=dict.fromkeys(Ability, Price(WRITE_V2)) | {Ability.NOTE: Price(WRITE_V1)},
        )

    @property
    def traits(self) -> Traits:
        """Constant for a run."""
        return self._traits

    def organisation_id(self) -> str:
        """The company's id."""
        return self._company

    @property
    def people_modules(self) -> tuple[str, ...]:
        """Persons alone."""
        return (PERSONS,)

    def find(self, addresses: Sequence[str]) -> Mapping[str, Sequence[Person]]:
        """Everybody alive who has one of these addresses."""
        return self._people.find(addresses)

    def people(self, ids: Sequence[PersonId]) -> Mapping[PersonId, Person]:
        """These people, as far as they are there."""
        return self._people.people(ids)

    def in_filter(self, wanted: Filter, ids: Collection[PersonId]) -> frozenset[PersonId]:
        """Who of them is in the filter."""
        return self._people.in_filter(wanted, ids)

    def write_campaigns(self, rows: Sequence[CampaignRow]) -> Sequence[Outcome]:
        """Never called: see `traits`."""
        raise Bug(f"Pipedrive has no campaigns, and {len(rows)} were to be written.")

    def write_member_statuses(self, campaign_id: str, rows: Sequence[tuple[PersonId, str]]) -> Sequence[Outcome]:
        """Never called: see `traits`."""
        raise Bug(f"Pipedrive has no campaigns, and {len(rows)} members of {campaign_id} were to be written.")

    # -- persons

    def write_fields(self, rows: Sequence[tuple[PersonId, Mapping[str, Value]]]) -> Sequence[Outcome]:
        """Update custom fields."""
        return [self._patched(person.id, customs(self._fields, values)) for person, values in rows]

    def opt_out(self, ids: Sequence[PersonId]) -> Sequence[Outcome]:
        """Set the configured field."""
        if self._opt_out is None:
            raise Bug("An opt-out was to be written, and no field is configured for it.")
        code, value = self._opt_out
        return [self._patched(one.id, {code: value}) for one in ids]

    def _patched(self, person: str, values: dict[str, Any]) -> Outcome:
        """Unverified: PATCH may clear custom fields that it does not name. The first one of a run finds out, and mends what it cleared."""
        try:
            before = self._customs_of(person) if not self._keeps_customs else {}
            sent = values if self._keeps_customs is not False else {**before, **values}
            after = self._patch(person, sent)
            if self._keeps_customs is None and (lost := {code for code in before if code not in values and after.get(code) is None}):
                self._keeps_customs = False
                self._patch(person, {**{code: before[code] for code in lost}, **before, **values})
            elif self._keeps_customs is None and before.keys() - values.keys():
                self._keeps_customs = True
        except PipedriveRefusal as error:
            return self._refused(error, person, asks=False)
        return DONE

    def _customs_of(self, person: str) -> dict[str, Any]:
        """Custom fields that hold something."""
        row = self._api.get(f"/persons/{person}", price=GET_V2) or {}
        if row.get("is_deleted"):
            raise PipedriveRefusal(f"Person {person} is deleted.", status=404, code="deleted")
        return {code: value for code, value in (row.get("custom_fields") or {}).items() if value is not None}

    def _patch(self, person: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        row = self._api.write("PATCH", f"{V2}/persons/{person}", {"custom_fields": dict(values)}, price=WRITE_V2) or {}
        return row.get("custom_fields") or {}

    def missing_fields(self, person: NewPerson) -> Sequence[str]:
        """None: the API requires a name alone, which the address gives."""
        return [] if person.address else ["name"]

    def make_people(self, people: Sequence[NewPerson]) -> Sequence[Outcome]:
        """New persons."""
        return [self._made(lambda person=person: self._make_person(person), None) for person in people]  # type: ignore[misc]

    def _make_person(self, person: NewPerson) -> str:
        name = f"{person.first_name} {person.last_name}".strip() or person.address.partition("@")[0]
        body: dict[str, Any] = {"name": name, "emails": [{"value": person.address, "primary": True, "label": "work"}]}
        if person.first_name and person.last_name:
            body |= {"first_name": person.first_name, "last_name": person.last_name}
        if person.phone:
            body["phones"] = [{"value": person.phone, "primary": True, "label": "work"}]
        if person.owner:
            body["owner_id"] = int(person.owner)
        if person.constants:
            body["custom_fields"] = customs(self._fields, person.constants)
        made = self._api.write("POST", f"{V2}/persons", body, price=WRITE_V2) or {}
        return str(made.get("id") or "")

    # -- items

    def markers(self, makes: Ability, ids: Sequence[PersonId]) -> Mapping[PersonId, Mapping[str, str]]:
        """Our markers under each person; who could not be looked at is absent."""
        found: dict[PersonId, Mapping[str, str]] = {}
        for one in ids:
            try:
                found[one] = self._items.markers(makes, one.id)
            except (VendorUnavailable, PipedriveRefusal):
                continue
        return found

    def make_items(self, items: Sequence[NewItem]) -> Sequence[Outcome]:
        """New items, one request each."""
        return [self._made(lambda item=item: self._items.make(item), item.person.id) for item in items]  # type: ignore[misc]

    def heirs(self, _ids: Sequence[PersonId]) -> Mapping[PersonId, PersonId]:
        """Nobody: who survives a merge is told to its caller alone."""
        return {}

    def rewrite_notes(self, notes: Sequence[tuple[str, NewItem]]) -> Sequence[Outcome]:
        """Their content anew, one request each. A deleted note still takes it, and stays deleted."""
        return [self._rewritten(identifier, note) for identifier, note in notes]

    def _rewritten(self, identifier: str, note: NewItem) -> Outcome:
        try:
            active = self._items.rewrite_note(identifier, note)
        except PipedriveRefusal as error:
            return self._refused(error, None, asks=False)
        return DONE if active else Outcome(Fate.GONE, code="deleted")

    def rows_by_key(self, module: str, key_field: str, keys: Sequence[str]) -> Mapping[str, str]:
        """Never called: see `traits`."""
        raise Bug(f"Pipedrive has no custom modules, and {len(keys)} rows of {module} were looked for by {key_field}.")

    def make_rows(self, rows: Sequence[NewRow]) -> Sequence[Outcome]:
        """Never called: see `traits`."""
        raise Bug(f"Pipedrive has no custom modules, and {len(rows)} rows were to be made.")

    def rewrite_rows(self, rows: Sequence[tuple[str, NewRow]]) -> Sequence[Outcome]:
        """Never called: see `traits`."""
        raise Bug(f"Pipedrive has no custom modules, and {len(rows)} rows were to be written.")

    def _made(self, make: Callable[[], str], person: str | None) -> Outcome:
        try:
            identifier = make()
        except PipedriveRefusal as error:
            return self._refused(error, person, asks=person is not None)
        if not identifier:
            raise VendorUnavailable("Pipedrive accepted something new without telling its id.")
        return Outcome(Fate.DONE, id=identifier)

    def _refused(self, error: PipedriveRefusal, person: str | None, *, asks: bool) -> Outcome:
        """An item of a person who is not there is refused in general words, so the person is asked for (`asks`)."""
        gone = error.status in NOT_THERE
        if asks and not gone and person is not None:
            gone = PersonId(PERSONS, person) not in self._people.people([PersonId(PERSONS, person)])
        return Outcome(Fate.GONE if gone else Fate.REJECTED, code=f"HTTP {error.status} {error.code}", message=str(error))
