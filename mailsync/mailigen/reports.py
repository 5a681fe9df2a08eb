"""Mailigen as `MailingReports`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from mailsync.launches.launcher import State
from mailsync.mailigen import endpoints as method
from mailsync.mailigen.client import MailigenClient, Refusal
from mailsync.mailigen.lists import all_lists
from mailsync.mailigen.pages import Rows, as_rows
from mailsync.mailigen.recipients import Recipients, instant
from mailsync.mailigen.settings import NAME
from mailsync.mailings import (
    ACTIONS,
    AUTORESPONDER,
    CLICKED,
    COMPLAINT,
    HARD_BOUNCE,
    NORMAL,
    OPENED,
    SENT,
    SOFT_BOUNCE,
    UNSENT,
    UNSUBSCRIBED,
    Campaign,
    Contact,
    Details,
    Figures,
    Recipient,
)

NOT_SENT = frozenset({State.DRAFT, State.SCHEDULED})
_STATES = {
    "draft": State.DRAFT,
    "save": State.DRAFT,
    "schedule": State.SCHEDULED,
    "scheduled": State.SCHEDULED,
    "sending": State.SENDING,
    "sent": State.SENT,
    "paused": State.PAUSED,
}
# Who is listed in two at once, because the lists are read one after the other, is meant by the later one.
_STATUSES = {"active": "subscribed", "bounced": "bounced", "unsubscribed": "unsubscribed"}
_SOFT = ("soft_bounces", "blocked_bounces", "temporary_bounces", "generic_bounces")
# What tells that an action has to be read.
_SIGNALS = {
    SENT: ("emails_sent",),
    OPENED: ("opens", "unique_opens", "last_open"),
    CLICKED: ("clicks", "users_who_clicked", "last_click"),
    HARD_BOUNCE: ("hard_bounces",),
    SOFT_BOUNCE: _SOFT,
    UNSUBSCRIBED: ("unsubscribes",),
}
_EXPECTED = {SENT: "emails_sent", OPENED: "unique_opens", CLICKED: "users_who_clicked", HARD_BOUNCE: "hard_bounces", UNSUBSCRIBED: "unsubscribes"}
CONTACTS_A_PAGE = 1000


class MailigenReports:
    """One account, by one client."""

    system = NAME
    actions = frozenset(ACTIONS) - {COMPLAINT, UNSENT}
    recipients_endpoint = method.CAMPAIGN_OPENED

    def __init__(self, client: MailigenClient) -> None:
        self._client = client
        self._recipients = Recipients(client)
        self._list_of: dict[str, tuple[str, str]] | None = None

    def page_size(self, action: str) -> int:
        """Fifty, and many more of bare addresses."""
        return method.RECIPIENTS_A_PAGE if action in (SENT, OPENED, CLICKED) else method.ROWS_A_PAGE

    def begin(self) -> None:
        """One call that every key may make."""
        self._client.read(method.PING)

    def campaigns(self, since: float | None) -> list[Campaign]:
        """Campaigns sent after an instant, and every autoresponder. All are listed, a thousand a call: an autoresponder goes on for years."""
        found = [one for one in map(_campaign, listed(self._client)) if one.state not in NOT_SENT]
        return [one for one in found if since is None or one.goes_on or one.sent_at is None or one.sent_at > since]

    def unsent(self) -> list[Campaign]:
        """Drafts and scheduled campaigns."""
        return [one for one in map(_campaign, listed(self._client)) if one.state in NOT_SENT]

    def details(self, campaign: Campaign) -> Details | None:
        """Its list and counters. A campaign's row does not name its list, but campaigns can be asked for by list; that is done once."""
        figures = self.figures(campaign.key)
        if figures is None:
            return None
        if self._list_of is None:
            self._list_of = {
                str(row["id"]): (str(one["id"]), str(one.get("name", "")))
                for one in all_lists(self._client)
                for row in listed(self._client, list_id=str(one["id"]))
            }
        key, name = self._list_of.get(campaign.key, ("", ""))
        return Details((key,) if key else (), (name,) if key else (), figures)

    def figures(self, key: str) -> Figures | None:
        """Its counters. None: the vendor knows no such campaign."""
        said = self._client.ask(method.STATS, cid=key)
        return None if isinstance(said, Refusal) or not isinstance(said, dict) else _figures(said)

    def recipients(self, campaign: Campaign, key: str, action: str, figures: Figures) -> Iterator[list[Recipient]]:  # noqa: ARG002 - one key
        """Everybody of one action."""
        return self._recipients.pages(key, action, figures.expected.get(action))

    def lists(self) -> list[tuple[str, str]]:
        """Every list."""
        return [(str(row["id"]), str(row.get("name", ""))) for row in all_lists(self._client)]

    def statuses(self) -> Sequence[str]:
        """Those who wait for a confirmation are nobody's contacts yet."""
        return tuple(_STATUSES)

    def contacts(self, list_key: str, status: str) -> Iterator[list[Contact]]:
        """Addresses only: fields would cost a call for each."""
        known: set[str] = set()
        rows = Rows(self._client, method.MEMBERS, id=list_key, status=_STATUSES[status]).all()
        while some := list(islice(rows, CONTACTS_A_PAGE)):
            fresh = {address.lower(): address for address in some if address.lower() not in known}
            known.update(fresh)
            yield [Contact(address) for address in fresh.values()]


def listed(client: MailigenClient, **filters: str) -> Iterator[dict[str, Any]]:
    """The vendor's row of every campaign, or of those that the filters leave."""
    known: set[str] = set()
    for number in range(1_000_000):
        asked = {"start": number, "limit": method.CAMPAIGNS_A_PAGE, **({"filters": filters} if filters else {})}
        page = [row for row in as_rows(method.CAMPAIGNS, client.read(method.CAMPAIGNS, **asked)) if isinstance(row, dict) and row.get("id")]
        fresh = [row for row in page if str(row["id"]) not in known]
        known.update(str(row["id"]) for row in fresh)
        yield from fresh
        if len(page) < method.CAMPAIGNS_A_PAGE or not fresh:
            return


def state_of(word: str) -> State:
    """Where a campaign stands, by the vendor's word."""
    return _STATES.get(word.strip().lower(), State.UNKNOWN)


def _campaign(row: Mapping[str, Any]) -> Campaign:
    is_auto = str(row.get("type", "")).lower() == "auto"
    return Campaign(
        key=str(row["id"]),
        name=str(row.get("title") or row.get("subject") or ""),
        type=AUTORESPONDER if is_auto else NORMAL,
        status=str(row.get("status", "")).lower(),
        state=state_of(str(row.get("status", ""))),
        subject=_text(row.get("subject")),
        from_name=_text(row.get("from_name")),
        from_email=_text(row.get("from_email")),
        created_at=instant(row.get("create_time")),
        sent_at=instant(row.get("send_time")),
        preview_url=_text(row.get("archive_url")),
        goes_on=is_auto,
    )


def _figures(stats: Mapping[str, Any]) -> Figures:
    numbers = {name: _number(value) for name, value in stats.items()}
    soft = [numbers.get(name) for name in _SOFT]
    hard, sent, opened = numbers.get("hard_bounces"), numbers.get("emails_sent"), numbers.get("unique_opens")
    bounces = None if hard is None or None in soft else hard + sum(count or 0 for count in soft)
    values = {
        "sent": sent,
        "delivered": None if sent is None or bounces is None else sent - bounces,
        "opened": opened,
        "clicked": numbers.get("users_who_clicked"),
        "hard_bounces": hard,
        "soft_bounces": None if None in soft else sum(count or 0 for count in soft),
        "bounces": bounces,
        "unsubscribed": numbers.get("unsubscribes"),
        "forwards": numbers.get("forwards"),
    }
    signals = {
        action: "/".join(str(stats.get(name, "")) for name in names) for action, names in _SIGNALS.items() if any(name in stats for name in names)
    }
    expected = {action: numbers[name] for action, name in _EXPECTED.items() if numbers.get(name) is not None}
    if values["soft_bounces"] is not None:
        expected[SOFT_BOUNCE] = values["soft_bounces"]
    return Figures(values, signals, {action: count for action, count in expected.items() if count is not None})


def _number(value: Any) -> int | None:
    digits = str(value if value is not None else "").strip()
    return int(digits) if digits.isdigit() else None


def _text(value: Any) -> str | None:
    return str(value) if value else None
