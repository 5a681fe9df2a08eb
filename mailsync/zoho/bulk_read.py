"""Bulk Read: 200,000 rows a job for about 50 credits, as a zip with one CSV.

A job's status is asked at a credit each: once at the beginning, where a job that cannot run fails, and then about when such a job ends. The next page
of a chain is asked by the token of the job's status, or by number where no token is given.
Source: Zoho CRM API v8 and Zoho Recruit API v2, Bulk Read; a recorded run of 27,000 rows in 3.5 s; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mailsync.errors import VendorUnavailable
from mailsync.zoho.api import CrmApi
from mailsync.zoho.refusals import CrmRefusal

ROWS_PER_JOB = 200_000
CREDITS_PER_JOB = 50
SECONDS_PER_ROW = 3.5 / 27_000
FIRST_WAIT_S = 1.0
SLACK = 1.04  # a question just too early costs a credit and another wait
LONGEST_WAIT_S = 30.0
WAIT_SHARE = 0.12  # of the time waited so far: few questions, little idling
GIVE_UP_S = 3 * 3600.0
# Refusals that mean "not by bulk", after which the module is read by COQL; anything else is an error.
CANNOT_BULK = frozenset(
    {
        "MODULE_NOT_SUPPORTED",
        "MODULE_NOT_AVAILABLE",
        "INVALID_BULK_OPERATION",
        "JOB_NOT_SUPPORTED",
        "NOT_SUPPORTED",
        "NOT_SUPPORTED_FEATURE",
        "CVID_NOT_SUPPORTED",
        "FIELD_NOT_SUPPORTED",
        "CRITERIA_NOT_SUPPORTED",
        "FIELD_IN_CRITERIA_NOT_SUPPORTED",
        "FIELD_COMPARATOR_IN_CRITERIA_NOT_SUPPORTED",
        "VALUE_IN_CRITERIA_NOT_SUPPORTED",
        "CRITERIA_LIMIT_EXCEEDED",
        "INVALID_CRITERIA",
    }
)
GONE = frozenset({"RESOURCE_NOT_FOUND", "EXPIRED_VALUE", "TOKEN_BOUND_DATA_MISMATCH", "PAGE_RANGE_EXCEEDED", "INVALID_DATA"})


@dataclass(frozen=True, slots=True)
class Result:
    """A finished job: its row count, and how to ask for the next page (None: there is none)."""

    job_id: str
    count: int
    more: bool
    next_token: str | None


class JobFailed(VendorUnavailable):
    """The vendor ended the job as FAILURE."""


def create(api: CrmApi, body: Mapping[str, Any]) -> str:
    """Start a job with the product's own body; returns its id. Raises CrmRefusal (see CANNOT_BULK, GONE)."""
    answer = api.post_bulk("/read", body, cost=CREDITS_PER_JOB)
    rows = (answer or {}).get("data") or []
    identifier = str(((rows[0] if rows else {}).get("details") or {}).get("id") or "")
    if not identifier:
        raise VendorUnavailable(f"{api.product.name} accepted a bulk read job but gave no id for it.")
    return identifier


def wait(api: CrmApi, job_id: str, *, expected_rows: int | None, on_poll: Callable[[str, float], None] | None = None) -> Result:
    """Wait until the job is done. `on_poll(state, seconds so far)` is told after each question. Raises JobFailed, CrmRefusal."""
    started = api.clock.now()
    expected_s = min(expected_rows or 0, ROWS_PER_JOB) * SECONDS_PER_ROW * SLACK
    pause = FIRST_WAIT_S
    while True:
        api.clock.sleep(pause)
        waited = api.clock.now() - started
        job = _status(api, job_id)
        state = str(job.get("state"))
        if on_poll:
            on_poll(state, waited)
        if state == "COMPLETED":
            return _result(job_id, job.get("result") or {})
        if state in ("FAILURE", "FAILED"):
            raise JobFailed(f"The bulk read job {job_id} of {api.product.name} ended as {state}.")
        if waited > GIVE_UP_S:
            hours = f"{waited / 3600:.0f} hours"
            raise VendorUnavailable(f"The bulk read job {job_id} of {api.product.name} is still {state} after {hours}; the next run asks again.")
        pause = expected_s - waited if waited < expected_s else min(max(FIRST_WAIT_S, waited * WAIT_SHARE), LONGEST_WAIT_S)


def _status(api: CrmApi, job_id: str) -> Mapping[str, Any]:
    rows = (api.get_bulk(f"/read/{job_id}") or {}).get("data") or [{}]
    return rows[0]  # type: ignore[no-any-return]


def _result(job_id: str, result: Mapping[str, Any]) -> Result:
    token = result.get("next_page_token")
    return Result(job_id, int(result.get("count") or 0), bool(result.get("more_records")), str(token) if token else None)


def cannot_bulk(error: CrmRefusal) -> bool:
    """Whether the refusal says that this query cannot be a bulk read at all."""
    return error.code in CANNOT_BULK
