"""What the vendor's codes mean, keyed by (method, code): the vendor reuses one code with different meanings.

`GENERAL` holds for every method that has no row of its own in `SPECIFIC`. A code in neither is unknown: the address is refused with the vendor's
message kept. Source: the error table of each method's page and the general table, checked 2026-11.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from mailsync.zoho_campaigns import endpoints as method


class Act(Enum):
    """What we do next."""

    OK = "ok"
    EMPTY = "empty"  # nothing there, or past the last row: an answer, not a failure
    REFUSED = "refused"  # this address or payload, for good
    AGAIN = "again"  # failed without effect; once more may help
    CONFIG = "config"  # nobody can be written or read until someone changes something
    RENEW = "renew"  # the access token is not accepted
    FAILED = "failed"  # the vendor's own failure: a read is repeated, a write is lost
    BUG = "bug"  # we called it wrongly
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Meaning:
    """`reason` is our reason code for REFUSED; `remedy` a sentence for people for CONFIG."""

    act: Act
    reason: str = ""
    remedy: str = ""


_OK = Meaning(Act.OK)
_EMPTY = Meaning(Act.EMPTY)
_FAILED = Meaning(Act.FAILED)
_BUG = Meaning(Act.BUG)
_AGAIN = Meaning(Act.AGAIN)


def _config(remedy: str) -> Meaning:
    return Meaning(Act.CONFIG, remedy=remedy)


def _refused(reason: str) -> Meaning:
    return Meaning(Act.REFUSED, reason=reason)


_LIMIT = _config("The plan's contact limit is reached. Upgrade the plan or remove contacts in Zoho Campaigns, then sync again: nothing is lost.")
_LIST_GONE = _config("The mailing list was deleted, or its key is wrong. Choose an existing list in this connector's configuration.")
_PRIVILEGE = _config("The user behind the refresh token may not do this in Zoho Campaigns. Ask an administrator for the privilege.")
_INACTIVE = _config("The Zoho Campaigns account is inactive or unknown to Zoho. Open it in the browser, then authorise this connector again.")

GENERAL: dict[str, Meaning] = {
    "0": _OK,
    "200": _OK,
    "400": _BUG,
    "401": Meaning(Act.RENEW),
    "404": _BUG,
    "500": _FAILED,
    "901": _INACTIVE,
    "902": _INACTIVE,
    "903": _BUG,
    "914": _LIMIT,
    "996": _FAILED,
    "1001": _BUG,
    "1002": _BUG,
    "1003": _BUG,
    "1004": _BUG,
    "1005": _BUG,
    "1006": _BUG,
    "1007": Meaning(Act.RENEW),
    "2002": _LIST_GONE,
    "2102": _LIST_GONE,
    "2202": _LIST_GONE,
    "2206": _LIST_GONE,
    "2302": _LIMIT,
    "2501": _LIST_GONE,
    "2701": _PRIVILEGE,
    "2704": _PRIVILEGE,
    "4010": _PRIVILEGE,
    "6304": _PRIVILEGE,
}

SPECIFIC: dict[tuple[str, str], Meaning] = {
    (method.SUBSCRIBE, "2001"): Meaning(Act.AGAIN, reason="vendor_refused"),
    (method.SUBSCRIBE, "2003"): _OK,
    (method.SUBSCRIBE, "2004"): _refused("invalid_address"),
    (method.SUBSCRIBE, "2005"): _refused("role_address"),
    (method.UNSUBSCRIBE, "2101"): _AGAIN,
    (method.UNSUBSCRIBE, "2103"): _OK,
    (method.UNSUBSCRIBE, "2004"): _refused("invalid_address"),
    (method.DO_NOT_MAIL, "2004"): _refused("invalid_address"),
    (method.DO_NOT_MAIL, "2103"): _OK,
    (method.DO_NOT_MAIL, "2104"): _AGAIN,
    (method.CREATE_LIST, "2205"): _refused("duplicate_list"),
    (method.ATTACH, "2205"): _BUG,
    (method.LISTS, "2401"): _EMPTY,
    (method.LISTS, "2402"): _FAILED,
    (method.LISTS, "2706"): _PRIVILEGE,
    (method.SUBSCRIBERS, "2203"): _LIST_GONE,
    (method.SUBSCRIBERS, "2502"): _EMPTY,
    (method.COUNT, "2707"): _LIST_GONE,
    (method.ALL_FIELDS, "910"): _EMPTY,
    (method.ADD_FIELD, "916"): _OK,
    (method.ADD_FIELD, "910"): _refused("field_not_created"),
    (method.ADD_FIELD, "1001"): _refused("field_not_created"),
    (method.ADD_FIELD, "914"): _config("No more custom fields can be created in Zoho Campaigns. Map to an existing field instead."),
    (method.TOPICS, "4016"): _config("The account has no topics. Leave the stream topics out, or switch them on in Zoho Campaigns."),
    (method.RECENT_CAMPAIGNS, "6101"): _EMPTY,
    (method.RECENT_CAMPAIGNS, "6601"): _PRIVILEGE,
    (method.CAMPAIGN_DETAILS, "2206"): _EMPTY,
    (method.CAMPAIGN_DETAILS, "6001"): _FAILED,
    (method.CAMPAIGN_DETAILS, "6301"): _EMPTY,
    (method.CAMPAIGN_DETAILS, "6302"): _EMPTY,
    (method.CAMPAIGN_REPORTS, "2206"): _EMPTY,
    (method.CAMPAIGN_REPORTS, "6001"): _FAILED,
    (method.CAMPAIGN_REPORTS, "6301"): _EMPTY,
    (method.CAMPAIGN_REPORTS, "6302"): _EMPTY,
    (method.RECIPIENTS, "2206"): _EMPTY,
    (method.RECIPIENTS, "6002"): _EMPTY,
    (method.RECIPIENTS, "6303"): _EMPTY,
    (method.RECIPIENTS, "6501"): _EMPTY,
    (method.RECIPIENTS, "6502"): _BUG,
    (method.RECIPIENTS, "6503"): _EMPTY,
    (method.RECIPIENTS, "6601"): _EMPTY,
    (method.RECIPIENTS, "6607"): _PRIVILEGE,
    **{
        (method.CREATE_CAMPAIGN, code): _refused("campaign_refused")
        for code in ("903", "1001", "3001", "2206", "2501", "6606", "6607", "6609", "7001")
    },
    # 6600: it was sent before, so what was wanted has happened.
    (method.SEND_CAMPAIGN, "6600"): _OK,
    **{
        (method.SEND_CAMPAIGN, code): _refused("campaign_refused")
        for code in (
            "903",
            "1001",
            "2206",
            "3001",
            "3023",
            "6001",
            "6002",
            "6301",
            "6302",
            *(f"66{number:02}" for number in range(1, 12)),
            "6503",
            "7001",
        )
    },
}

_THROTTLED = re.compile(
    r"throttl|rate.?limit|too many|calls? limit|limit.{0,20}exceed|exceed.{0,30}limit|try again (?:after|later).{0,20}minute", re.IGNORECASE
)


def meaning(endpoint: str, code: str) -> Meaning:
    """The row for this method and code."""
    return SPECIFIC.get((endpoint, code)) or GENERAL.get(code) or Meaning(Act.UNKNOWN, reason="vendor_refused")


def looks_throttled(message: str) -> bool:
    """Whether a vendor's text speaks of a limit of calls. The body sent while a method is locked is not documented."""
    return _THROTTLED.search(message) is not None
