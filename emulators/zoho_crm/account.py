"""One account with everything that works on it: built at the start and again at every reset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulators.zoho_crm.edit_settings import SettingsEdits
from emulators.zoho_crm.edits import Edits
from emulators.zoho_crm.guard import Endpoint
from emulators.zoho_crm.jobs import Jobs
from emulators.zoho_crm.limits import Limits
from emulators.zoho_crm.routes import coql, records, search, writes
from emulators.zoho_crm.routes.bulk import BulkRead
from emulators.zoho_crm.routes.deleted import DeletedRecords, kind_now
from emulators.zoho_crm.routes.metadata import Metadata
from emulators.zoho_crm.routes.related import Related
from emulators.zoho_crm.state import Crm, Deleted, Module
from emulators.zoho_crm.values import records as shown_records
from emulators.zoho_crm.writing import Writer

_DAY = 86_400
_LEAST_FOR_HISTORY = 60


class Account:
    """The account's state, its endpoints and its edits."""

    def __init__(
        self, crm: Crm, *, bulk: type[BulkRead] = BulkRead, edits: type[Edits] = Edits, writing: type[writes.Writes] = writes.Writes
    ) -> None:
        """`bulk`, `edits` and `writing` are the product's own kinds of them."""
        self.crm = crm
        self.limits = Limits(self.crm)
        self.jobs = Jobs(self.crm)
        self.writer = Writer(self.crm, self.jobs)
        self.bulk = bulk(self.crm, self.limits, self.jobs)
        self.writes = writing(self.crm, self.writer)
        self.edits = edits(self.crm, self.writer, self.jobs, SettingsEdits(self.crm, self.jobs, self.limits, self.bulk))
        if crm.world.people >= _LEAST_FOR_HISTORY:
            self._past()
        self.endpoints = {one.path: one for one in self._endpoints()}

    def _endpoints(self) -> list[Endpoint]:
        """In the order in which paths are tried: the general ones last."""
        lists, searches, removed, changed = records.Records(self.crm), search.Search(self.crm), DeletedRecords(self.crm), self.writes
        module = f"{self.crm.product.records}/{{module}}"
        bodies = frozenset({"POST", "PUT", "DELETE"})
        return [
            *self.bulk.endpoints(),
            *Metadata(self.crm).endpoints(),
            Endpoint("/crm/v8/coql", {"POST": coql.Coql(self.crm).query}, coql.sub_limited),
            Endpoint(f"{module}/actions/count", {"GET": searches.count}),
            Endpoint(f"{module}/deleted", {"GET": removed.listing}),
            Endpoint(f"{module}/search", {"GET": searches.search}, search.sub_limited),
            Endpoint(f"{module}/upsert", {"POST": changed.upsert}, writes.sub_limited, bodies),
            Endpoint(module, {"GET": lists.listing, "POST": changed.insert, "PUT": changed.update, "DELETE": changed.delete}, sub_limited, bodies),
            *Related(self.crm, changed).endpoints(module),
            Endpoint(f"{module}/{{id}}", {"GET": lists.single, "PUT": changed.update, "DELETE": changed.delete}, writes=bodies),
        ]

    def _past(self) -> None:
        """What happened before the first sync: conversions, deletions of several ages."""
        now = int(self.crm.now())
        leads, contacts = self.crm.modules["Leads"].records(), self.crm.modules["Contacts"].records()
        for n, days in ((3, 40), (17, 20), (29, 2)):
            self.edits.convert({"id": leads.id_of(n), "modified_time": now - days * _DAY})
        for n, days in ((5, 1), (11, 30), (23, 100)):
            self.edits.delete({"module": "Leads", "id": leads.id_of(n), "modified_time": now - days * _DAY})
        self.edits.purge({"module": "Contacts", "id": contacts.id_of(7), "modified_time": now - 10 * _DAY})

    def snapshot(self) -> dict[str, Any]:
        """Every live record as a single read shows it; what left, and why (converted leads too, with their heir); credits and triggers."""
        modules = {name: self._contents(module) for name, module in self.crm.modules.items() if module.rows is not None}
        deleted = {name: self._left(module) for name, module in self.crm.modules.items() if module.deleted}
        return {
            "modules": modules,
            "deleted": deleted,
            "campaigns": {one: {**record, "members": self.crm.members.listing(one)} for one, record in modules.get("Campaigns", {}).items()},
            "views": {name: {view.id: view.name for view in module.views.values()} for name, module in self.crm.modules.items() if module.views},
            "credits": {"spent": self.limits.spent(), "maximum": self.limits.maximum()},
            "triggers": self.writes.triggers,
            "automation": dict(self.writes.fired),
            "bulk_jobs": {job.id: job.state(self.crm.now()) for job in self.jobs.all.values()},
        }

    def _contents(self, module: Module) -> dict[str, Mapping[str, Any]]:
        rows = module.records()
        names = [name for name, one in module.seen_fields().items() if one.data_type != "address"]
        shown = shown_records(rows.content, rows.by_id(), self.crm.cells(module, names, "single"))
        return {one["id"]: one for one in shown}

    def _left(self, module: Module) -> dict[str, Any]:
        return {one.id: self._gone(module, n, one) for n, one in module.deleted.items()}

    def _gone(self, module: Module, n: int, one: Deleted) -> dict[str, Any]:
        heir = module.records().row(n).get("Converted_Contact") if one.reason == "converted" else None
        return {
            "display_name": one.display_name,
            "deleted_time": self.crm.instant(one.at),
            "type": kind_now(one, self.crm.now()),
            "reason": one.reason,
            "heir": {"module": "Contacts", "id": heir} if heir else None,
        }


def sub_limited(request: Any) -> bool:
    """Which calls on a module count against the smaller limit of calls at once."""
    return records.sub_limited(request) if request.method == "GET" else writes.sub_limited(request)
