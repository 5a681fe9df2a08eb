"""Counting fates: every message has exactly one, and they add up to the messages that came in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from mailsync.errors import Bug
from mailsync.ledger.recipients import DueRow, Pair
from mailsync.membership.plan import FateCounts, RecordFate
from mailsync.membership.told import Settled
from mailsync.responses.absorb import Absorbed

EXAMPLES = 5
TARGET = "crm"


class Fates:
    """The counts of one run."""

    def __init__(self, streams: Iterable[str]) -> None:
        self._streams = tuple(streams)
        self.records_in: Counter[str] = Counter()
        self._counts: Counter[tuple[str, str, RecordFate, str]] = Counter()
        self._examples: dict[tuple[str, str, str, str], dict[str, str]] = {}
        self._since: dict[str, list[int]] = {}

    def came_in(self, stream: str) -> None:
        """One message was taken in."""
        self.records_in[stream] += 1

    def settle(self, absorbed: Iterable[Absorbed], rows: Mapping[Pair, DueRow], decided: set[Pair], examples: Mapping[Pair, str]) -> None:
        """The fates of a batch. `rows`: what was last decided; `decided`: in this settle. `examples`: CRM ids, where a person is known."""
        for one in absorbed:
            fate, reason, detail = _fate(one, rows, decided)
            self._counts[one.stream, TARGET, fate, reason] += 1
            known = self._examples.setdefault((one.stream, TARGET, fate.value, reason), {})
            name = examples.get(one.pair, one.example) if one.pair is not None else one.example
            if name and len(known) < EXAMPLES:
                known[name] = detail
            since = self._since.setdefault(one.stream, [0, 0])
            since[0] += 1
            since[1] += fate is RecordFate.REJECTED

    def since_last_echo(self, stream: str | None) -> Settled:
        """Settled messages since the last call for this stream (None: of all), and forget them."""
        names = list(self._since) if stream is None else [stream]
        counts = [self._since.pop(name, [0, 0]) for name in names]
        return Settled(sum(one[0] for one in counts), sum(one[1] for one in counts))

    def totals(self) -> FateCounts:
        """The counts so far."""
        return dict(self._counts)

    def examples(self) -> Mapping[tuple[str, str, str, str], Mapping[str, str]]:
        """A few CRM ids (else campaign keys) per (stream, target, fate, reason), each with its detail."""
        return self._examples

    def check_sum(self) -> None:
        """Raises Bug where the fates of a stream do not add up to its messages."""
        for stream in self._streams:
            total = sum(count for (name, *_), count in self._counts.items() if name == stream)
            if total != self.records_in[stream]:
                raise Bug(f"Stream {stream}: {self.records_in[stream]} records came in, but {total} have a fate. Please report this.")


def _fate(one: Absorbed, rows: Mapping[Pair, DueRow], decided: set[Pair]) -> tuple[RecordFate, str, str]:
    if one.fate is not None or one.pair is None:
        return one.fate or RecordFate.UNCHANGED, str(one.reason), ""
    row = rows[one.pair]
    fate = RecordFate(row.fate or RecordFate.POSTPONED.value)
    if fate is RecordFate.WRITTEN and one.pair not in decided:
        fate = RecordFate.UNCHANGED  # written in an earlier batch or run
    return fate, row.reason, row.detail
