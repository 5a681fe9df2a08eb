"""What the CRM should show, as pure functions of what is known: a maximum, a count, a choice. No ledger and no vendor here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from mailsync.ledger.actions import Show
from mailsync.ledger.recipients import Pair, RecipientRow
from mailsync.membership.plan import RecordFate
from mailsync.responses.crm import Ability, Person
from mailsync.responses.plan import LEAVING, Kind, OptOut, Plan, Rule, RuleGroup
from mailsync.responses.reasons import Reason

DAY_S = 86_400.0
QUIET_BELOW = 1 << (Kind.DELIVERED + 1)
"""Sets of kinds below this number have nothing above delivered: those that turn to unopened."""

UNOPENABLE = frozenset({Kind.SENT, Kind.DELIVERED})
NEVER_MADE = frozenset({Kind.UNSUBSCRIBED, Kind.COMPLAINT, Kind.HARD_BOUNCE})
"""Nobody who did this becomes a new person: they do not want mail, or cannot get it."""

WORST = (
    RecordFate.UNCHANGED,
    RecordFate.NOT_OURS,
    RecordFate.SKIPPED,
    RecordFate.WRITTEN,
    RecordFate.POSTPONED,
    RecordFate.REJECTED,
)
"""The fate of a row is the worst of its steps."""


def bits(kinds: Iterable[Kind]) -> int:
    """A set of kinds as stored."""
    return sum(1 << kind for kind in set(kinds))


@lru_cache(maxsize=4096)  # there are few different sets, and each is asked for many times
def kinds_of(stored: int) -> frozenset[Kind]:
    """Back from `bits`."""
    return frozenset(kind for kind in Kind if stored >> kind & 1)


def status_of(stored: int, *, aged: bool, statuses: Mapping[Kind, str]) -> Kind | None:
    """The highest kind that has a text; None where none has. `aged`: the campaign is older than a day, so who did not open it shows as unopened."""
    kinds = kinds_of(stored)
    if aged and kinds & UNOPENABLE:
        kinds |= {Kind.UNOPENED}
    return max((kind for kind in kinds if kind in statuses), default=None)


def latest(history: Mapping[str, int], campaigns: Mapping[str, tuple[float, bool]], statuses: Mapping[Kind, str]) -> Show | None:
    """What a status field shows: the latest campaign by sending order that has a status, and that. `campaigns`: key → (sent at, aged)."""
    found = []
    for key, stored in history.items():
        if key not in campaigns:
            continue  # its record has not arrived: the row that brought it waits for that
        sent_at, aged = campaigns[key]
        status = status_of(stored, aged=aged, statuses=statuses)
        if status is not None:
            found.append(Show(sent_at, key, status))
    return max(found, default=None)


def history_of(rows: Iterable[RecipientRow]) -> dict[str, int]:
    """One person's campaigns → everything they did there, over all their addresses."""
    found: dict[str, int] = {}
    for row in rows:
        if row.campaign:
            found[row.campaign] = found.get(row.campaign, 0) | row.kinds
    return found


def crossings(rule: Rule, history: Mapping[str, int]) -> list[str]:
    """Campaigns an item of this rule belongs to: each that counts for a note; "" once the threshold is crossed, else."""
    wanted = bits(rule.kinds)
    counting = sorted(key for key, stored in history.items() if stored & wanted)
    if rule.makes is Ability.NOTE:
        return counting
    return [""] if len(counting) >= rule.times else []


def applicable(groups: Collection[RuleGroup], person: Person, matching: Mapping[str, bool]) -> list[RuleGroup]:
    """The groups of all filters the person is in, even empty ones; else the group for all. `matching`: filter id → whether the person is in it."""
    inside = [one for one in groups if one.filter is not None and one.filter.module == person.id.module and matching.get(one.filter.id, False)]
    return inside or [one for one in groups if one.filter is None]


def opt_out_is_due(row: RecipientRow, policy: OptOut) -> bool:
    """Only with proof that the person left the whole account, or where every leaving is declared to be that."""
    if policy is OptOut.NEVER or not kinds_of(row.kinds) & LEAVING:
        return False
    return bool(row.org) or policy is OptOut.ANY_LEAVING


def may_be_made(row: RecipientRow, plan: Plan, *, is_active_subscriber: bool) -> bool:
    """Whether the configuration asks for a person here."""
    if plan.creation is None:
        return False
    if not row.campaign:
        return plan.creation.for_subscribers and is_active_subscriber
    kinds = kinds_of(row.kinds)
    return plan.creation.for_recipients and not kinds & NEVER_MADE and bool(kinds - {Kind.UNSENT, Kind.SOFT_BOUNCE})


def filled(template: str, *, campaign: str, status: str, count: int) -> str:
    """A rule's text with its names filled in."""
    return template.replace("{campaign}", campaign).replace("{status}", status).replace("{count}", str(count))


@dataclass(slots=True, kw_only=True)
class Decision:
    """What becomes of one dirty row on its way through the steps.

    `open`: a later step may still act on it. `reached`: something of it was written to the CRM.
    """

    fate: RecordFate = RecordFate.UNCHANGED
    reason: str = ""
    detail: str = ""
    stays_dirty: bool = False
    rechecked: bool = False
    open: bool = True
    reached: bool = False

    def wrote(self) -> None:
        """A step changed the CRM."""
        self.reached = True
        self._worse(RecordFate.WRITTEN)

    def waits(self, reason: str, detail: str = "") -> None:
        """Not done now; decided again in the next settle."""
        self.stays_dirty = True
        self._worse(RecordFate.POSTPONED, reason, detail)

    def waits_for_recheck(self, reason: str, detail: str = "") -> None:
        """Not done until somebody does something in the CRM."""
        self.rechecked = True
        self._worse(RecordFate.POSTPONED, reason, detail)

    def holds(self, reason: str) -> None:
        """Not done until something of this sync ends that makes all rows dirty then."""
        self._worse(RecordFate.POSTPONED, reason)

    def refused(self, reason: str, detail: str, *, at_once: bool = False) -> None:
        """The CRM refused; asked again at the recheck, or in the next run."""
        self.rechecked = True
        self.stays_dirty = self.stays_dirty or at_once
        self._worse(RecordFate.REJECTED, reason, detail)

    def skipped(self, reason: str) -> None:
        """Nothing is written for it; asked again at the recheck."""
        self.rechecked = True
        self.left_out(reason)

    def left_out(self, reason: str) -> None:
        """Nothing is written for it, and nothing but a change of the configuration or a new message changes that."""
        self.open = False
        self._worse(RecordFate.SKIPPED, reason)

    def not_ours(self) -> None:
        """Somebody whom this sync did not bring."""
        self.open = False
        self._worse(RecordFate.NOT_OURS)

    def person_changed(self) -> None:
        """The person behind it was deleted or merged meanwhile: decided again with who takes the place."""
        self.waits(Reason.PERSON_CHANGED)
        self.open = False

    def _worse(self, fate: RecordFate, reason: str = "", detail: str = "") -> None:
        if WORST.index(fate) > WORST.index(self.fate):
            self.fate, self.reason, self.detail = fate, str(reason), detail


@dataclass(slots=True)
class Work(Decision):
    """A recipient that is decided. `people`: everybody found with the address, where it was looked up."""

    row: RecipientRow
    people: list[Person] = field(default_factory=list)

    @property
    def pair(self) -> Pair:
        """Which recipient."""
        return (self.row.campaign, self.row.address)
