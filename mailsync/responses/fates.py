"""Counting fates: every message has exactly one, the last that its row had in this run, and they add up to the messages that came in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping

from mailsync.errors import Bug
from mailsync.ledger.recipients import DueRow, Pair
from mailsync.membership.plan import FateCounts, RecordFate
from mailsync.membership.told import Settled
from mailsync.responses.absorb import Absorbed
from mailsync.responses.open_fates import Counted, OpenFates

EXAMPLES = 5
TARGET = "crm"
OPEN = frozenset({RecordFate.POSTPONED, RecordFate.SKIPPED, RecordFate.REJECTED})
"""What may end otherwise when the row is decided again: at COMPLETE, or at the end of the run."""

QUIET = frozenset({RecordFate.UNCHANGED, RecordFate.NOT_OURS, RecordFate.SKIPPED})
"""What is worth less than that something was written."""

Rows = Callable[[Collection[Pair]], Mapping[Pair, DueRow]]
Names = Callable[[Collection[Pair]], Mapping[Pair, str]]
"""CRM ids, where a person is known."""


class Fates:
    """The counts of one run."""

    def __init__(self, streams: Iterable[str]) -> None:
        self._streams = tuple(streams)
        self.records_in: Counter[str] = Counter()
        self._counts: Counter[tuple[str, str, RecordFate, str]] = Counter()
        self._examples: dict[tuple[str, str, str, str], dict[str, str]] = {}
        self._open = OpenFates()
        self._records: Counter[str] = Counter()  # since the last echo of the stream
        self._rejected: Counter[str] = Counter()

    def came_in(self, stream: str) -> None:
        """One message was taken in."""
        self.records_in[stream] += 1
        self._records[stream] += 1

    def settle(self, absorbed: Iterable[Absorbed], decided: Collection[Pair], wrote: Collection[Pair], *, rows: Rows, names: Names) -> None:
        """The fates of a batch, whose rows were `decided` now; `wrote`: those of which something reached the CRM."""
        absorbed = list(absorbed)
        pairs = {one.pair for one in absorbed if one.pair is not None}
        known, examples = rows(pairs), names(pairs)
        may_change = []
        for one in absorbed:
            fate, reason, detail = _fate(one, known, decided)
            self._count(one.stream, fate, reason, 1)
            self._show(one.stream, fate, reason, examples.get(one.pair, one.example) if one.pair is not None else one.example, detail)
            if one.pair is not None and fate in OPEN:
                may_change.append(Counted(*one.pair, one.stream, fate.value, reason, 1, one.pair in wrote))
        self._open.note(may_change)

    def count_again(self, *, rows: Rows, names: Names) -> None:
        """What was counted with a fate that its row no longer has."""
        for batch in self._open.batches():
            known = rows({one.pair for one in batch})
            changed = [one for one in batch if (_now(one, known[one.pair])) != (one.fate, one.reason)]
            examples = names({one.pair for one in changed})
            for one in changed:
                self._recount(one, known[one.pair], examples.get(one.pair, one.campaign))
            self._open.drop(changed)
            again = [(one, *_now(one, known[one.pair])) for one in changed]
            self._open.note([_counted(one, fate, reason) for one, fate, reason in again if RecordFate(fate) in OPEN])

    def _recount(self, one: Counted, row: DueRow, example: str) -> None:
        fate, reason = _now(one, row)
        self._count(one.stream, RecordFate(one.fate), one.reason, -one.times)
        self._count(one.stream, RecordFate(fate), reason, one.times)
        self._examples.get((one.stream, TARGET, one.fate, one.reason), {}).pop(example, None)
        self._show(one.stream, RecordFate(fate), reason, example, row.detail)

    def _count(self, stream: str, fate: RecordFate, reason: str, times: int) -> None:
        key = (stream, TARGET, fate, reason)
        self._counts[key] += times
        if not self._counts[key]:
            del self._counts[key]
            self._examples.pop((stream, TARGET, fate.value, reason), None)
        if fate is RecordFate.REJECTED:
            self._rejected[stream] += times

    def _show(self, stream: str, fate: RecordFate, reason: str, name: str, detail: str) -> None:
        known = self._examples.setdefault((stream, TARGET, fate.value, reason), {})
        if name and len(known) < EXAMPLES:
            known[name] = detail

    def may_change(self, stream: str | None) -> bool:
        """Whether a message of this stream (None: of any) still waits for its fate."""
        return any(fate is RecordFate.POSTPONED and stream in (None, name) for name, _, fate, _ in self._counts)

    def since_last_echo(self, stream: str | None, *, final: bool) -> Settled:
        """Messages since the last call for this stream (None: of all), and the rejected ones that were not told yet; forget them."""
        names = [*self._records, *self._rejected] if stream is None else [stream]
        records = sum(self._records.pop(name, 0) for name in names)
        rejected = 0
        for name in names:
            rejected += max(0, self._rejected[name])
            self._rejected[name] = min(0, self._rejected[name])  # told already, and not so any more
        return Settled(records, rejected, final=final)

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

    def close(self) -> None:
        """Nothing is counted any more."""
        self._open.close()


def _fate(one: Absorbed, rows: Mapping[Pair, DueRow], decided: Collection[Pair]) -> tuple[RecordFate, str, str]:
    if one.fate is not None or one.pair is None:
        return one.fate or RecordFate.UNCHANGED, str(one.reason), ""
    row = rows[one.pair]
    fate = RecordFate(row.fate or RecordFate.POSTPONED.value)
    if fate is RecordFate.WRITTEN and one.pair not in decided:
        fate = RecordFate.UNCHANGED  # written in an earlier batch or run
    return fate, row.reason, row.detail


def _now(one: Counted, row: DueRow) -> tuple[str, str]:
    """The fate that counts now."""
    fate = RecordFate(row.fate or RecordFate.POSTPONED.value)
    return (RecordFate.WRITTEN.value, "") if one.wrote and fate in QUIET else (fate.value, row.reason)


def _counted(one: Counted, fate: str, reason: str) -> Counted:
    return Counted(one.campaign, one.address, one.stream, fate, reason, one.times, one.wrote)
