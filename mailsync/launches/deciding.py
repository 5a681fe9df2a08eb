"""What a look at the vendor teaches about a launch, and what to do next. Pure functions of the ledger's row and of what the account shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from mailsync.launches.launcher import UNSENT, Seen, State
from mailsync.launches.plan import Launch, Then, release_code
from mailsync.ledger.launches import LaunchRow

MARGIN_S = 1800.0
"""So long a campaign that was just made, or whose making had no answer, may stay unseen. The vendors do not say how soon they show one."""

MAILING = ("send", "schedule")
OVER = frozenset({State.SENT.value, State.STOPPED.value, State.CANCELLED.value})


class Step(Enum):
    """What to do next."""

    NOTHING = "nothing"
    WAIT = "wait"  # a later run does it by itself
    HOLD = "hold"  # a person has to look
    CREATE = "create"
    TEST = "test"
    SCHEDULE = "schedule"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class Decision:
    """`why` is a sentence for people where something waits or is held."""

    step: Step
    why: str = ""


def observe(row: LaunchRow, seen: Sequence[Seen], now: float) -> None:
    """Take in what the account shows of the campaigns that bear this launch's mark."""
    if row.campaign is None and len(seen) == 1:
        row.campaign, row.adopted, row.changed_at = seen[0].key, int(row.open != "create"), now
        row.open = row.open_at = None
    mine = shown(row, seen)
    if mine is None:
        return
    if mine.state in UNSENT:
        _still_unsent(row, mine, now)
    else:
        if row.open in MAILING:
            row.done, row.done_at, row.open, row.open_at = row.open, row.open_at, None, None
        _move(row, mine.state.value, now)


def _still_unsent(row: LaunchRow, mine: Seen, now: float) -> None:
    """What shows as a draft after a call that would mail may be out of date: it changes nothing that an answer has told."""
    if row.done is None:
        _move(row, "outcome_unknown" if row.open in MAILING else mine.state.value, now)


def _move(row: LaunchRow, status: str, now: float) -> None:
    if row.status != status:
        row.status, row.changed_at, row.reason = status, now, ""


def shown(row: LaunchRow, seen: Sequence[Seen]) -> Seen | None:
    """The launch's own campaign among those seen."""
    return next((one for one in seen if one.key == row.campaign), None)


def decide(row: LaunchRow, seen: Sequence[Seen], launch: Launch, *, label: str, now: float, unready: str) -> Decision:  # noqa: PLR0911 - a table, first that holds
    """The next step. `unready`: why its people are not all on the list yet, empty where they are.

    A call that mails is only decided on while the account shows the campaign as unsent, and never a second time without a person's word.
    """
    if row.done is not None or (row.campaign and row.status not in _OPEN_STATUSES):
        return _nothing_left(row, seen, launch, label, now)
    if row.campaign is None:
        return _make(row, seen, label, now, unready)
    mine = shown(row, seen)
    if mine is None:
        return _unseen(row, label, now)
    released = bool(launch.release) and launch.release == code_of(row)
    if row.open in MAILING and not released:
        return Decision(Step.HOLD, _UNKNOWN.format(label=label, code=code_of(row)))
    if row.adopted and launch.then is not Then.DRAFT and not released:
        return Decision(Step.HOLD, _FOUND.format(label=label, code=code_of(row)))
    if launch.then is Then.DRAFT:
        return Decision(Step.TEST if launch.test_addresses and row.tested_at is None else Step.NOTHING)
    if mine.state is State.TO_BE_REVIEWED:
        return Decision(Step.WAIT, f"{label} has not reviewed its content yet.")
    if unready:
        return Decision(Step.WAIT, unready)
    if launch.test_addresses and row.tested_at is None:
        return Decision(Step.TEST)
    return Decision(Step.SEND if launch.then is Then.SEND else Step.SCHEDULE)


def _went_out(row: LaunchRow, mine: Seen | None, launch: Launch, now: float) -> bool:
    """Whether the account shows what an answer has told, or it is too early for that."""
    due = max(row.done_at or 0.0, (launch.at or 0.0) if row.done == "schedule" else 0.0)
    return now < due + MARGIN_S or (mine is not None and mine.state not in UNSENT)


def is_under_way(row: LaunchRow) -> bool:
    """Whether its campaign is in review, went out, is going to by itself, or may have: nobody should join its list any more."""
    in_review = row.status in (State.TO_BE_REVIEWED.value, State.REVIEWED.value)
    return row.done is not None or row.open in MAILING or (row.campaign is not None and (in_review or row.status not in _OPEN_STATUSES))


def _nothing_left(row: LaunchRow, seen: Sequence[Seen], launch: Launch, label: str, now: float) -> Decision:
    seen_to_go = row.status in OVER or row.done is None or _went_out(row, shown(row, seen), launch, now)
    return Decision(Step.NOTHING) if seen_to_go else Decision(Step.HOLD, _NOT_SEEN.format(label=label))


def _make(row: LaunchRow, seen: Sequence[Seen], label: str, now: float, unready: str) -> Decision:
    if len(seen) > 1:
        names = "; ".join(sorted(one.name for one in seen))
        return Decision(
            Step.HOLD, f"{len(seen)} campaigns in {label} bear its mark ({names}). Delete those that are not meant; none is sent by itself."
        )
    if row.open == "create" and now < (row.open_at or 0.0) + MARGIN_S:
        return Decision(Step.WAIT, f"the answer to making the campaign was lost, and {label} does not show it yet.")
    return Decision(Step.WAIT, unready) if unready else Decision(Step.CREATE)


def _unseen(row: LaunchRow, label: str, now: float) -> Decision:
    if row.open in MAILING:
        return Decision(Step.HOLD, f"the answer to the call that mails was lost, and {label} does not show the campaign any more. Look there.")
    if now < row.changed_at + MARGIN_S:
        return Decision(Step.WAIT, f"{label} does not show the campaign yet.")
    return Decision(Step.HOLD, f"its campaign is not in {label} any more: somebody deleted it. Give the launch another key to make it again.")


def code_of(row: LaunchRow) -> str:
    """The code that lets the call go which is held now."""
    return release_code(row.account, row.launch, row.campaign, row.open, row.open_at, row.adopted)


# Statuses in which something may still be done by us.
_OPEN_STATUSES = frozenset({"waiting", "outcome_unknown", *(state.value for state in UNSENT)})
_UNKNOWN = (
    "the answer to the call that mails was lost, and {label} shows the campaign as not sent. That may be out of date, so it is not sent again. "
    "Look there whether it went out. If it did not: set release to {code} for one further try."
)
_NOT_SEEN = (
    "{label} said that it sends it, and does not show it as sent, or not at all. It is never sent again. Look there; another key launches it anew."
)
_FOUND = (
    "{label} has a campaign with its mark that this ledger does not know (a lost ledger, or another program). It is never sent by itself. "
    "Look there whether it went out before. If it did not: set release to {code} for one try."
)
