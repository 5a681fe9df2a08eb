"""One configured account: where responses come from and, where the form has it, the private tree behind one token."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from mailsync.clock import VendorClock, clock_for
from mailsync.errors import ConfigError, TransientError
from mailsync.http import Http, Patience
from mailsync.zoho.accounts import TOKEN_PATIENCE, ZohoAccount
from mailsync.zoho.scopes import missing
from mailsync.zoho_survey import tree
from mailsync.zoho_survey.access import LABEL, READING_SCOPES
from mailsync.zoho_survey.client import PATIENCE, SurveyClient
from mailsync.zoho_survey.intake_settings import parse_intake

SHORT_PATIENCE = Patience(tries=3, first_wait_s=1.0, longest_wait_s=8.0, total_s=30.0)

Waiting = Callable[[TransientError, float], None]


class Connection:
    """What a configuration opens; nothing is called yet. `clock_warning`: a time scale that was asked for and is not used."""

    def __init__(self, raw: Mapping[str, Any], *, on_secret: Callable[[str], None] | None = None, patience: Patience | None = None) -> None:
        """`patience` bounds every wait; the default is that of a sync. Raises ConfigError."""
        self.settings = parse_intake(raw.get("system") or {})
        access = self.settings.access
        machine, self.clock_warning = clock_for(access.base_urls if access else ())
        self.clock = VendorClock(machine)
        self._http = Http(LABEL)
        self._patience = patience or PATIENCE
        self._account = None
        if access:
            self._account = ZohoAccount(
                access.credentials, http=self._http, clock=self.clock, on_secret=on_secret, patience=patience or TOKEN_PATIENCE
            )
        self._lock = threading.Lock()
        self._surveys: dict[str, tree.Item] | None = None

    def client(self, on_wait: Waiting | None = None) -> SurveyClient:
        """The private tree. Raises ConfigError where the form has no account."""
        if self.settings.access is None or self._account is None:
            raise ConfigError("The streams of Zoho Survey's private API need system.account.")
        return SurveyClient(self.settings.access, account=self._account, http=self._http, clock=self.clock, on_wait=on_wait, patience=self._patience)

    def departments(self, client: SurveyClient) -> list[tree.Department]:
        """Of the portals that were chosen. Raises MailsyncError."""
        return tree.departments(client, self.settings.access.portals if self.settings.access else ())

    def labels(self, survey: str, on_wait: Waiting | None = None) -> dict[str, str]:
        """The dictionary of a survey, key → text; empty without an account, or where the survey is not published. Thread-safe."""
        if self.settings.access is None:
            return {}
        with self._lock:
            client = self.client(on_wait)
            if self._surveys is None:
                self._surveys = {one.id: one for department in self.departments(client) for one in tree.surveys(client, department)}
            found = self._surveys.get(survey)
            return {one.key: one.label for one in tree.dictionary(client, found)} if found else {}

    def check_access(self) -> None:
        """Token, scopes, and the first call of the tree. Raises MailsyncError."""
        if self._account is None:
            return
        if lacking := missing(self._account.token().scopes, READING_SCOPES):
            raise ConfigError(f"The refresh token lacks the scopes {', '.join(lacking)}. Create one with {', '.join(READING_SCOPES)}.")
        self.departments(self.client())
