"""What a launch tells people: its review, where it stands, why it waits; and what it was made of, to see what was changed since."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from mailsync.launches.launcher import LauncherTraits
from mailsync.launches.plan import Launch, Then
from mailsync.launches.review import Review
from mailsync.ledger.launches import LaunchRow

STATUSES = {
    "waiting": "waits",
    "draft": "is a draft",
    "to_be_reviewed": "waits for its review",
    "reviewed": "is reviewed",
    "scheduled": "is scheduled",
    "sending": "is being sent",
    "sent": "was sent",
    "paused": "is paused",
    "stopped": "was stopped",
    "cancelled": "was cancelled",
    "outcome_unknown": "is held: nobody knows whether it was sent",
    "unknown": "has a status that is not known here",
}
_NAMES = {
    "name": "name",
    "subject": "subject",
    "from_name": "sender's name",
    "from_email": "sender",
    "content": "content",
    "topic": "topic",
    "list": "list",
    "recipients": "recipients",
    "then": "step (then)",
    "at": "time (at)",
}
_ONCE_DONE = ("recipients", "then", "at")


def plan_of(launch: Launch) -> str:
    """What the campaign is made of, as JSON. The content only as a digest."""
    return orjson.dumps(_parts(launch)).decode()


def _parts(launch: Launch) -> dict[str, Any]:
    draft = launch.draft
    content = draft.content_url or hashlib.blake2b(draft.html.encode(), digest_size=16).hexdigest()
    return {
        "name": draft.name,
        "subject": draft.subject,
        "from_name": draft.from_name,
        "from_email": draft.from_email,
        "content": content,
        "topic": draft.topic,
        "list": launch.list.key,
        "recipients": sorted([one.stream, one.campaign] for one in launch.recipients),
        "then": launch.then.value,
        "at": launch.at,
    }


def differences(made: Mapping[str, Any], launch: Launch, *, is_done: bool) -> list[str]:
    """What the configuration says otherwise than the campaign was made. Until it went out, who gets it and when may still change."""
    now = _parts(launch)
    return [name for key, name in _NAMES.items() if made.get(key) != now[key] and (is_done or key not in _ONCE_DONE)]


def review_lines(launch: Launch, review: Review, traits: LauncherTraits) -> Iterator[str]:
    """The review, for the log."""
    sources = ", ".join(f"{count:,} from {name}" for name, count in sorted(review.records.items())) or "no records"
    yield (
        f"Launch {launch.key}, review: {sources}. {review.eligible:,} addresses are eligible and on the list {launch.list.name!r} "
        f"({review.already_on:,} of them were on it before); {review.existing:,} other members of the list"
        f"{' and its first contact' if review.own else ''} get it too: {review.mails:,} mails."
    )
    if review.duplicates:
        yield f"Launch {launch.key}: {review.duplicates:,} records share an address with another recipient."
    for reason, count in sorted(review.skipped.items()):
        yield f"Launch {launch.key}: {count:,} records get nothing: {reason.replace('_', ' ')}."
    if launch.draft.topic:
        yield f"Launch {launch.key}: who is not subscribed to its topic gets nothing; {traits.label} tells no topics by API, so they are not counted."
    for sentence in traits.lacks:
        yield f"Launch {launch.key}: {sentence}"


def against(launch: Launch, review: Review) -> str:
    """Who is on the list and must not be mailed."""
    parts = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in sorted(review.against.items()))
    return (
        f"people on the list {launch.list.name!r} must not be mailed ({parts}), and are on it by somebody else's doing. Take them off there "
        "(crm_opt_out_reaches: everyone does it for those who opted out in the CRM), or choose another list."
    )


def waiting(review: Review) -> str:
    """Who is not on the list yet."""
    parts = ", ".join(f"{count:,} ({reason.replace('_', ' ')})" for reason, count in sorted(review.waiting.items()))
    return f"recipients are not on the list yet: {parts}."


def standing(launch: Launch, row: LaunchRow, label: str) -> str:
    """Where it stands, when nothing is left to do."""
    no_reason = "its API tells no reason; look there" if row.status in ("stopped", "cancelled") else ""
    when = f" for {moment(launch.at)}" if row.status == "scheduled" and launch.at is not None and launch.then is Then.SCHEDULE else ""
    why = row.reason or no_reason
    return f"Launch {launch.key}: {STATUSES.get(row.status, row.status)} in {label}{when}{f' ({why})' if why else ''}."


def stays(launch: Launch, row: LaunchRow, *, held: bool) -> str:
    """Why it does not go on."""
    return f"Launch {launch.key} {'is held' if held else 'waits for a later run'}: {row.reason or STATUSES.get(row.status, row.status)}"


def moment(seconds: float | None) -> str:
    """A time, in UTC."""
    return "–" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%d %b %Y, %H:%M UTC")
