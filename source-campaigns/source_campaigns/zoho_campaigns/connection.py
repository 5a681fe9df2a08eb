"""One account per process: its token, its clock, its budget of calls. The manifest's streams and the Python streams share them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from mailsync.clock import VendorClock, clock_for
from mailsync.http import Http, Patience
from mailsync.ledger.engine import Ledger
from mailsync.zoho.accounts import TOKEN_PATIENCE, ZohoAccount
from mailsync.zoho_campaigns.client import READ_PATIENCE, CampaignsClient
from mailsync.zoho_campaigns.endpoints import ENDPOINTS
from mailsync.zoho_campaigns.settings import LABEL, READING_SCOPES, parse_settings
from source_campaigns.budget import SharedBudget, Waiting
from source_campaigns.config import Config, parse

SHORT_PATIENCE = Patience(tries=3, first_wait_s=1.0, longest_wait_s=8.0, total_s=30.0)

_open: dict[tuple[str, str], Connection] = {}
_lock = threading.Lock()


class Connection:
    """What a configuration opens; nothing is called yet. `clock_warning`: a time scale that was asked for and is not used."""

    def __init__(self, config: Config, system: Mapping[str, Any], *, on_secret: Callable[[str], None] | None, patience: Patience | None) -> None:
        """`patience` bounds every wait; the default is that of a sync. Raises ConfigError."""
        self.config = config
        self.settings = parse_settings(system, READING_SCOPES)
        machine, self.clock_warning = clock_for(self.settings.base_urls)
        self.clock = VendorClock(machine)
        self._patience = patience or READ_PATIENCE
        self._http = Http(LABEL)
        self._account = ZohoAccount(
            self.settings.credentials, http=self._http, clock=self.clock, on_secret=on_secret, patience=patience or TOKEN_PATIENCE
        )
        self.ledger = Ledger.open_existing(config.ledger.location, clock=self.clock) if config.ledger else None
        limits = {endpoint.name: endpoint.windows for endpoint in ENDPOINTS.values()}
        ledger = self.ledger or Ledger.in_memory(clock=self.clock)
        self.budget = SharedBudget(ledger, self.settings.account, limits, share=config.share_of_limit, clock=self.clock)

    def client(self, on_wait: Waiting | None = None) -> CampaignsClient:
        """A client for one stream; `on_wait(error, seconds)` is told before each wait."""
        return CampaignsClient(
            self.settings,
            account=self._account,
            http=self._http,
            clock=self.clock,
            reserve=lambda endpoint: self.budget.reserve(endpoint, on_wait),
            on_wait=on_wait,
            on_lock=self.budget.locked,
            patience=self._patience,
        )


def open_connection(config: Mapping[str, Any], *, on_secret: Callable[[str], None] | None = None, patience: Patience | None = None) -> Connection:
    """A new connection, which `shared` gives from now on to whoever asks with the same credentials. Raises ConfigError."""
    connection = Connection(parse(config), config.get("system") or {}, on_secret=on_secret, patience=patience)
    with _lock:
        _open[_key(connection)] = connection
    return connection


def shared(config: Mapping[str, Any]) -> Connection:
    """The open connection of these credentials; opened when there is none."""
    settings = parse_settings(config.get("system") or {}, READING_SCOPES)
    with _lock:
        known = _open.get((settings.credentials.accounts_url, settings.credentials.refresh_token))
    return known or open_connection(config)


def _key(connection: Connection) -> tuple[str, str]:
    credentials = connection.settings.credentials
    return credentials.accounts_url, credentials.refresh_token
