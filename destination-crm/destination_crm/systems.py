"""The CRMs this connector knows. A new one is one line in `SYSTEMS`, and a folder in mailsync with these names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol

from mailsync.answers.plan import Target
from mailsync.pipedrive.settings import FRAGMENT as PIPEDRIVE
from mailsync.responses.crm import Ability, Crm, Filter
from mailsync.zoho_crm.settings import FRAGMENT as ZOHO_CRM
from mailsync.zoho_recruit.settings import FRAGMENT as ZOHO_RECRUIT


class Settings(Protocol):
    """A system's checked settings."""

    @property
    def base_urls(self) -> tuple[str, ...]:
        """Every host that is called."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be printed."""


class Account(Protocol):
    """One account of one system. Each check raises a ConfigError that names what is wrong and what is there."""

    reserve: Callable[..., None]

    @property
    def crm(self) -> Crm:
        """The CRM of the response rules; the first use reads what it needs of the account."""

    def check_access(self) -> None:
        """That the token works, and lacks no scope that it tells of."""

    def people_module(self, module: str) -> None:
        """That people of this module are looked for."""

    def campaigns_field(self, name: str, holds: str, values: Iterable[str] = ()) -> None:
        """That campaigns have this field, fit for a `figure`, a `fact`, a `constant` or a `status`, and that these values may stand in it."""

    def person_field(self, module: str, name: str, holds: str, values: Iterable[str] = ()) -> None:
        """That people of a module have this field, fit for a `status` or a `constant`, and that these values may stand in it."""

    def answer_field(self, module: str, name: str) -> Target:
        """A field of people of a module that can hold an answer to a survey."""

    def row_module(self, module: str, key_field: str, person_fields: Mapping[str, str], filled: Collection[str]) -> bool:
        """That a module can hold a row for each response; `filled`: all fields that a row will have. True."""

    def row_field(self, module: str, name: str) -> Target:
        """A field of that module that can hold an answer."""

    def owner(self, wanted: str) -> str:
        """A user's id, by id, name or address."""

    def filter(self, module: str, wanted: str) -> Filter:
        """A custom view or filter, by id or name."""

    def item_settings(self, makes: Ability, settings: Mapping[str, str]) -> dict[str, str]:
        """The settings of a rule as this CRM wants them: type, days, pipeline, stage."""


@dataclass(frozen=True, slots=True)
class System:
    """`fragment` is the JSON Schema of `system`; `statuses` the member statuses of a new account, by response; `campaign_statuses` those of its
    campaigns, by state of the mailing; `refused` an option → why not.
    """

    fragment: Mapping[str, Any]
    module: str
    statuses: Mapping[str, str] = field(default_factory=dict)
    campaign_statuses: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As in the configuration, and in the ledger's history."""
        return self.module.rpartition(".")[2]

    def parse(self, raw: Mapping[str, Any]) -> Settings:
        """Check the `system` object. Raises ConfigError."""
        settings: Settings = import_module(f"{self.module}.settings").parse_settings(raw)
        return settings

    def open(self, settings: Settings, **parts: Any) -> Account:
        """Connect; nothing is called yet."""
        account: Account = import_module(f"{self.module}.crm_account").open_account(settings, **parts)
        return account


# What a new Zoho account's list of member statuses holds (docs/systems/zoho_crm.md#campaign-members); another list is configured.
_ZOHO_STATUSES = {
    "sent": "Sent",
    "delivered": "Received",
    "unopened": "Received",
    "opened": "Opened",
    "clicked": "Responded",
    "replied": "Responded",
    "soft_bounce": "Bounced",
    "hard_bounce": "Bounced",
    "unsubscribed": "Opted Out",
    "complaint": "Opted Out",
}

# The pick list Status of a new account's campaigns, by the vendor's sample data.
_ZOHO_CAMPAIGN_STATUSES = {
    "draft": "Planning",
    "to_be_reviewed": "Planning",
    "reviewed": "Planning",
    "scheduled": "Planning",
    "sending": "Active",
    "paused": "Active",
    "sent": "Complete",
    "stopped": "Inactive",
    "cancelled": "Inactive",
}

SYSTEMS: Mapping[str, System] = {
    "zoho_crm": System(ZOHO_CRM, "mailsync.zoho_crm", _ZOHO_STATUSES, _ZOHO_CAMPAIGN_STATUSES),
    "zoho_recruit": System(ZOHO_RECRUIT, "mailsync.zoho_recruit", _ZOHO_STATUSES, _ZOHO_CAMPAIGN_STATUSES),
    "pipedrive": System(PIPEDRIVE, "mailsync.pipedrive"),
}
