"""Everything destination-crm asks of one Zoho CRM account: the CRM of the response rules, and what is needed to set it up and to check it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from mailsync.clock import VendorClock
from mailsync.errors import AuthError, ConfigError, TransientError, known_values
from mailsync.http import Http
from mailsync.ledger.budget import BudgetSpent
from mailsync.responses.crm import Ability, Filter
from mailsync.zoho import views
from mailsync.zoho.account import base_url
from mailsync.zoho.accounts import ZohoAccount
from mailsync.zoho.api import CALLS_AT_ONCE, CrmApi, Usage
from mailsync.zoho.forms import NUMBERS, TEXT, TIMES, Form, read_form
from mailsync.zoho.organisation import organisation
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho.scopes import missing
from mailsync.zoho.users import Users
from mailsync.zoho_crm.crm import CAMPAIGNS, CREDITS, ZohoCrm
from mailsync.zoho_crm.items import ACTIVITIES, CONTACTS, TASKS
from mailsync.zoho_crm.limits import windows
from mailsync.zoho_crm.product import ZOHO_CRM
from mailsync.zoho_crm.scopes import FOR_WRITING_BACK
from mailsync.zoho_crm.settings import ZohoCrmSettings

DEALS = "Deals"
HOUR_S = 3600.0
DEFAULT_MODULES = ("Leads", "Contacts")
HOLDS: Mapping[str, frozenset[str]] = {
    "status": TEXT,
    "figure": NUMBERS | TEXT,
    "fact": TEXT | TIMES,
    "constant": TEXT | NUMBERS | TIMES | {"boolean"},
}


class ZohoCrmAccount:
    """One account. `reserve(endpoint, cost)` of the budget may be set once there is a ledger."""

    label = ZOHO_CRM.name
    endpoint = CREDITS

    def __init__(
        self,
        settings: ZohoCrmSettings,
        *,
        modules: Sequence[str],
        runs_automation: bool,
        clock: VendorClock,
        on_secret: Callable[[str], None],
        on_wait: Callable[[TransientError, float], None],
    ) -> None:
        """`modules`: where people are looked for; none given: Leads and Contacts."""
        self._settings, self._clock, self._runs_automation = settings, clock, runs_automation
        self._modules = tuple(modules) or DEFAULT_MODULES
        self._on_wait = on_wait
        self._tokens = ZohoAccount(settings.account.credentials, http=Http("Zoho accounts"), clock=clock, on_secret=on_secret, on_wait=on_wait)
        self._usage = Usage()
        self.reserve: Callable[[str, int], None] = lambda _endpoint, _cost: None

    @cached_property
    def _api(self) -> CrmApi:
        url = base_url(self._settings.account, self._tokens.token().api_domain)
        slots = threading.Semaphore(CALLS_AT_ONCE)
        return CrmApi(ZOHO_CRM, url, self._tokens, Http(ZOHO_CRM.name), self._clock, self._usage, slots, on_wait=self._on_wait, reserve=self._reserve)

    def _reserve(self, credits_: int) -> None:
        """Where the vendor says that nothing is left, others spent it: another call would only be refused."""
        if self._usage.remaining == 0:
            raise BudgetSpent(CREDITS, HOUR_S)
        self.reserve(CREDITS, credits_)

    # -- the CRM

    @cached_property
    def crm(self) -> ZohoCrm:
        """The CRM; its organisation and the forms of its modules are read now. Raises ConfigError where a module is not there."""
        found = organisation(self._api)
        forms = {name: self._people_form(name) for name in self._modules}
        campaigns = self._campaigns_form()
        return ZohoCrm(
            self._api,
            organisation=found.id,
            forms=forms | ({CAMPAIGNS: campaigns} if campaigns else {}),
            windows=windows(found.edition, found.licences),
            clock=self._clock,
            runs_automation=self._runs_automation,
            keys=(self._campaign_key(campaigns), self._deal_key()),
        )

    @cached_property
    def _forms(self) -> dict[str, Form]:
        return {}

    def _form(self, module: str) -> Form:
        if module not in self._forms:
            self._forms[module] = read_form(self._api, module)
        return self._forms[module]

    def _people_form(self, module: str) -> Form:
        form = self._form(module)
        if not form.addresses:
            raise ConfigError(f"The module {module} has no e-mail field, so nobody can be found in it by address. Remove it from people_modules.")
        return form

    def _campaigns_form(self) -> Form | None:
        try:
            return self._form(CAMPAIGNS)
        except ConfigError:
            return None

    def _campaign_key(self, campaigns: Form | None) -> str:
        name = self._settings.campaign_key_field
        if not name or campaigns is None:
            return ""
        field = campaigns.writable(name, holds=("text",))
        if not field.unique:
            raise ConfigError(
                f"system.campaign_key_field {name} is not unique. Set 'do not allow duplicate values' for it in Zoho CRM, or leave it out."
            )
        return name

    def _deal_key(self) -> str:
        name = self._settings.deal_key_field
        return self._form(DEALS).writable(name, holds=("text",)).name if name else ""

    # -- checks: each raises a ConfigError that names what is wrong and what is there

    def check_access(self) -> None:
        """That the token can be renewed, and says of no scope that it lacks it."""
        lacking = missing(self._tokens.token().scopes, FOR_WRITING_BACK)
        if lacking:
            raise AuthError(
                f"The refresh token lacks the scopes {', '.join(lacking)}. Create one with {', '.join(FOR_WRITING_BACK)} and save it here."
            )

    def people_module(self, module: str) -> None:
        """That people of this module are looked for."""
        if module not in self._modules:
            raise known_values("The module", module, self._modules)

    def campaigns_field(self, name: str, holds: str) -> None:
        """That campaigns have this field, and that it can hold a `figure`, a `fact` or a `constant`."""
        self._form(CAMPAIGNS).writable(name, holds=HOLDS[holds])

    def person_field(self, module: str, name: str, holds: str, values: Iterable[str] = ()) -> None:
        """That people of a module have this field, for a `status` or a `constant`; `values` must be in its pick list where it has one."""
        self.people_module(module)
        field = self._form(module).writable(name, holds=HOLDS[holds])
        for value in sorted(set(values)):
            if field.picks and value not in field.picks:
                raise known_values(f"The value for the pick list {name} of {module}", value, field.picks)

    def owner(self, wanted: str) -> str:
        """A user's id, by id, name or address."""
        return Users(self._api).find(wanted)

    def filter(self, module: str, wanted: str) -> Filter:
        """A custom view by id or name."""
        self.people_module(module)
        found = views.find(self._api, module, wanted)
        return Filter(module, found.id, found.name)

    def item_settings(self, makes: Ability, settings: Mapping[str, str]) -> dict[str, str]:
        """The settings of a rule as the CRM wants them."""
        if makes is Ability.ACTIVITY:
            return self._activity_settings(settings)
        if makes is Ability.DEAL:
            return self._deal_settings(settings)
        return {}

    def _activity_settings(self, settings: Mapping[str, str]) -> dict[str, str]:
        kind = settings.get("type") or TASKS
        known = {name.casefold().removesuffix("s"): name for name in ACTIVITIES} | {"meeting": "Events"}
        module = known.get(kind.casefold().removesuffix("s"))
        if module is None:
            raise known_values("The activity type", kind, ACTIVITIES)
        self._form(module)
        return {"type": module, "days": settings.get("days") or "1"}

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
        lacking = sorted(form.required - {"Deal_Name", "Stage", "Contact_Name", "Description", *(("Pipeline",) if pipeline else ()), "Closing_Date"})
        if lacking:
            raise ConfigError(
                f"Deals require {', '.join(lacking)}, which a deal of a rule cannot have. Make it optional in the layout, or use an activity."
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
