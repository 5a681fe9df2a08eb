"""The rows the rules work on, and the pure decision for one (list, address)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from mailsync.membership.plan import RecordFate
from mailsync.membership.tool import ListedStatus

ABSENT = "absent"
ACTIVE = ListedStatus.ACTIVE.value
UNSUBSCRIBED = ListedStatus.UNSUBSCRIBED.value
BOUNCED = ListedStatus.BOUNCED.value

NEVER = float("inf")

LEAVINGS = frozenset({"crm_opt_out", "complaint", "left", "left_or_returned", "left_elsewhere", "forgotten"})
"""The suppressions that take a person off at once; bounced and vanished belong to the address, not to the person."""

LEFT_HERE = frozenset({"left", "left_or_returned", "complaint", "crm_opt_out"})
"""Those beside which a leaving of this very list may stand that a call of ours undid; erasure and leaving under another address are no such thing."""


@dataclass(slots=True)
class RecordRow:
    """One record's claim. `key` is (sync, stream, id)."""

    sync: str
    stream: str
    id: str
    address: str | None = None
    spelling: str | None = None
    payload: str | None = None
    payload_hash: str | None = None
    opt_out: int = 0
    contacted: float = 0.0
    modified: float = 0.0
    live: int = 1
    gone_at: float | None = None
    cursor: int | None = None
    generation: int = 0
    verdict: str | None = None
    verdict_field: str | None = None
    verdict_at: float | None = None
    moved: int = 0
    heir: str | None = None

    @property
    def rank(self) -> tuple[float, float, str, str, str]:
        """Who wins an address: last contacted, else last modified; ids are unique inside a module only, so the stream decides last."""
        return (self.contacted, self.modified, self.id, self.sync, self.stream)


@dataclass(slots=True)
class MemberRow:
    """One membership as known. Times are the vendor's, 0 where never."""

    list: str
    address: str
    spelling: str
    ours: int = 0
    seen: str = ABSENT
    seen_at: float = 0.0
    seen_before: str = ABSENT
    called_at: float = 0.0
    answered_at: float = 0.0
    open: str | None = None
    removed: str | None = None
    removed_at: float | None = None
    pending: int = 0
    unknown: int = 0
    rejected_hash: str | None = None
    rejected_reason: str | None = None
    rejected_code: str | None = None
    rejected_message: str | None = None
    rejected_at: float | None = None
    called_by: str = ""

    @property
    def is_on(self) -> bool:
        """Not removed by us, and active in the last complete read or answered ok since."""
        return self.removed is None and (self.seen == ACTIVE or self.answered_at > self.seen_at)


class Action(Enum):
    """What to do for one (list, address)."""

    NONE = "none"
    TAKE_OFF = "take_off"
    SUBSCRIBE = "subscribe"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the plan and the vendor say of one list. `run` is this run's name, "<sync>#<number>"."""

    has_form: bool
    allow_confirmation_mails: bool
    can_delete_member: bool
    returns_after_removal: bool
    opt_out_reaches_everyone: bool
    run: str
    closed: bool = False  # its campaign was launched: nobody joins any more


@dataclass(slots=True)
class Situation:
    """All that the decision for one (list, address) depends on."""

    member: MemberRow
    suppressed: str | None = None  # the reason of section "Suppression", None: may be subscribed
    suppressed_since: float = NEVER  # when they left this very list
    winner: RecordRow | None = None
    claimants: list[RecordRow] = field(default_factory=list)  # live records that feed this list with this address
    written_hash: str | None = None

    @property
    def claimed(self) -> bool:
        """Whether a live record of any sync that feeds the list has the address."""
        return bool(self.claimants)


@dataclass(frozen=True, slots=True)
class Decision:
    """`fate` and `reason` are the winner's; other claimants are shadowed unless the fate is a suppression."""

    action: Action
    fate: RecordFate
    reason: str = ""


def decide(at: Situation, rules: Rules) -> Decision:  # noqa: PLR0911 - the decision table, one row a line, first that holds
    """Table "Deciding": the action for one (list, address) and the fate of the winner behind it. A pure function."""
    member = at.member
    if at.suppressed is not None:
        action = Action.TAKE_OFF if _must_leave_now(at, rules) else Action.NONE
        return Decision(action, RecordFate.SKIPPED, at.suppressed)
    winner = at.winner
    if not at.claimed or winner is None:
        return Decision(Action.NONE, RecordFate.RELEASED)
    if member.pending:
        return Decision(Action.NONE, RecordFate.PENDING_CONFIRMATION, "confirmation_sent")
    if member.unknown or member.open is not None:
        return Decision(Action.NONE, RecordFate.PENDING_CONFIRMATION, "outcome_unknown")
    if winner.verdict is not None:
        return Decision(Action.NONE, RecordFate.REJECTED, winner.verdict)
    if member.rejected_hash is not None and member.rejected_hash == winner.payload_hash:
        return Decision(Action.NONE, RecordFate.REJECTED, member.rejected_reason or "vendor_refused")
    if member.is_on:
        return _decide_on(at, winner, rules)
    return _decide_off(member, rules)


def _decide_on(at: Situation, winner: RecordRow, rules: Rules) -> Decision:
    if at.written_hash == winner.payload_hash:
        return Decision(Action.NONE, RecordFate.WRITTEN if at.member.called_by == rules.run else RecordFate.UNCHANGED)
    if rules.has_form:
        return Decision(Action.NONE, RecordFate.SKIPPED, "update_may_mail")
    return Decision(Action.UPDATE, RecordFate.WRITTEN)


def _decide_off(member: MemberRow, rules: Rules) -> Decision:
    if rules.closed:
        return Decision(Action.NONE, RecordFate.SKIPPED, "launched")
    if rules.has_form and not rules.allow_confirmation_mails:
        return Decision(Action.NONE, RecordFate.SKIPPED, "form_list")
    if member.removed is not None and (rules.has_form or not (rules.can_delete_member or rules.returns_after_removal)):
        return Decision(Action.NONE, RecordFate.SKIPPED, "removed_before")
    return Decision(Action.SUBSCRIBE, RecordFate.WRITTEN)


def _must_leave_now(at: Situation, rules: Rules) -> bool:
    """D1: a leaving takes off at once whoever is ours, and a foreign member only to undo our own call."""
    member = at.member
    if at.suppressed not in LEAVINGS or not (member.is_on or member.open == "sub"):
        return False
    if member.ours:
        return True
    if at.suppressed == "crm_opt_out" and rules.opt_out_reaches_everyone:
        return True
    # Between intent and answer nobody knows when a call took effect, so the later of the two counts.
    return at.suppressed in LEFT_HERE and max(member.called_at, member.answered_at) > at.suppressed_since
