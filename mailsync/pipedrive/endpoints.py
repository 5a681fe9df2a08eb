"""What we call, what each call costs in tokens, and until when the vendor promises to answer (docs/systems/pipedrive.md#limits, #ends-of-life).

Prices are those of the OpenAPI descriptions (`x-token-cost`), checked 2026-11: a price is per call, whatever the page size.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

GLOBAL_API = "https://api.pipedrive.com"
OAUTH = "https://oauth.pipedrive.com"
V1, V2 = "/api/v1", "/api/v2"

RECORDS_PER_PAGE = 500
IDS_PER_CALL = 100
CUSTOM_FIELDS_PER_CALL = 15

LIST_V2, LIST_V1, SETTINGS_V2 = 10, 20, 5
GET_V2, GET_V1 = 1, 2
LIST_ARCHIVED = 20
SEARCH_V2 = 20
WRITE_V2, WRITE_V1 = 5, 10
DELETE_V2, DELETE_V1 = 3, 6


@dataclass(frozen=True, slots=True)
class EndOfLife:
    """Something of the vendor's with a date after which it need not answer. `used` says whether this project calls it."""

    what: str
    on: date | None
    used: bool
    source: str


# Kept in step with docs/systems/pipedrive.md; a test fails thirty days before a date of something that is used.
ENDS_OF_LIFE = (
    EndOfLife(
        "v1 persons, organizations, deals, activities, products, pipelines, stages, item search",
        date(2026, 8, 1),
        used=False,
        source="changelog: Deprecated API v1 endpoints become out of support",
    ),
    EndOfLife("v1 /recents beyond one month", date(2024, 12, 1), used=False, source="changelog: Added limit to the since_timestamp parameter"),
    EndOfLife("v1 notes, users, filters, activity types, currencies, leads, lead labels", None, used=True, source="OpenAPI v1 of 2026-08-18"),
)


def company_url(company_domain: str) -> str:
    """The company's own host, which reaches its data centre directly."""
    return f"https://{company_domain}.pipedrive.com"
