"""What launching is told: frozen, checked before, free of Airbyte and of any vendor."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import Enum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailsync.errors import ConfigError
from mailsync.launches.launcher import Draft
from mailsync.membership.tool import MailingList

MOST_OF_A_MODULE = 200_000
MOST_IN_ALL = 400_000
KEY = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_MARK = re.compile(rf"(?<![\w-])launch\s+({KEY.pattern})(?![\w-])", re.IGNORECASE)
LONGEST_KEY = 40
LONGEST_NAME = 100
"""Of the name with its mark. How long a name may be is not documented; what is cut off must not be the mark."""


class Then(Enum):
    """What happens to a campaign once it is made and its people are on the list."""

    DRAFT = "draft"
    SCHEDULE = "schedule"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class Recipients:
    """A stream whose people get the campaign; of a stream of campaign members only those of one campaign of the CRM, by id or name."""

    stream: str
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Launch:
    """One campaign to be launched.

    `key` names it for ever: in the ledger, and as a mark in the campaign's name at the vendor. `at` in epoch seconds. `own_address` is the address
    key of a first contact that a list was made with. `filled`: names of the contact fields that some stream of the recipients fills. `release`: the
    code by which a person lets one held call go.
    """

    key: str
    list: MailingList
    recipients: tuple[Recipients, ...]
    draft: Draft
    then: Then = Then.DRAFT
    at: float | None = None
    zone: str = ""
    send_to_existing_members: bool = False
    own_address: str | None = None
    test_addresses: tuple[str, ...] = ()
    filled: frozenset[str] = frozenset()
    other_tags: frozenset[str] = frozenset()
    release: str = ""

    @property
    def streams(self) -> frozenset[str]:
        """The streams that its recipients come from."""
        return frozenset(one.stream for one in self.recipients)


def marked(name: str, key: str) -> str:
    """The campaign's name at the vendor: letters, digits, blanks and dashes are all that the mark adds."""
    return f"{name} - launch {key}"


def bears_mark(name: str, key: str) -> bool:
    """Whether a campaign of this name is that launch: also when the vendor, or staff, put something before or behind the mark."""
    return re.search(rf"(?<![\w-])launch\s+{re.escape(key)}(?![\w-])", name, re.IGNORECASE) is not None


def key_in(name: str) -> str | None:
    """The key of the launch whose mark a campaign's name bears; the last one where there are several, None where there is none."""
    found = _MARK.findall(name)
    return found[-1] if found else None


def time_zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name. Raises ConfigError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigError(f"time_zone {name!r} is not known. Give the name of the account's own zone, such as Europe/Berlin.") from None


def release_code(account: str, key: str, *parts: object) -> str:
    """What a person writes into the configuration to let one held call go; another hold has another code."""
    return hashlib.blake2b("|".join(map(str, (account, key, *parts))).encode(), digest_size=4).hexdigest()
