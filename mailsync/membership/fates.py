"""Counting fates: every record message has exactly one per list it feeds, and they add up to the records that came in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from mailsync.errors import Bug
from mailsync.membership.absorb import Absorbed
from mailsync.membership.model import Decision
from mailsync.membership.plan import FateCounts, RecordFate
from mailsync.membership.told import Settled

EXAMPLES = 5


class Fates:
    """The counts of one run."""

    def __init__(self, lists_of: Mapping[str, tuple[str, ...]]) -> None:
        """`lists_of`: stream → keys of the lists it feeds."""
        self._lists_of = lists_of
        self.records_in: Counter[str] = Counter()
        self._counts: Counter[tuple[str, str, RecordFate, str]] = Counter()
        self._examples: dict[tuple[str, str, str, str], tuple[str, ...]] = {}
        self._since: dict[str, list[int]] = {}

    def came_in(self, stream: str) -> None:
        """One record message was taken in."""
        self.records_in[stream] += 1

    def settle(self, absorbed: Iterable[Absorbed], decided: Mapping[str, Mapping[tuple[str, str], Decision]]) -> None:
        """The fates of a batch. `decided`: list key → (stream, record id) → what was decided of its current claim."""
        for one in absorbed:
            rejected = False
            for list_key in self._lists_of[one.stream]:
                fate, reason = self._fate(one, decided[list_key])
                self._count(one, list_key, fate, reason)
                rejected = rejected or fate is RecordFate.REJECTED
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

    def examples(self) -> Mapping[tuple[str, str, str, str], tuple[str, ...]]:
        """A few record ids per (stream, list key, fate, reason)."""
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

    def _fate(self, one: Absorbed, decided: Mapping[tuple[str, str], Decision]) -> tuple[RecordFate, str]:
        if one.fate is not None:
            return one.fate, one.reason
        decision = decided.get((one.stream, one.record_id))
        # A later message of the same record in this batch took the address back: that one has the fate.
        return (decision.fate, decision.reason) if decision is not None else (RecordFate.UNCHANGED, "")

    def _count(self, one: Absorbed, list_key: str, fate: RecordFate, reason: str) -> None:
        self._counts[one.stream, list_key, fate, reason] += 1
        key = (one.stream, list_key, fate.value, reason)
        known = self._examples.get(key, ())
        if len(known) < EXAMPLES:
            self._examples[key] = (*known, one.record_id)
