"""Everything destination-crm asks of one Zoho Recruit account: the CRM of the response rules, and what is needed to set it up and to check it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from mailsync.responses.crm import Ability
from mailsync.zoho import crm_account
from mailsync.zoho.organisation import organisation
from mailsync.zoho_recruit.crm import ZohoRecruit
from mailsync.zoho_recruit.limits import windows
from mailsync.zoho_recruit.scopes import FOR_WRITING_BACK
from mailsync.zoho_recruit.settings import ZohoRecruitSettings


class ZohoRecruitAccount(crm_account.ZohoCrmAccount):
    """One account of Zoho Recruit."""

    needed_scopes = FOR_WRITING_BACK
    default_modules = ("Candidates",)

    def __init__(self, settings: ZohoRecruitSettings, **parts: Any) -> None:
        """`parts`: see the class that both products share."""
        super().__init__(settings.account, **parts)
        self._settings = settings

    @cached_property
    def crm(self) -> ZohoRecruit:
        """The CRM; its organisation and the forms of its modules are read now. Raises ConfigError where a module is not there."""
        found, campaigns = organisation(self._api), self._campaigns_form()
        crm = ZohoRecruit(
            self._api,
            organisation=found.id,
            forms=self._people_forms(),
            campaigns=(campaigns, self._campaign_key(campaigns, self._settings.campaign_key_field)),
            windows=windows(found.edition, found.licences),
            clock=self._clock,
            runs_automation=self._runs_automation,
        )
        crm.row_forms = self._row_forms
        return crm

    def item_settings(self, makes: Ability, settings: Mapping[str, str]) -> dict[str, str]:
        """The settings of a rule as the CRM wants them."""
        return self.activity_settings(settings) if makes is Ability.ACTIVITY else {}


def open_account(settings: ZohoRecruitSettings, **parts: Any) -> ZohoRecruitAccount:
    """The account; nothing is called yet."""
    return ZohoRecruitAccount(settings, **parts)
