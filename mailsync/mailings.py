"""What can be read of a mailing tool's campaigns. One implementation per system, in that system's folder.

All times are epoch seconds, None where the tool does not tell. Reads retry inside themselves and raise MailsyncError when they cannot finish.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mailsync.launches.launcher import State

SENT, DELIVERED, OPENED, UNOPENED, CLICKED = "sent", "delivered", "opened", "unopened", "clicked"
HARD_BOUNCE, SOFT_BOUNCE, UNSUBSCRIBED, COMPLAINT, UNSENT = "hard_bounce", "soft_bounce", "unsubscribed", "complaint", "unsent"
ACTIONS = (SENT, DELIVERED, OPENED, UNOPENED, CLICKED, HARD_BOUNCE, SOFT_BOUNCE, UNSUBSCRIBED, COMPLAINT, UNSENT)
BOUNCES = (HARD_BOUNCE, SOFT_BOUNCE)
# Known from the others: who was sent a mail and it did not come back, or was not opened.
DERIVED = (DELIVERED, UNOPENED)

NORMAL, AB_TEST, AB_VARIANT, AUTORESPONDER, AUTORESPONDER_MAIL = "normal", "ab_test", "ab_variant", "autoresponder", "autoresponder_mail"


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign as a list of campaigns shows it. `status` is the vendor's word in small letters without spaces, `state` what it means.

    `zone_s` is what the account's clock is ahead of UTC, where the tool writes local times. `goes_on`: it keeps being sent, as an autoresponder does.
    """

    key: str
    name: str
    type: str = NORMAL
    status: str = ""
    state: State = State.UNKNOWN
    subject: str | None = None
    from_name: str | None = None
    from_email: str | None = None
    reply_to: str | None = None
    created_at: float | None = None
    updated_at: float | None = None
    sent_at: float | None = None
    preview_url: str | None = None
    zone_s: float | None = None
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """The counters of a campaign or variant, by the columns of the stream `campaign_reports`.

    `signals`: action → a text that differs when anything changed about it; empty where the tool gives none, and the action has to be read to know.
    `expected`: action → how many recipients its read should bring, where the tool counts people.
    """

    values: Mapping[str, int | None]
    signals: Mapping[str, str]
    expected: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Details:
    """Where a campaign went, its own counters, and the keys of its variants (of an A/B test) or mails (of an autoresponder)."""

    list_keys: tuple[str, ...]
    list_names: tuple[str, ...]
    figures: Figures
    variants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of one action. `count`, `first_at` and `last_at` where the tool tells."""

    address: str
    count: int | None = None
    first_at: float | None = None
    last_at: float | None = None
    contact_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    phone: str | None = None
    leaving_level: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """One address on one list."""

    address: str
    added_at: float | None = None
    contact_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    phone: str | None = None


class MailingReports(Protocol):
    """One account's campaigns and contacts, read."""

    @property
    def system(self) -> str:
        """The system's slug."""

    @property
    def actions(self) -> frozenset[str]:
        """The actions that the tool tells of, derived ones too."""

    def page_size(self, action: str) -> int:
        """Recipients that one call brings, for a forecast."""

    @property
    def recipients_endpoint(self) -> str:
        """The method whose window limits the reading of recipients."""

    def begin(self) -> None:
        """Get in: the first answer tells the vendor's time. Raises AuthError."""

    def campaigns(self, since: float | None) -> list[Campaign]:
        """Campaigns that were sent or are being sent after an instant (None: all), and those without a sending time; each once, in any order."""

    def unsent(self) -> list[Campaign]:
        """Campaigns that were not sent (yet): drafts, those under review, scheduled and cancelled ones; each once, in any order."""

    def details(self, campaign: Campaign) -> Details | None:
        """Where it went. None: it is gone."""

    def figures(self, key: str) -> Figures | None:
        """Of a campaign or variant. None: it is gone."""

    def recipients(self, campaign: Campaign, key: str, action: str, figures: Figures) -> Iterator[list[Recipient]]:
        """Everybody of one action of a campaign or variant, in pages, nobody twice. Not asked for derived actions."""

    def lists(self) -> list[tuple[str, str]]:
        """(key, name) of every list."""

    def statuses(self) -> Sequence[str]:
        """The statuses in which contacts are listed; who is listed in two is meant by the later one."""

    def contacts(self, list_key: str, status: str) -> Iterator[list[Contact]]:
        """Everybody on a list with one status, in pages, nobody twice."""
