"""Candidates and job openings (docs/systems/zoho_recruit.md#writes): associating, changing the status, reading both ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from emulators.zoho_crm.errors import CrmError, invalid_data, limit_exceeded
from emulators.zoho_crm.guard import EMPTY, Answer, Call, Endpoint
from emulators.zoho_crm.prices import writing
from emulators.zoho_crm.routes.paging import info, page_of
from emulators.zoho_crm.routes.writes import MAX_RECORDS, answered
from emulators.zoho_crm.values import in_lists, records
from emulators.zoho_crm.writing import Writer
from emulators.zoho_recruit.seed import STATUSES
from emulators.zoho_recruit.state import Recruit

CANDIDATES, OPENINGS = "Candidates", "Job_Openings"


class Associations:
    """Which candidate stands where in which opening."""

    def __init__(self, crm: Recruit, writer: Writer) -> None:
        self._crm, self._writer = crm, writer
        self._of: dict[tuple[str, str], str] = {}  # (candidate, opening) → status

    def endpoints(self) -> list[Endpoint]:
        """All of them."""
        base, writes = self._crm.product.records, frozenset({"PUT"})
        return [
            Endpoint(f"{base}/Candidates/actions/associate", {"PUT": self.associate}, writes=writes),
            Endpoint(f"{base}/Candidates/status", {"PUT": self.status}, writes=writes),
            Endpoint(f"{base}/Candidates/{{id}}/associate", {"GET": self.openings_of}),
            Endpoint(f"{base}/Job_Openings/{{id}}/associate", {"GET": self.candidates_of}),
        ]

    def snapshot(self) -> list[dict[str, str]]:
        """For the control plane."""
        return [{"candidate": candidate, "job": job, "status": status} for (candidate, job), status in self._of.items()]

    async def associate(self, call: Call) -> Answer:
        """Each candidate with each opening."""
        return answered(
            [self._associated(one, job) for row in self._rows(call) for one in self._ids(row, "ids") for job in self._ids(row, "jobids")], 200
        )

    async def status(self, call: Call) -> Answer:
        """The status in openings, or, without any, of the candidate itself; the results lie in a list of their own."""
        results = []
        for row in self._rows(call):
            if row.get("Candidate_Status") not in STATUSES:
                raise invalid_data("invalid data", api_name="Candidate_Status")
            jobs = self._ids(row, "jobids") if row.get("jobids") else [None]
            results += [self._changed(one, job, str(row["Candidate_Status"])) for one in self._ids(row, "ids") for job in jobs]
        return Answer({"data": [results]})

    async def openings_of(self, call: Call) -> Answer:
        """The openings of a candidate."""
        return self._listed(call, CANDIDATES, OPENINGS, [job for (candidate, job) in self._of if candidate == call.path["id"]])

    async def candidates_of(self, call: Call) -> Answer:
        """The candidates of an opening."""
        wanted = set(filter(None, call.query.get("candidate_statuses", "").split(",")))
        found = [candidate for (candidate, job), status in self._of.items() if job == call.path["id"] and (not wanted or status in wanted)]
        return self._listed(call, OPENINGS, CANDIDATES, found)

    # -- parts

    def _rows(self, call: Call) -> list[Mapping[str, Any]]:
        call.needs(self._crm.scopes(CANDIDATES, "UPDATE"))
        rows = call.json().get("data")
        if not isinstance(rows, list) or not rows:
            raise CrmError(400, "MANDATORY_NOT_FOUND", "required field not found", api_name="data")
        call.charge(writing(sum(len(row.get("ids") or ()) for row in rows)))
        return rows

    def _ids(self, row: Mapping[str, Any], name: str) -> list[str]:
        given = row.get(name)
        if not isinstance(given, list) or not given:
            raise CrmError(400, "MANDATORY_NOT_FOUND", "required field not found", api_name=name)
        if len(given) > MAX_RECORDS:
            raise limit_exceeded(MAX_RECORDS, name)
        return [str(one) for one in given]

    def _associated(self, candidate: str, job: str) -> dict[str, Any]:
        if not self._is_there(CANDIDATES, candidate) or not self._is_there(OPENINGS, job):
            return invalid_data("the id given seems to be invalid", id=candidate, jobid=job).body()
        if (candidate, job) in self._of:
            return CrmError(400, "ALREADY_ASSOCIATED", "the candidate is associated already", id=candidate, jobid=job).body()
        self._of[candidate, job] = "Associated"
        return _done(candidate, job, "associated")

    def _changed(self, candidate: str, job: str | None, status: str) -> dict[str, Any]:
        if not self._is_there(CANDIDATES, candidate) or (job is not None and (candidate, job) not in self._of):
            return invalid_data("the id given seems to be invalid", id=candidate, jobid=job).body()
        if job is None:
            module = self._crm.modules[CANDIDATES]
            n = module.records().number(candidate)
            assert n is not None  # noqa: S101 - looked up above
            self._writer.update(module, n, {"Candidate_Status": status})
        else:
            self._of[candidate, job] = status
        return _done(candidate, job, "status updated")

    def _is_there(self, name: str, record: str) -> bool:
        rows = self._crm.modules[name].records()
        n = rows.number(record)
        return n is not None and rows.present(n)

    def _listed(self, call: Call, parent: str, name: str, ids: Iterable[str]) -> Answer:
        call.needs(self._crm.scopes(parent, "READ"), self._crm.scopes(name, "READ"))
        call.charge(1)
        if not self._is_there(parent, call.path["id"]):
            raise invalid_data("the id given seems to be invalid", id=call.path["id"])
        module = self._crm.module(name)
        numbers = [n for one in ids if (n := module.records().number(one)) is not None]
        page, per_page = page_of(call)
        shown = numbers[(page - 1) * per_page : page * per_page]
        if not shown:
            return EMPTY
        cells = self._crm.cells(module, [one for one, field in module.seen_fields().items() if in_lists(field)], "list")
        data = records(module.records().content, shown, cells)
        return Answer({"data": data, "info": info(page, per_page, len(shown), more=page * per_page < len(numbers))})


def _done(candidate: str, job: str | None, message: str) -> dict[str, Any]:
    details = {"id": candidate, **({"jobid": job} if job else {})}
    return {"code": "SUCCESS", "details": details, "message": message, "status": "success"}
