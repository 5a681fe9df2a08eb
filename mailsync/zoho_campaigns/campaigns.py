"""Campaigns of the account: the list of them, where one went, and its counters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from mailsync.launches.launcher import State
from mailsync.mailings import (
    AB_TEST,
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
    Details,
    Figures,
)
from mailsync.zoho_campaigns import endpoints as method
from mailsync.zoho_campaigns.client import CampaignsClient
from mailsync.zoho_campaigns.codes import Act
from mailsync.zoho_campaigns.pages import Row, fresh_pages, from_index, rows

CAMPAIGNS_A_PAGE = 100
# The page of `recentcampaigns` names these statuses; the words in an answer are written with capitals and blanks.
_STATES = {
    "draft": State.DRAFT,
    "drafts": State.DRAFT,
    "tobereviewed": State.TO_BE_REVIEWED,
    "reviewed": State.REVIEWED,
    "scheduled": State.SCHEDULED,
    "inprogress": State.SENDING,
    "intesting": State.SENDING,
    "sent": State.SENT,
    "paused": State.PAUSED,
    "stopped": State.STOPPED,
    "canceled": State.CANCELLED,
    "cancelled": State.CANCELLED,
}
# People answer mails of a campaign that is still being sent, or was stopped half-way.
VIEWS = ("sent", "inprogress", "stopped", "paused")
# The others that the vendor's page names: nobody was mailed.
UNSENT_VIEWS = ("drafts", "tobereviewed", "reviewed", "intesting", "scheduled", "canceled")
LONG_DATE = "%d %b %Y, %I:%M %p"

# Our word for a figure, and the vendor's.
_FIGURES = {
    "sent": "emails_sent_count",
    "delivered": "delivered_count",
    "opened": "opens_count",
    "unopened": "unopened",
    "clicked": "unique_clicks_count",
    "hard_bounces": "hardbounce_count",
    "soft_bounces": "softbounce_count",
    "bounces": "bounces_count",
    "unsubscribed": "unsub_count",
    "complaints": "complaints_count",
    "spam_reports": "spams_count",
    "unsent": "unsent_count",
    "auto_replies": "autoreply_count",
    "forwards": "forwards_count",
}
# The figures that tell whether an action has to be read. Those of one action are alternatives: either may be the one that is kept.
_SIGNALS = {
    SENT: ("sent",),
    OPENED: ("opened",),
    CLICKED: ("clicked",),
    HARD_BOUNCE: ("hard_bounces",),
    SOFT_BOUNCE: ("soft_bounces",),
    UNSUBSCRIBED: ("unsubscribed",),
    COMPLAINT: ("complaints", "spam_reports"),
    UNSENT: ("unsent",),
}


def campaigns(client: CampaignsClient, since: float | None) -> Iterator[Campaign]:
    """Campaigns sent after `since` (None: all), those of unknown sending time too, each once."""
    seen: set[str] = set()
    for view in VIEWS:
        for row in _listed(client, view, since):
            key = str(row["campaign_key"])
            if key not in seen:
                seen.add(key)
                yield _campaign(row)


def unsent(client: CampaignsClient) -> Iterator[Campaign]:
    """Campaigns that were not sent (yet), each once."""
    seen: set[str] = set()
    for view in UNSENT_VIEWS:
        for row in _listed(client, view, None):
            key = str(row["campaign_key"])
            if key not in seen:
                seen.add(key)
                yield _campaign(row)


def state_of(word: str) -> State:
    """Where a campaign stands, by the vendor's word."""
    return _STATES.get(re.sub(r"[\W_]+", "", word).lower(), State.UNKNOWN)


def _listed(client: CampaignsClient, view: str, since: float | None) -> Iterator[Row]:
    window = from_index(CAMPAIGNS_A_PAGE, {"status": view, "sort": "desc"})
    for page in fresh_pages(client, method.RECENT_CAMPAIGNS, window, rows_in="recent_campaigns", identity="campaign_key"):
        recent = [row for row in page if since is None or (sent_at(row) or since + 1) > since]
        yield from recent
        if not recent and _is_by_sending_time(page):
            return


def _is_by_sending_time(page: Sequence[Row]) -> bool:
    """Whether this page proves that campaigns come by sending time, so that later pages hold older ones only.

    The vendor does not say what it orders by. By time of creation, a campaign that lay long in draft and went out today comes late.
    """
    sent, created = [sent_at(row) or 0.0 for row in page], [_instant(row.get("created_time")) or 0.0 for row in page]
    return sent == sorted(sent, reverse=True) and created != sorted(created, reverse=True)


def details(client: CampaignsClient, campaign: Campaign) -> Details | None:
    """The lists a campaign went to, and the keys of its variants. None: it is gone."""
    kind = "abtesting" if campaign.type == AB_TEST else "normal"
    said = client.read(method.CAMPAIGN_DETAILS, {"campaignkey": campaign.key, "campaigntype": kind})
    if said.act is Act.EMPTY:
        return None
    lists = [row for row in rows(said.body.get("associated_mailing_lists")) if row.get("listkey")]
    return Details(
        list_keys=tuple(str(row["listkey"]) for row in lists),
        list_names=tuple(str(row.get("listname", "")) for row in lists),
        figures=_figures(said.body),
        variants=_variants(said.body),
    )


def figures(client: CampaignsClient, key: str) -> Figures | None:
    """The counters of a campaign or variant. None: it is gone."""
    said = client.read(method.CAMPAIGN_REPORTS, {"campaignkey": key})
    if said.act is Act.EMPTY:
        return None
    return _figures(said.body)


def _figures(body: Mapping[str, Any]) -> Figures:
    counters = next(iter(rows(body.get("campaign-reports"))), {})
    values = {name: _number(counters.get(theirs)) for name, theirs in _FIGURES.items()}
    told = {action: [values[name] for name in names] for action, names in _SIGNALS.items()}
    signals = {action: "/".join(map(str, counts)) for action, counts in told.items() if any(count is not None for count in counts)}
    expected = {action: max(count for count in counts if count is not None) for action, counts in told.items() if action in signals}
    return Figures(values, signals, expected)


def _campaign(row: Row) -> Campaign:
    is_split = "ab" in str(row.get("campaigntype", "")).lower()
    return Campaign(
        key=str(row["campaign_key"]),
        name=str(row.get("campaign_name", "")),
        type=AB_TEST if is_split else NORMAL,
        status=str(row.get("campaign_status", "")).lower().replace(" ", ""),
        state=state_of(str(row.get("campaign_status", ""))),
        subject=text(row.get("subject")),
        from_name=text(row.get("from_name")),
        from_email=text(row.get("from_email")),
        reply_to=text(row.get("reply_to")),
        created_at=_instant(row.get("created_time")),
        updated_at=_instant(row.get("updated_time")),
        sent_at=sent_at(row),
        preview_url=text(row.get("campaign_preview")),
        zone_s=zone_of(row),
    )


def _variants(body: Mapping[str, Any]) -> tuple[str, ...]:
    split = next(iter(rows(body.get("AB-split-details"))), {})
    return tuple(str(split[name]) for name in ("a_child_campaignkey", "b_child_campaignkey") if split.get(name))


def text(value: Any) -> str | None:
    """A text, None for what is empty or the word that the vendor writes for it."""
    return None if value is None or value in {"", "null"} else str(value)


def sent_at(row: Mapping[str, Any]) -> float | None:
    """When the campaign of a row was sent."""
    return _instant(row.get("sent_time"))


def local_time(value: Any, *forms: str) -> float | None:
    """A time in the account's own clock, as if it were UTC."""
    for form in forms:
        try:
            return datetime.strptime(str(value).strip(), form).replace(tzinfo=UTC).timestamp()
        except ValueError:
            continue
    return None


def _instant(value: Any) -> float | None:
    digits = str(value or "").strip()
    return int(digits) / 1000 if digits.isdigit() else None


def _number(value: Any) -> int | None:
    digits = str(value if value is not None else "").strip()
    return int(digits) if digits.isdigit() else None


def zone_of(row: Mapping[str, Any]) -> float | None:
    """What the account's clock is ahead of UTC, in seconds, as a campaign that was sent shows it."""
    at, local = sent_at(row), local_time(row.get("sent_date_string") or row.get("sent_time_date_string"), LONG_DATE)
    # The text has whole minutes; zones differ by quarters of an hour.
    return None if at is None or local is None else round((local - at) / 900) * 900.0
