"""What an account holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from emulators.list_members import ListMembers


class Status(StrEnum):
    """Where a membership stands, in the control plane's words; `VENDOR` has Mailigen's own."""

    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    PENDING = "pending"


VENDOR = {Status.ACTIVE: "subscribed", Status.UNSUBSCRIBED: "unsubscribed", Status.BOUNCED: "bounced", Status.PENDING: "inactive"}


@dataclass(slots=True)
class Member:
    """One person on one list, with merge values of this membership. `email` as it first came in; `added_at` epoch seconds."""

    number: str
    email: str
    status: Status
    added_at: float
    merges: dict[str, str] = field(default_factory=dict)
    email_type: str = "html"
    waiting: dict[str, str] | None = None


@dataclass(slots=True)
class MergeField:
    """One merge variable of a list."""

    tag: str
    name: str
    kind: str = "text"
    required: bool = False
    show: bool = True
    default: str = ""


class MailingList(ListMembers[Member, Status]):
    """One list."""

    def __init__(self, key: str, number: int, name: str, *, created_at: float) -> None:
        super().__init__()
        self.key, self.number, self.name = key, number, name
        self.created_at = created_at
        self.options: dict[str, str] = {}
        self.fields: dict[str, MergeField] = {}


@dataclass(slots=True)
class Click:
    """One click on one link."""

    address: str
    link: str
    at: float


@dataclass(slots=True)
class Campaign:
    """One mailing. `actions`: kind → address key → times (epoch seconds) at which it happened. `sent_at` is 0 where it was not sent.

    `mailed`: address key → how many mails of this campaign it got, `tests` the same of test mails. `due`: when it goes out by itself. `made_at` is
    0 where staff made it; `changed_at` and `status_before`: since when it has its status, and which it had before.
    """

    key: str
    number: int
    title: str
    subject: str
    list_key: str
    sent_at: float
    kind: str = "html"
    recipients: dict[str, str] = field(default_factory=dict)  # address key → spelling
    actions: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    clicks: list[Click] = field(default_factory=list)
    status: str = "sent"
    status_before: str = ""
    changed_at: float = 0.0
    made_at: float = 0.0
    due: float | None = None
    sender: str = "news@example.com"
    content: str = ""
    mailed: dict[str, int] = field(default_factory=dict)
    tests: dict[str, int] = field(default_factory=dict)
