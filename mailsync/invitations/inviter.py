"""What the invitation rules ask of a survey tool. An invitation is a mail: each call of `invite` is made at most once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from mailsync.membership.tool import Outcome, Window

INVITE, READ = "invite", "read"
"""Endpoints of the budget."""


@dataclass(frozen=True, slots=True)
class Target:
    """One survey, one way to invite to it. `key` is how the ledger calls it; it holds the round, so that another round invites anew.

    `path` is the vendor's; `email_field` the key under which the address is sent, `record_field` and `module_field` those that carry the CRM record's
    id and module into every answer, "" where they are not sent.
    """

    key: str
    name: str
    path: str
    email_field: str
    record_field: str = ""
    module_field: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A survey and a way to invite to it, by id or name; "" where there is only one."""

    survey: str
    portal: str = ""
    department: str = ""
    collector: str = ""
    distribution: str = ""


@dataclass(frozen=True, slots=True)
class InvitationField:
    """What an invitation may say of a person."""

    key: str
    label: str
    required: bool


@dataclass(frozen=True, slots=True)
class Place:
    """What was found: the survey, the path of the way to invite to it, and the fields that an invitation there may have."""

    survey: str
    name: str
    path: str
    fields: tuple[InvitationField, ...]


@dataclass(frozen=True, slots=True)
class Traits:
    """Windows of the configured pace: the vendor publishes no limit. `lock_s`: how long a limit that was met is waited out."""

    system: str
    limits: Mapping[str, tuple[Window, ...]]
    lock_s: float = 60.0


class Inviter(Protocol):
    """One account. Before each request it calls `reserve(endpoint)`, but for `invite`, whose place is reserved with its intent."""

    traits: Traits
    reserve: Callable[[str], None]

    def get_ready(self) -> None:
        """Whatever a call needs beforehand, such as a token, so that an invitation fails for nothing but itself. Raises MailsyncError."""

    def look(self, target: Target) -> None:
        """That the survey can still be invited to. Raises ConfigError, TransientError."""

    def invite(self, target: Target, values: Mapping[str, str]) -> Outcome:
        """One person, one request: DONE or REJECTED.

        Raises RateLimited and ConfigError where it took no effect, VendorUnavailable where nobody knows.
        """
