"""Writing people and items to one of Zoho's CRMs: each write is one call of up to 100 rows with a result each.

The CRM's automation is switched off (`trigger: []`) unless the configuration asks for it. Source: Zoho CRM API v8 and Zoho Recruit API v2, Insert
and Update Records; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mailsync.responses.crm import Ability, NewItem, NewPerson, NewRow, Outcome, PersonId, Price, Value
from mailsync.zoho.api import CrmApi
from mailsync.zoho.forms import Form
from mailsync.zoho.items import NOTE_TEXTS, NOTES, Items
from mailsync.zoho.row_results import outcome

ROWS = 100
ROWS_OF_A_CREDIT = 10
CREDITS = "credits"
PRICES = dict.fromkeys(Ability, Price(rows=ROWS_OF_A_CREDIT))
OPT_OUT = "Email_Opt_Out"


class Writer:
    """The part of a `Crm` that both products share. `forms`: those of the modules of people."""

    def __init__(self, api: CrmApi, forms: Mapping[str, Form], items: Items, *, runs_automation: bool) -> None:
        self._api, self._forms, self._items, self._runs_automation = api, forms, items, runs_automation
        self.row_forms: Mapping[str, Form] = {}  # of the custom modules that hold a row for each response to a survey

    @property
    def people_modules(self) -> tuple[str, ...]:
        """Where people are looked for."""
        return tuple(self._forms)

    def missing_fields(self, person: NewPerson) -> Sequence[str]:
        """Required fields that the person lacks."""
        record = self._person_record(person)
        return sorted(name for name in self._forms[person.module].required if record.get(name) in (None, ""))

    def make_people(self, people: Sequence[NewPerson]) -> Sequence[Outcome]:
        """New records of one module."""
        return self.written("POST", f"/{people[0].module}", [self._person_record(one) for one in people])

    def _person_record(self, person: NewPerson) -> dict[str, Any]:
        form = self._forms[person.module]
        local = person.address.partition("@")[0]
        whole = f"{person.first_name} {person.last_name}".strip() or local
        named = {"First_Name": person.first_name, "Last_Name": person.last_name or local, "Name": whole}
        named |= {"Company": person.company, "Phone": person.phone}
        values = {**named, form.addresses[0]: person.address, **person.constants}
        record = {name: form.value(name, value) for name, value in values.items() if name in form.fields and value != ""}
        owner = {form.owner: {"id": person.owner}} if person.owner and form.owner else {}
        return {name: value for name, value in record.items() if form.fields[name].creatable} | owner

    def write_fields(self, rows: Sequence[tuple[PersonId, Mapping[str, Value]]]) -> Sequence[Outcome]:
        """Update fields of people of one module."""
        form = self._forms[rows[0][0].module]
        data = [{"id": person.id, **{name: form.value(name, value) for name, value in values.items()}} for person, values in rows]
        return self.written("PUT", f"/{form.module}", data)

    def opt_out(self, ids: Sequence[PersonId]) -> Sequence[Outcome]:
        """Set the e-mail opt-out of people of one module."""
        return self.written("PUT", f"/{ids[0].module}", [{"id": one.id, OPT_OUT: True} for one in ids])

    def make_items(self, items: Sequence[NewItem]) -> Sequence[Outcome]:
        """New items; one request for each module they lie in (activities of several types are several)."""
        done: dict[int, Outcome] = {}
        of_module: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        for at, item in enumerate(items):
            module, record = self._items.row(item)
            of_module.setdefault(module, []).append((at, record))
        for module, numbered in of_module.items():
            results = self.written("POST", f"/{module}", [record for _, record in numbered])
            done |= {at: result for (at, _), result in zip(numbered, results, strict=True)}
        return [done[at] for at in range(len(items))]

    def heirs(self, _ids: Sequence[PersonId]) -> Mapping[PersonId, PersonId]:
        """Nobody: what takes the place of a record is not told."""
        return {}

    def rewrite_notes(self, notes: Sequence[tuple[str, NewItem]]) -> Sequence[Outcome]:
        """Title and text anew."""
        rows = [{"id": identifier, **{name: record[name] for name in NOTE_TEXTS}} for identifier, record in self._notes(notes)]
        return self.written("PUT", f"/{NOTES}", rows)

    def _notes(self, notes: Sequence[tuple[str, NewItem]]) -> list[tuple[str, Mapping[str, Any]]]:
        return [(identifier, self._items.row(note)[1]) for identifier, note in notes]

    def make_rows(self, rows: Sequence[NewRow]) -> Sequence[Outcome]:
        """New rows of one custom module."""
        return self.written("POST", f"/{rows[0].module}", [self._row_record(one) for one in rows])

    def rewrite_rows(self, rows: Sequence[tuple[str, NewRow]]) -> Sequence[Outcome]:
        """Rows of one custom module anew."""
        return self.written("PUT", f"/{rows[0][1].module}", [{"id": identifier, **self._row_record(one)} for identifier, one in rows])

    def _row_record(self, row: NewRow) -> dict[str, Any]:
        form = self.row_forms[row.module]
        values = {name: form.value(name, value) for name, value in row.values.items()}
        return {**values, row.key_field: row.key, row.person_field: {"id": row.person.id}}

    def written(self, method: str, path: str, rows: Sequence[Mapping[str, Any]], **more: Any) -> list[Outcome]:
        """One call; an outcome for each row."""
        body = {"data": list(rows), **more, **({} if self._runs_automation else {"trigger": []})}
        cost = -(-len(rows) // ROWS_OF_A_CREDIT)  # as PRICES say
        return [outcome(result) for result in self._api.write(method, path, body, cost=cost)]


def opt_out_modules(forms: Mapping[str, Form]) -> frozenset[str]:
    """Modules whose people have an opt-out that can be written."""
    return frozenset(name for name, form in forms.items() if OPT_OUT in form.fields and form.fields[OPT_OUT].updatable)
