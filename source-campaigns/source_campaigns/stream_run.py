"""One stream's run: what every stream needs to number its records and to write its checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from mailsync import instants
from mailsync.airbyte.voice import Voice
from mailsync.clock import Clock
from mailsync.ledger.our_removals import OurRemovals
from mailsync.mailings import MailingReports
from source_campaigns.budget import SharedBudget
from source_campaigns.config import Config
from source_campaigns.shared_reads import SharedReads
from source_campaigns.state import StreamState

CURSOR = "_ab_cdc_cursor"
DELETED_AT = "_ab_cdc_deleted_at"
# A run that breaks off may have shown numbers that no state knows of. Starting at the vendor's microseconds, every later run is above them.
TICKS_PER_SECOND = 1_000_000


@lru_cache(maxsize=4096)
def moment(seconds: float | None) -> str | None:
    """Epoch seconds as the streams write them."""
    return None if seconds is None else instants.text(seconds)


@dataclass(slots=True)
class Account:
    """What the streams of one account share. `removals` is None without a ledger, and so are the `reasons` of launches that do not go on."""

    name: str
    config: Config
    clock: Clock
    shared: SharedReads
    budget: SharedBudget
    removals: OurRemovals | None
    reasons: Mapping[str, str] = field(default_factory=dict)

    def reason(self, campaign: str) -> str | None:
        """Why a launched campaign does not go on."""
        return self.reasons.get(campaign)


class StreamRun:
    """`reports` is the stream's own: its waits are told by the stream's voice."""

    def __init__(self, account: Account, reports: MailingReports, voice: Voice, state: StreamState) -> None:
        self.account = account
        self.config = account.config
        self.reports = reports
        self.voice = voice
        self.state = state
        self.now = account.clock.now()
        state.cursor = max(state.cursor, int(self.now * TICKS_PER_SECOND))

    def numbered(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """A record to emit: what is null is left out, and so is null."""
        self.state.cursor += 1
        tail = {"system": self.reports.system, "read_at": moment(self.now), CURSOR: self.state.cursor}
        return {name: value for name, value in data.items() if value is not None} | tail

    def checkpoint(self) -> None:
        """Everything emitted so far is in the state from here on."""
        self.voice.state(self.state.dump())
