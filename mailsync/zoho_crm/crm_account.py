"""Everything destination-crm asks of one Zoho CRM account: the CRM of the response rules, and what is needed to set it up and to check it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from mailsync.errors import ConfigError, known_values
from mailsync.responses.crm import Ability
from mailsync.zoho import crm_account
from mailsync.zoho.items import CONTACTS
from mailsync.zoho.organisation import organisation
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho_crm.crm import CAMPAIGNS, ZohoCrm
from mailsync.zoho_crm.items import DEALS
from mailsync.zoho_crm.limits import windows
from mailsync.zoho_crm.scopes import FOR_WRITING_BACK
from mailsync.zoho_crm.settings import ZohoCrmSettings

_GIVEN_TO_DEALS = frozenset({"Deal_Name", "Stage", "Contact_Name", "Description", "Closing_Date"})


class ZohoCrmAccount(crm_account.ZohoCrmAccount):
    """One account of Zoho CRM."""

    needed_scopes = FOR_WRITING_BACK
    default_modules = ("Leads", "Contacts")

    def __init__(self, settings: ZohoCrmSettings, **parts: Any) -> None:
        """`parts`: see the class that both products share."""
        super().__init__(settings.account, **parts)
        self._settings = settings

    @cached_property
    def crm(self) -> ZohoCrm:
        """The CRM; its organisation and the forms of its modules are read now. Raises ConfigError where a module is not there."""
        found = organisation(self._api)
        forms = self._people_forms()
        campaigns = self._campaigns_form()
        crm = ZohoCrm(
            self._api,
            organisation=found.id,
            forms=forms | ({CAMPAIGNS: campaigns} if campaigns else {}),
            windows=windows(found.edition, found.licences),
            clock=self._clock,
            runs_automation=self._runs_automation,
            keys=(self._campaign_key(campaigns, self._settings.campaign_key_field), self._deal_key()),
        )
        crm.row_forms = self._row_forms
        return crm

    def _deal_key(self) -> str:
        name = self._settings.deal_key_field
        return self._form(DEALS).writable(name, holds=("text",)).name if name else ""

    def item_settings(self, makes: Ability, settings: Mapping[str, str]) -> dict[str, str]:
        """The settings of a rule as the CRM wants them."""
        if makes is Ability.ACTIVITY:
            return self.activity_settings(settings)
        return self._deal_settings(settings) if makes is Ability.DEAL else {}

    def _deal_settings(self, settings: Mapping[str, str]) -> dict[str, str]:
        if CONTACTS not in self._modules:
            raise ConfigError("Deals of Zoho CRM belong to contacts, and people_modules does not name Contacts.")
        form, stage, pipeline = self._form(DEALS), settings.get("stage", ""), settings.get("pipeline", "")
        known = self._pipelines() if pipeline else {}
        if pipeline and pipeline not in known:
            raise known_values("The pipeline", pipeline, known)
        stages = known.get(pipeline) or form.fields["Stage"].picks
        if stage not in stages:
            raise known_values("The stage of a deal" + (f" in the pipeline {pipeline}" if pipeline else ""), stage, stages)
        lacking = sorted(form.required - _GIVEN_TO_DEALS - ({"Pipeline"} if pipeline else set()))
        if lacking:
            raise ConfigError(
                f"Deals require {', '.join(lacking)}, which a rule's deal cannot have. Make it optional in the layout, or use an activity."
            )
        days = {"days": settings.get("days") or "30"} if settings.get("days") or "Closing_Date" in form.required else {}
        return {"stage": stage, **({"pipeline": pipeline} if pipeline else {}), **days}

    def _pipelines(self) -> dict[str, tuple[str, ...]]:
        layouts = (self._api.get("/settings/layouts", params={"module": DEALS}) or {}).get("layouts") or ()
        found: dict[str, tuple[str, ...]] = {}
        for layout in layouts:
            try:
                rows: Any = (self._api.get("/settings/pipeline", params={"layout_id": str(layout["id"])}) or {}).get("pipeline") or ()
            except CrmRefusal as error:
                raise ConfigError(f"The pipelines of deals cannot be read ({error.code}). Leave pipeline out to use the stages alone.") from error
            found |= {str(row["actual_value"]): tuple(str(stage["actual_value"]) for stage in row.get("maps") or ()) for row in rows}
        return found


def open_account(settings: ZohoCrmSettings, **parts: Any) -> ZohoCrmAccount:
    """The account; nothing is called yet."""
    return ZohoCrmAccount(settings, **parts)
