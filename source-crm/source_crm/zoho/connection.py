"""One account per process: its token, its clock, its API. The manifest's streams and the Python streams share them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from mailsync.clock import VendorClock, clock_for
from mailsync.errors import TransientError
from mailsync.http import Http, Patience
from mailsync.zoho import organisation
from mailsync.zoho.account import Account, base_url
from mailsync.zoho.accounts import TOKEN_PATIENCE, ZohoAccount
from mailsync.zoho.api import CALLS_AT_ONCE, PATIENCE, CrmApi, Usage
from mailsync.zoho.organisation import Module, Organisation

SHORT_PATIENCE = Patience(tries=3, first_wait_s=1.0, longest_wait_s=8.0, total_s=30.0)

_open: dict[tuple[str, str, str], Connection] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What every stream needs to know of the account."""

    organisation: Organisation
    modules: dict[str, Module]


class Connection:
    """What an account's credentials open. `clock_warning` is for the log: a time scale that was asked for and is not used."""

    def __init__(self, where: Account, *, on_secret: Callable[[str], None] | None = None, patience: Patience | None = None) -> None:
        """`patience` bounds every wait; the default is that of a sync."""
        self.where = where
        self._on_secret = on_secret
        machine, self.clock_warning = clock_for([where.credentials.accounts_url, where.expected_api_url])
        self.clock = VendorClock(machine)
        self.on_token_wait: Callable[[TransientError, float], None] | None = None
        self.account = ZohoAccount(
            where.credentials,
            http=Http("Zoho accounts"),
            clock=self.clock,
            on_secret=on_secret,
            on_wait=lambda error, seconds: self.on_token_wait(error, seconds) if self.on_token_wait else None,
            patience=patience or TOKEN_PATIENCE,
        )
        self._patience = patience
        self._api: CrmApi | None = None
        self._facts: AccountFacts | None = None
        self._lock = threading.Lock()

    def impatient(self) -> Connection:
        """The same account for a person who waits."""
        return Connection(self.where, on_secret=self._on_secret, patience=SHORT_PATIENCE)

    def api(self) -> CrmApi:
        """The API at the account's own host. Raises AuthError when the token answer names another data centre than the one configured."""
        with self._lock:
            if self._api is None:
                self._api = self._opened()
            return self._api

    def account_facts(self) -> AccountFacts:
        """The organisation and its modules, asked once per process; 2 credits."""
        api = self.api()
        with self._lock:
            if self._facts is None:
                self._facts = AccountFacts(organisation.organisation(api), organisation.modules(api))
            return self._facts

    def _opened(self) -> CrmApi:
        token = self.account.token()
        url = base_url(self.where, token.api_domain)
        slots, product = threading.Semaphore(CALLS_AT_ONCE), self.where.product
        return CrmApi(product, url, self.account, Http(product.name), self.clock, Usage(), slots, patience=self._patience or PATIENCE)


def open_connection(where: Account, *, on_secret: Callable[[str], None] | None = None, patience: Patience | None = None) -> Connection:
    """A new connection, which `shared` gives from now on to whoever asks with the same credentials."""
    connection = Connection(where, on_secret=on_secret, patience=patience)
    with _lock:
        _open[_key(where)] = connection
    return connection


def shared(where: Account) -> Connection:
    """The open connection of these credentials; opened when there is none."""
    with _lock:
        known = _open.get(_key(where))
    return known or open_connection(where)


def _key(where: Account) -> tuple[str, str, str]:
    return where.product.name, where.credentials.accounts_url, where.credentials.refresh_token
