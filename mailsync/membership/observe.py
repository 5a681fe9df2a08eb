"""What one complete read says of one membership: a pure function over the row (docs/membership.md, "Words" and "Open intents")."""

from __future__ import annotations

from dataclasses import dataclass

from mailsync.membership.model import ABSENT, ACTIVE, BOUNCED, UNSUBSCRIBED, MemberRow

CALL_LASTS_S = 150.0
"""Longer than a call can take: connect and read time-outs, once more after a renewed token."""


@dataclass(slots=True)
class Observed:
    """What follows from a read.

    `suppress`: a reason on this list (bounced and vanished reach further, the caller knows). `consent` lifts. `rewrite` forgets what was written.
    """

    suppress: str | None = None
    consent: bool = False
    rewrite: bool = False
    changed: bool = False


@dataclass(frozen=True, slots=True)
class ListFacts:
    """Of the list being read. `read_before`: a complete read went before this one, so that absence then is known. `at`: when this read began."""

    has_form: bool
    can_delete_member: bool
    read_before: bool
    at: float
    sync: str = ""


def observe(member: MemberRow, now: str, facts: ListFacts) -> Observed:
    """Move the row to what the read shows, and say what follows from it."""
    before = _decisive(member)
    if member.open is not None and _may_be_in_flight(member, facts):
        return Observed()
    if member.open == "sub":
        found = _open_subscription(member, now, facts)
    elif member.open is not None:
        found = _open_removal(member, now, facts)
    else:
        found = _at_rest(member, now, facts)
    member.seen_before, member.seen, member.seen_at = member.seen, now, facts.at
    found.changed = found.suppress is not None or found.consent or found.rewrite
    found.changed = found.changed or before != _decisive(member)
    return found


def _may_be_in_flight(member: MemberRow, facts: ListFacts) -> bool:
    """A young intent of another sync: its call may be under way. Our own calls are never under way while we read."""
    return member.called_by.rpartition("#")[0] != facts.sync and member.called_by != "" and member.called_at > facts.at - CALL_LASTS_S


def _decisive(member: MemberRow) -> tuple[object, ...]:
    """What a decision depends on: a read that only confirms an answered call changes nothing."""
    return (member.is_on, member.open, member.removed, member.ours, member.pending, member.unknown)


def _open_subscription(member: MemberRow, now: str, facts: ListFacts) -> Observed:  # noqa: PLR0911 - a table, one row a line
    """Table "Open intents", rows with a subscribe call that has no answer."""
    member.open = None
    if now == ACTIVE:
        member.removed, member.removed_at = None, None
        if facts.has_form:
            member.ours = 0
        return Observed(rewrite=True)
    if now == BOUNCED:
        return Observed(suppress="bounced")
    if member.removed is not None:
        if now == UNSUBSCRIBED and not facts.can_delete_member:
            return Observed(suppress="left_or_returned")
        return Observed(suppress="left") if now == UNSUBSCRIBED else Observed()
    if now == UNSUBSCRIBED:
        return Observed(suppress="left")
    if member.seen == ABSENT and member.answered_at <= member.seen_at:
        member.unknown, member.ours = int(facts.has_form), 0
        return Observed()
    return Observed(suppress="vanished")


def _open_removal(member: MemberRow, now: str, facts: ListFacts) -> Observed:
    reason = (member.open or "").partition(":")[2] or "removed"
    member.open = None
    if now == ACTIVE:
        return Observed()  # not done: decide again
    member.removed, member.removed_at = reason, facts.at
    return Observed(suppress="bounced") if now == BOUNCED else Observed()


def _at_rest(member: MemberRow, now: str, facts: ListFacts) -> Observed:
    if now == ACTIVE:
        return _shown_active(member, facts)
    if now == UNSUBSCRIBED:
        member.pending = 0
        # Where the vendor deletes members, the mark cannot be our removal's.
        ours = member.removed is not None and not (member.removed == "removed" and facts.can_delete_member)
        return Observed() if ours else Observed(suppress="left")
    if now == BOUNCED:
        return Observed(suppress="bounced")
    return _shown_absent(member, facts)


def _shown_active(member: MemberRow, facts: ListFacts) -> Observed:
    if member.pending or member.unknown:
        # Confirming and signing up by oneself look alike, so the membership is theirs (docs/membership.md, I7).
        member.pending, member.unknown, member.ours = 0, 0, 0
        return Observed(consent=True)
    no_call_since = member.called_at <= member.seen_at if member.seen_at else member.called_at == 0.0
    was_not_active = member.seen != ACTIVE and (member.seen_at > 0 or facts.read_before)
    if member.removed is not None and member.called_at <= (member.removed_at or 0.0):
        if facts.at <= (member.removed_at or 0.0):
            return Observed()  # our removal came after this read began
        member.removed, member.removed_at = None, None
        if not was_not_active:
            return Observed()  # the removal had no effect: decide again
        member.ours = 0
        return Observed(consent=True)
    if was_not_active and no_call_since:
        member.ours = 0
        return Observed(consent=True)
    return Observed()


def _shown_absent(member: MemberRow, facts: ListFacts) -> Observed:
    was_there = member.seen != ABSENT or member.answered_at > member.seen_at
    if member.answered_at > facts.at or member.removed is not None or member.pending or member.unknown or not was_there:
        return Observed()
    return Observed(suppress="vanished")
