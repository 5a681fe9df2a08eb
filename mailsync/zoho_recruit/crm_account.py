"""Everything destination-crm asks of one Zoho Recruit account: the CRM of the response rules, and what is needed to set it up and to check it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from mailsync.errors import ConfigError
from mailsync.responses.crm import Ability
from mailsync.zoho import crm_account
from mailsync.zoho.account import Account
from mailsync.zoho.organisation import organisation
from mailsync.zoho_recruit.crm import ZohoRecruit
from mailsync.zoho_recruit.limits import windows
from mailsync.zoho_recruit.scopes import FOR_WRITING_BACK


class ZohoRecruitAccount(crm_account.ZohoCrmAccount):
    """One account of Zoho Recruit."""

    needed_scopes = FOR_WRITING_BACK
    default_modules = ("Candidates",)

    @cached_property
    def crm(self) -> ZohoRecruit:
        """The CRM; its organisation and the forms of its modules are read now. Raises ConfigError where a module is not there."""
        found = organisation(self._api)
        crm = ZohoRecruit(
            self._api,
            organisation=found.id,
            forms=self._people_forms(),
            windows=windows(found.edition, found.licences),
            clock=self._clock,
            runs_automation=self._runs_automation,
        )
        crm.row_forms = self._row_forms
        return crm

    def campaigns_field(self, name: str, holds: str, values: Iterable[str] = ()) -> None:  # noqa: ARG002 - the protocol's signature
        """Never true."""
        raise ConfigError(f"Campaigns of Zoho Recruit are not written, so there is no field {name} for a {holds}.")

    def item_settings(self, makes: Ability, settings: Mapping[str, str]) -> dict[str, str]:
        """The settings of a rule as the CRM wants them."""
        return self.activity_settings(settings) if makes is Ability.ACTIVITY else {}


def open_account(settings: Account, **parts: Any) -> ZohoRecruitAccount:
    """The account; nothing is called yet."""
    return ZohoRecruitAccount(settings, **parts)
