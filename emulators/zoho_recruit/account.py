"""One account with everything that works on it: built at the start and again at every reset."""

from __future__ import annotations

from typing import Any

from emulators.zoho_crm.account import Account, sub_limited
from emulators.zoho_crm.guard import Endpoint
from emulators.zoho_crm.routes import writes
from emulators.zoho_recruit.edits import RecruitEdits
from emulators.zoho_recruit.routes.associations import Associations
from emulators.zoho_recruit.routes.bulk import RecruitBulk
from emulators.zoho_recruit.routes.deleted import RecruitDeleted
from emulators.zoho_recruit.routes.metadata import RecruitMetadata
from emulators.zoho_recruit.routes.records import RecruitRecords
from emulators.zoho_recruit.routes.related import RecruitRelated
from emulators.zoho_recruit.routes.search import RecruitSearch
from emulators.zoho_recruit.routes.writes import RecruitWrites
from emulators.zoho_recruit.state import Recruit

_DAY = 86_400


class RecruitAccount(Account):
    """The account's state, its endpoints and its edits."""

    def __init__(self, crm: Recruit) -> None:
        self.recruit = crm
        super().__init__(crm, bulk=RecruitBulk, edits=RecruitEdits, writing=RecruitWrites)

    def _endpoints(self) -> list[Endpoint]:
        """In the order in which paths are tried: the general ones last."""
        crm, changed = self.recruit, self.writes
        self.associations = Associations(crm, self.writer)
        lists, module = RecruitRecords(crm), f"{crm.product.records}/{{module}}"
        bodies = frozenset({"POST", "PUT", "DELETE"})
        return [
            *self.bulk.endpoints(),
            *RecruitMetadata(crm).endpoints(),
            *self.associations.endpoints(),
            Endpoint(f"{module}/deleted", {"GET": RecruitDeleted(crm).listing}),
            Endpoint(f"{module}/search", {"GET": RecruitSearch(crm).search}),
            Endpoint(f"{module}/upsert", {"POST": changed.upsert}, writes.sub_limited, bodies),
            Endpoint(module, {"GET": lists.listing, "POST": changed.insert, "PUT": changed.update, "DELETE": changed.delete}, sub_limited, bodies),
            *RecruitRelated(crm, changed).endpoints(module),
            Endpoint(f"{module}/{{id}}", {"GET": lists.single, "PUT": changed.update, "DELETE": changed.delete}, writes=bodies),
        ]

    def _past(self) -> None:
        """What happened before the first sync: hired candidates, deletions of several ages."""
        now = int(self.crm.now())
        candidates, contacts = self.crm.modules["Candidates"].records(), self.crm.modules["Contacts"].records()
        for n, days in ((3, 40), (17, 20)):
            self.edits.convert({"id": candidates.id_of(n), "modified_time": now - days * _DAY})
        for n, days in ((5, 1), (11, 30), (23, 100)):
            self.edits.delete({"module": "Candidates", "id": candidates.id_of(n), "modified_time": now - days * _DAY})
        self.edits.purge({"module": "Contacts", "id": contacts.id_of(7), "modified_time": now - 10 * _DAY})

    def snapshot(self) -> dict[str, Any]:
        """As Zoho CRM's, with the jobs that candidates are associated with."""
        shown = super().snapshot()
        shown["modules"] = {name: records for name, records in shown["modules"].items() if self.recruit.there(name)}
        return {**shown, "associations": self.associations.snapshot()}
