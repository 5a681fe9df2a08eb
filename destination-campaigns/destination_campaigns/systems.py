"""The mailing tools this connector knows. A new one is one line in `SYSTEMS`, and a folder in mailsync with these names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from mailsync.invitations.inviter import Inviter, Place, Wanted
from mailsync.mailigen.settings import FRAGMENT as MAILIGEN
from mailsync.mailigen.settings import LAUNCH_REFUSED_OPTIONS as MAILIGEN_NEVER
from mailsync.mailigen.settings import REFUSED_OPTIONS as MAILIGEN_REFUSES
from mailsync.mailing_account import MailingAccount
from mailsync.zoho_campaigns.settings import FRAGMENT as ZOHO_CAMPAIGNS
from mailsync.zoho_campaigns.settings import LAUNCH_REFUSED_OPTIONS as ZOHO_CAMPAIGNS_NEVER
from mailsync.zoho_campaigns.settings import REFUSED_OPTIONS as ZOHO_CAMPAIGNS_REFUSES
from mailsync.zoho_survey.settings import FRAGMENT as ZOHO_SURVEY


class Settings(Protocol):
    """A system's checked settings."""

    @property
    def account(self) -> str:
        """Names the account in the ledger."""

    @property
    def base_urls(self) -> tuple[str, ...]:
        """Every host that is called."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be printed."""


class SurveyAccount(Inviter, Protocol):
    """One account of a survey tool."""

    def check_access(self) -> None:
        """Raises AuthError where the credentials do not work."""

    def find(self, wanted: Wanted) -> Place:
        """A survey, a way to invite to it, and the fields that an invitation there may have. Raises ConfigError that lists what there is."""


@dataclass(frozen=True, slots=True)
class System:
    """`fragment` is the JSON Schema of `system`; `refused` maps an option of a stream to why this vendor's API cannot fulfil it.

    `launch_refused` does so for an option of a launch. `lists_need_a_contact`: a list cannot be created empty. `signup_forms`: a list may have one.
    """

    fragment: Mapping[str, Any]
    refused: Mapping[str, str]
    launch_refused: Mapping[str, str]
    module: str
    lists_need_a_contact: bool
    signup_forms: bool

    def parse(self, raw: Mapping[str, Any]) -> Settings:
        """Check the `system` object. Raises ConfigError."""
        settings: Settings = import_module(f"{self.module}.settings").parse_settings(raw)
        return settings

    def open(self, settings: Settings, **parts: Any) -> MailingAccount:
        """Connect: the system's account. Nothing is called yet."""
        account: MailingAccount = import_module(f"{self.module}.account").open_account(settings, **parts)
        return account


SYSTEMS: Mapping[str, System] = {
    "zoho_campaigns": System(
        ZOHO_CAMPAIGNS, ZOHO_CAMPAIGNS_REFUSES, ZOHO_CAMPAIGNS_NEVER, "mailsync.zoho_campaigns", lists_need_a_contact=True, signup_forms=True
    ),
    "mailigen": System(MAILIGEN, MAILIGEN_REFUSES, MAILIGEN_NEVER, "mailsync.mailigen", lists_need_a_contact=False, signup_forms=False),
}


@dataclass(frozen=True, slots=True)
class InvitingSystem:
    """A survey tool: it has no lists, people are invited to its surveys. `fragment` is the JSON Schema of `system`."""

    fragment: Mapping[str, Any]
    module: str

    def parse(self, raw: Mapping[str, Any]) -> Settings:
        """Check the `system` object. Raises ConfigError."""
        settings: Settings = import_module(f"{self.module}.settings").parse_settings(raw)
        return settings

    def open(self, settings: Settings, **parts: Any) -> SurveyAccount:
        """Connect. Nothing is called yet."""
        account: SurveyAccount = import_module(f"{self.module}.inviter").open_account(settings, **parts)
        return account


INVITING: Mapping[str, InvitingSystem] = {
    "zoho_survey": InvitingSystem(ZOHO_SURVEY, "mailsync.zoho_survey"),
}

FRAGMENTS: Mapping[str, Mapping[str, Any]] = {
    **{name: system.fragment for name, system in SYSTEMS.items()},
    **{name: system.fragment for name, system in INVITING.items()},
}
"""The form of every system."""
