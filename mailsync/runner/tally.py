"""What is counted while a run is under way, per stream. Written by the pipe's two threads, each its own fields; read by the display."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

StreamId = tuple[str | None, str]
"""(namespace, name)"""


@dataclass(slots=True)
class StreamTally:
    """`read`: records handed over. `settled`: records before acknowledged states. `rejected`: as the destination states them."""

    read: int = 0
    settled: int = 0
    rejected: int = 0
    checkpoints: int = 0
    status: str = "PENDING"
    waiting: bool = False

    def settle(self, source_stats: Mapping[str, Any], destination_stats: Mapping[str, Any]) -> None:
        """One acknowledged state."""
        self.checkpoints += 1
        self.settled += int(source_stats.get("recordCount") or 0)
        self.rejected += int(destination_stats.get("rejectedRecordCount") or 0)


class Tally:
    """All streams of a run; one that nobody configured is counted too when it turns up."""

    def __init__(self, streams: Iterable[StreamId]) -> None:
        self._streams = {stream: StreamTally() for stream in streams}

    def __getitem__(self, stream: StreamId) -> StreamTally:
        return self._streams.setdefault(stream, StreamTally())

    def items(self) -> ItemsView[StreamId, StreamTally]:
        """Stream by stream."""
        return self._streams.copy().items()

    @property
    def read(self) -> int:
        """Records of all streams."""
        return sum(counts.read for _, counts in self.items())
