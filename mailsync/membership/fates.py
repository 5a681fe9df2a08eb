"""Counting fates: every record message has exactly one per list it feeds, and they add up to the records that came in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from mailsync.errors import Bug
from mailsync.membership.absorb import Absorbed
from mailsync.membership.model import Decision, RecordRow, Situation
from mailsync.membership.plan import FateCounts, RecordFate
from mailsync.membership.told import Settled

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Ruling:
    """What became of one record's claim on one list. `detail` says what the reason alone does not: whose the address is, what the vendor said."""

    fate: RecordFate
    reason: str = ""
    detail: str = ""


_ELSEWHERE = Ruling(RecordFate.SKIPPED, "other_campaign")


def shown_id(record_id: str) -> str:
    """The record's id as logs and reports may show it: some sources know people by their address."""
    return "(an address)" if "@" in record_id else record_id


def ruling(row: RecordRow, at: Situation, decision: Decision) -> Ruling:
    """The ruling for one claimant. Its detail holds no address and no value."""
    return Ruling(decision.fate, decision.reason, _detail(row, at, decision.fate))


def _detail(row: RecordRow, at: Situation, fate: RecordFate) -> str:
    winner, member = at.winner, at.member
    if fate is RecordFate.SHADOWED and winner is not None:
        named = f"{winner.stream} {shown_id(winner.id)}"
        return named if winner.sync == row.sync else f"{named} of sync {winner.sync}"
    if fate is RecordFate.REJECTED and row.verdict is not None:
        return row.verdict_field or ""
    if fate is RecordFate.REJECTED:
        return f"{member.rejected_code or ''} {member.rejected_message or ''}".strip()
    return ""


class Fates:
    """The counts of one run."""

    def __init__(
        self, lists_of: Mapping[str, tuple[str, ...]], admits: Callable[[str, str, str], bool] = lambda _stream, _list_key, _record_id: True
    ) -> None:
        """`lists_of`: stream → keys of the lists it feeds. `admits(stream, list key, record id)`: whether that feed takes the record."""
        self._lists_of = lists_of
        self._admits = admits
        self.records_in: Counter[str] = Counter()
        self.changes: Counter[tuple[str, str, str]] = Counter()  # (stream, field, how) → values not written as they came
        self._counts: Counter[tuple[str, str, RecordFate, str]] = Counter()
        self._examples: dict[tuple[str, str, str, str], dict[str, str]] = {}
        self._since: dict[str, list[int]] = {}

    def came_in(self, stream: str) -> None:
        """One record message was taken in."""
        self.records_in[stream] += 1

    def settle(self, absorbed: Iterable[Absorbed], decided: Mapping[str, Mapping[tuple[str, str], Ruling]]) -> None:
        """The fates of a batch. `decided`: list key → (stream, record id) → what was decided of its current claim."""
        for one in absorbed:
            rejected = False
            for list_key in self._lists_of[one.stream]:
                ruled = self._ruled(one, decided[list_key]) if self._admits(one.stream, list_key, one.record_id) else _ELSEWHERE
                self._count(one, list_key, ruled)
                rejected = rejected or ruled.fate is RecordFate.REJECTED
            since = self._since.setdefault(one.stream, [0, 0])
            since[0] += 1
            since[1] += rejected

    def since_last_echo(self, stream: str | None) -> Settled:
        """Settled record messages since the last call for this stream (None: of all), and forget them."""
        names = list(self._since) if stream is None else [stream]
        counts = [self._since.pop(name, [0, 0]) for name in names]
        return Settled(sum(one[0] for one in counts), sum(one[1] for one in counts))

    def totals(self) -> FateCounts:
        """The counts so far."""
        return dict(self._counts)

    def examples(self) -> Mapping[tuple[str, str, str, str], Mapping[str, str]]:
        """A few record ids per (stream, list key, fate, reason), each with its detail."""
        return self._examples

    def check_sum(self) -> None:
        """Raises Bug where the fates of a stream do not add up to its records."""
        for stream, lists in self._lists_of.items():
            for list_key in lists:
                total = sum(count for (name, key, _, _), count in self._counts.items() if (name, key) == (stream, list_key))
                if total != self.records_in[stream]:
                    raise Bug(
                        f"Stream {stream}, list {list_key}: {self.records_in[stream]} records came in, but {total} have a fate. Please report this."
                    )

    def _ruled(self, one: Absorbed, decided: Mapping[tuple[str, str], Ruling]) -> Ruling:
        if one.fate is not None:
            return Ruling(one.fate, one.reason)
        # A later message of the same record in this batch took the address back: that one has the fate.
        return decided.get((one.stream, one.record_id)) or Ruling(RecordFate.UNCHANGED)

    def _count(self, one: Absorbed, list_key: str, ruled: Ruling) -> None:
        self._counts[one.stream, list_key, ruled.fate, ruled.reason] += 1
        known = self._examples.setdefault((one.stream, list_key, ruled.fate.value, ruled.reason), {})
        if len(known) < EXAMPLES:
            known[shown_id(one.record_id)] = ruled.detail
