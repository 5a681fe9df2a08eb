"""One company per process: its credentials, its clock, its pace. The manifest's streams and the Python streams share them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from mailsync.clock import VendorClock, clock_for
from mailsync.errors import TransientError
from mailsync.http import Http, Patience
from mailsync.pipedrive import company, fields
from mailsync.pipedrive.account import Account
from mailsync.pipedrive.api import PATIENCE, PipedriveApi
from mailsync.pipedrive.company import Company
from mailsync.pipedrive.fields import Field
from mailsync.pipedrive.pace import Pace
from source_crm.pipedrive.config import Config

SHORT_PATIENCE = Patience(tries=3, first_wait_s=1.0, longest_wait_s=8.0, total_s=30.0)
# Look-ups by id that are under way at once; the pace keeps them below the burst.
LOOKUPS_AT_ONCE = 8

_open: dict[tuple[str, str], Connection] = {}
_lock = threading.Lock()


class Connection:
    """What a configuration opens. `clock_warning` is for the log: a time scale that was asked for and is not used."""

    def __init__(self, config: Config, *, on_secret: Callable[[str], None] | None = None, patience: Patience = PATIENCE) -> None:
        """`patience` bounds every wait; the default is that of a sync."""
        self.config = config
        self.on_secret = on_secret
        machine, self.clock_warning = clock_for(config.account.base_urls)
        self.clock = VendorClock(machine)
        self.pace = Pace(self.clock)
        self.on_token_wait: Callable[[TransientError, float], None] | None = None
        self.account = Account(
            config.account,
            http=Http("Pipedrive OAuth"),
            clock=self.clock,
            on_secret=on_secret,
            on_wait=lambda error, seconds: self.on_token_wait(error, seconds) if self.on_token_wait else None,
        )
        self.api = PipedriveApi(self.account, Http("Pipedrive"), self.clock, self.pace, patience=patience)
        self.lookups = ThreadPoolExecutor(LOOKUPS_AT_ONCE)
        self._facts = threading.Lock()
        self._company: Company | None = None
        self._users: dict[int, str] | None = None
        self._fields: dict[str, tuple[Field, ...]] = {}

    def company(self) -> Company:
        """Who we are, asked once per process."""
        with self._facts:
            if self._company is None:
                self._company = company.company(self.api)
            return self._company

    def users(self) -> dict[int, str]:
        """Names of users by id, asked once per process and only where a field needs them."""
        with self._facts:
            if self._users is None:
                self._users = company.user_names(self.api)
            return self._users

    def fields(self, entity: str) -> tuple[Field, ...]:
        """An entity's fields, asked once per process."""
        with self._facts:
            if entity not in self._fields:
                self._fields[entity] = fields.fields(self.api, entity)
            return self._fields[entity]


def open_connection(config: Config, *, on_secret: Callable[[str], None] | None = None, patience: Patience = PATIENCE) -> Connection:
    """A new connection, which `shared` gives from now on to whoever asks with the same credentials."""
    connection = Connection(config, on_secret=on_secret, patience=patience)
    with _lock:
        _open[config.account.identity] = connection
    return connection


def shared(config: Config) -> Connection:
    """The open connection of these credentials; opened when there is none."""
    with _lock:
        known = _open.get(config.account.identity)
    return known or open_connection(config)
