"""What the membership rules ask of a mailing tool. One implementation per system, in that system's folder.

Every write is one vendor call for up to `batch_size` addresses, with an outcome for each; the rules commit one intent before it and the outcomes
after it. A write never retries inside itself except after an answer that proves that it had no effect (an expired token).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

Payload = Mapping[str, str]
"""The mailing tool's field name → text, already converted. An empty text erases the field."""


class ListedStatus(Enum):
    """In which of the vendor's lists of a mailing list an address was read."""

    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"


class Fate(Enum):
    """What became of one vendor call."""

    DONE = "done"  # the vendor says it took effect (added or updated: no vendor tells them apart)
    FULL = "full"  # nothing took effect, because the account takes nobody more: not this person's fault; `message` says what to do
    PENDING = "pending"  # a confirmation mail went out
    REJECTED = "rejected"  # this address or payload is refused for good; `reason` is ours, `code` and `message` the vendor's
    LOST = "lost"  # no answer: it may have taken effect


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one write for one address. `message` is the vendor's own text with the address taken out."""

    fate: Fate
    reason: str = ""
    code: str = ""
    message: str = ""


DONE = Outcome(Fate.DONE)


@dataclass(frozen=True, slots=True)
class MailingList:
    """`has_form`: joining may need a confirmation mail. Counts as the vendor states them, None where it does not."""

    key: str
    name: str
    has_form: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to be put on a list, or updated there: the address in the record's spelling, and the mapped fields."""

    address: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class Member:
    """One row of a list read. `address` in the vendor's spelling."""

    address: str


@dataclass(frozen=True, slots=True)
class Response:
    """A leaving seen in a campaign.

    `kind` is `unsubscribed` or `complaint`; `list_keys` the lists the campaign went to; `at` epoch seconds or None.
    """

    campaign: str
    address: str
    kind: str
    list_keys: tuple[str, ...]
    at: float | None


@dataclass(frozen=True, slots=True)
class Window:
    """At most `calls` in any `seconds`."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Traits:
    """What differs between mailing tools, as data."""

    system: str
    can_delete_member: bool  # Mailigen yes; Zoho Campaigns can only unsubscribe
    fields_belong_to_contact: bool  # Zoho: one set of fields per contact and account; Mailigen: one per membership
    batch_size: int  # addresses per call that subscribes, takes off or suppresses: 1, or more where the vendor answers for each
    attach_size: int  # addresses per membership-only call, 0 where there is none
    limits: Mapping[str, tuple[Window, ...]]  # endpoint → documented windows; an endpoint absent here is unlimited
    lock_s: Mapping[str, float]  # endpoint → seconds it stays locked after the limit
    subscribe_endpoint: str
    attach_endpoint: str
    unsubscribe_endpoint: str
    suppress_endpoint: str
    read_endpoint: str
    count_endpoint: str


class MailingTool(Protocol):
    """One account of one mailing tool.

    Reads retry inside themselves and raise MailsyncError when they cannot finish. Writes raise RateLimited (nothing took effect; the endpoint is
    locked for `retry_after` seconds), ConfigError (contact limit, list deleted, token revoked: nobody can be written) or return an Outcome.
    Before each HTTP call, reads included, an implementation calls the `reserve(endpoint)` it was built with; that waits for the budget.
    """

    @property
    def traits(self) -> Traits:
        """Constant per system."""

    def organisation_id(self) -> str | None:
        """The vendor's id of this account, None where no call tells."""

    def mailing_lists(self) -> list[MailingList]:
        """Every list of the account."""

    def count(self, list_key: str, status: ListedStatus) -> int:
        """How many the vendor says there are."""

    def page(self, list_key: str, status: ListedStatus, first: int, size: int) -> list[Member]:
        """Rows `first` (from 0) up to `first + size`; shorter at the end, empty past it."""

    def page_size(self) -> int:
        """The largest page the vendor gives."""

    def leavings(self, since: float | None) -> Iterator[Response]:
        """Opt-outs and complaints of campaigns sent after `since` (epoch seconds), in any order, repeated ones too."""

    def suppressed(self) -> Iterator[str] | None:
        """Every address that the account itself never mails, read completely; None where no call tells."""

    def subscribe(self, list_key: str, people: Sequence[Person]) -> list[Outcome]:
        """Add or update contacts with fields: at most `batch_size`, one outcome each, in order."""

    def attach(self, list_key: str, addresses: Sequence[str]) -> list[Outcome]:
        """Membership only, one outcome per address in order; a LOST one is lost for all."""

    def attach_calls(self, addresses: Sequence[str]) -> list[tuple[str, Sequence[str]]]:
        """The calls that `attach` would make for these addresses: (endpoint, addresses of that call), in order. Makes none."""

    def take_off(self, list_key: str, addresses: Sequence[str], *, delete: bool) -> list[Outcome]:
        """End memberships of one list: at most `batch_size`. DONE also where the vendor no longer knows the contact.

        `delete` is only asked for where `can_delete_member`: no trace is left. Otherwise the mark stays readable, as after an unsubscribe.
        """

    def suppress(self, list_key: str, addresses: Sequence[str]) -> list[Outcome]:
        """Never mail these again from this account, and take them off this list: at most `batch_size`."""
