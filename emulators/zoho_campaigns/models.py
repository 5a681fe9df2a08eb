"""What an account holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from emulators.list_members import ListMembers


class Status(StrEnum):
    """Where a membership stands, in the control plane's words."""

    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    SPAM = "spam"
    PENDING = "pending"


@dataclass(slots=True)
class Contact:
    """One person of the organisation. `email` in the spelling it first came in; `created_at` epoch seconds."""

    email: str
    number: int
    created_at: float
    fields: dict[str, str]
    tags: frozenset[str] = frozenset()


@dataclass(slots=True)
class Member:
    """One person on one list. `fields` are used only where fields belong to the membership; `waiting` holds the fields of a pending one."""

    contact: Contact
    status: Status
    added_at: float
    fields: dict[str, str] | None = None
    waiting: dict[str, str] | None = None
    topics: frozenset[str] = frozenset()
    source: str = ""


class MailingList(ListMembers[Member, Status]):
    """One list."""

    def __init__(self, key: str, number: int, name: str, *, has_form: bool, created_at: float, description: str = "") -> None:
        super().__init__()
        self.key, self.number, self.name, self.description = key, number, name, description
        self.has_form = has_form
        self.created_at = self.updated_at = created_at
        self.deleted = False


@dataclass(slots=True)
class Field:
    """One contact field; `display_name` is what `contactinfo` uses."""

    display_name: str
    field_name: str
    number: int
    kind: str
    length: int
    mandatory: bool = False
    custom: bool = False


@dataclass(slots=True)
class Topic:
    """A subject that contacts subscribe to."""

    number: str
    name: str
    description: str


@dataclass(slots=True)
class Tag:
    """A label on contacts."""

    number: str
    name: str
    description: str
    color: str


@dataclass(frozen=True, slots=True)
class Message:
    """What a campaign that was made by API consists of. `content` is None where no address of a page was given; `topic` may be empty."""

    from_email: str = "letters@example.com"
    from_name: str = ""
    content: str | None = "<p>Hello</p>"
    topic: str = ""


@dataclass(slots=True)
class Campaign:
    """One mailing. `actions`: the vendor's action name → address key → times (epoch seconds) at which it happened; `unsent`: who got nothing.

    `status` is the vendor's word. `waiting` are recipients of a sending that is not finished. `coming` are events that happen by themselves:
    (time, action, address key), the next one last. A campaign that was not sent has no recipients and `sent_at` 0. `mailed`: address key → how
    many mails of this campaign it got. `due`: when it goes out by itself, as often as there are times. `reviewed_for`: who was on its lists when
    it was reviewed. `changed_at`, `status_before`: since when it has its status, and which it had before.
    """

    key: str
    number: int
    name: str
    subject: str
    list_keys: tuple[str, ...]
    sent_at: float
    created_at: float
    kind: str = "normal"
    parent: str = ""
    status: str = "Sent"
    children: tuple[str, ...] = ()
    recipients: dict[str, Contact] = field(default_factory=dict)
    actions: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    unsent: dict[str, Contact] = field(default_factory=dict)
    waiting: dict[str, Contact] = field(default_factory=dict)
    coming: list[tuple[float, str, str]] = field(default_factory=list)
    message: Message = Message()
    mailed: dict[str, int] = field(default_factory=dict)
    due: list[float] = field(default_factory=list)
    reviewed_for: frozenset[str] | None = None
    changed_at: float = 0.0
    status_before: str = ""
    reason: str = ""
