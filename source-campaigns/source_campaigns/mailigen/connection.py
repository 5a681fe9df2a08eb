"""One account: its clock, its budget of calls. Mailigen publishes no limit, so the budget only counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailsync.clock import VendorClock, clock_for
from mailsync.http import Http
from mailsync.ledger.engine import Ledger
from mailsync.mailigen.client import MailigenClient
from mailsync.mailigen.settings import LABEL, parse_settings
from source_campaigns.budget import SharedBudget, Waiting
from source_campaigns.config import parse


class Connection:
    """What a configuration opens; nothing is called yet. `clock_warning`: a time scale that was asked for and is not used."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        """Raises ConfigError."""
        self.config = parse(raw)
        self.settings = parse_settings(raw.get("system") or {})
        machine, self.clock_warning = clock_for(self.settings.base_urls)
        self.clock = VendorClock(machine)
        self._http = Http(LABEL)
        self.ledger = Ledger.open_existing(self.config.ledger.location, clock=self.clock) if self.config.ledger else None
        ledger = self.ledger or Ledger.in_memory(clock=self.clock)
        self.budget = SharedBudget(ledger, self.settings.account, {}, share=self.config.share_of_limit, clock=self.clock)

    def client(self, on_wait: Waiting | None = None) -> MailigenClient:
        """A client for one stream; `on_wait(error, seconds)` is told before each wait."""
        return MailigenClient(
            self.settings, http=self._http, clock=self.clock, reserve=lambda method: self.budget.reserve(method, on_wait), on_wait=on_wait
        )
