"""Everything destination-crm asks of one Pipedrive company: the CRM of the response rules, and what is needed to set it up and to check it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from mailsync.answers.plan import Holds, Target
from mailsync.clock import VendorClock
from mailsync.errors import ConfigError, TransientError, known_values
from mailsync.http import Answer, Http
from mailsync.ledger.budget import BudgetSpent
from mailsync.membership.tool import Window
from mailsync.pipedrive import filters
from mailsync.pipedrive.account import Account
from mailsync.pipedrive.api import PipedriveApi
from mailsync.pipedrive.company import Company, company
from mailsync.pipedrive.crm import TOKENS, Pipedrive
from mailsync.pipedrive.endpoints import LIST_V1, SETTINGS_V2
from mailsync.pipedrive.fields import Field, fields
from mailsync.pipedrive.pace import Call, Pace
from mailsync.pipedrive.people import PERSONS
from mailsync.pipedrive.person_fields import NUMBERS, OPTIONS, TEXT, Fields, converted, opted_out
from mailsync.pipedrive.refusals import DailyBudgetSpent
from mailsync.pipedrive.settings import PipedriveSettings
from mailsync.responses.crm import Ability, Filter

DAY_S = 86_400.0
ANSWERS: Mapping[str, Holds] = {
    **dict.fromkeys(TEXT, Holds.TEXT),
    "double": Holds.NUMBER,
    "int": Holds.WHOLE_NUMBER,
    "date": Holds.DATE,
    "enum": Holds.CHOICE,
    "set": Holds.CHOICES,
}
HOLDS = {"status": TEXT | OPTIONS, "constant": TEXT | OPTIONS | NUMBERS | {"date"}}


class SpentApi(PipedriveApi):
    """The API, whose spent day is a spent budget: it is not waited out, the rest is postponed."""

    def _judged(self, answer: Answer, method: str, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
        try:
            return super()._judged(answer, method, path, headers)
        except DailyBudgetSpent as spent:
            raise BudgetSpent(TOKENS, spent.retry_after or DAY_S) from spent


class ReservingPace(Pace):
    """Reserves each call's price in the ledger before it waits for its place in the burst."""

    def __init__(self, clock: VendorClock, reserve: Callable[[int], None]) -> None:
        super().__init__(clock)
        self._reserve = reserve

    def enter(self, price: int, *, search: bool = False) -> Call:
        """As `Pace`, after the reservation."""
        self._reserve(price)
        return super().enter(price, search=search)


class PipedriveAccount:
    """One company. `reserve(endpoint, cost)` of the budget may be set once there is a ledger."""

    def __init__(
        self,
        settings: PipedriveSettings,
        *,
        modules: Sequence[str],
        runs_automation: bool,
        clock: VendorClock,
        on_secret: Callable[[str], None],
        on_wait: Callable[[TransientError, float], None],
    ) -> None:
        """`modules`: persons alone. `runs_automation` must be on: no call of the API holds the company's automations back."""
        self._settings, self._clock, self._modules, self._runs_automation = settings, clock, tuple(modules), runs_automation
        self.reserve: Callable[[str, int], None] = lambda _endpoint, _cost: None
        http = Http("Pipedrive")
        account = Account(settings.credentials, http=http, clock=clock, on_secret=on_secret, on_wait=on_wait)
        self._api = SpentApi(account, http, clock, ReservingPace(clock, self._reserve), on_wait=on_wait)
        self._named: dict[str, Field] = {}

    def _reserve(self, tokens: int) -> None:
        self.reserve(TOKENS, tokens)

    @cached_property
    def _company(self) -> Company:
        return company(self._api)

    @cached_property
    def _fields(self) -> Fields:
        return Fields(PERSONS, fields(self._api, PERSONS))

    @cached_property
    def crm(self) -> Pipedrive:
        """The CRM; who the company is and what the day's budget is are read now."""
        found = self._company
        limit = self._api.pace.left.limit
        return Pipedrive(
            self._api,
            company=found.id,
            fields=self._named,
            opt_out=self._opt_out(),
            deal_key=self._deal_key(),
            windows=(Window(limit, DAY_S),) if limit else (),
            clock=self._clock,
        )

    def _opt_out(self) -> tuple[str, Any] | None:
        name = self._settings.opt_out_field
        if not name:
            return None
        field = self._fields.find(name, kinds=TEXT | OPTIONS)
        return field.code, opted_out(field)

    def _deal_key(self) -> str:
        name = self._settings.deal_key_field
        return Fields("deals", fields(self._api, "deals")).find(name, kinds=TEXT).code if name else ""

    # -- checks: each raises a ConfigError that names what is wrong and what is there

    def check_access(self) -> None:
        """That the credentials work, and that the company's automations are accepted, which no call holds back."""
        _ = self._company
        if not self._runs_automation:
            raise ConfigError(
                "Pipedrive's automations run on whatever is written, and no call of its API holds them back. Set run_automation to accept that."
            )
        for module in self._modules:
            if module != PERSONS:
                raise known_values("people_modules", module, [PERSONS])

    def people_module(self, module: str) -> None:
        """That people of this module are looked for."""
        if module != PERSONS:
            raise known_values("The module", module, [PERSONS])

    def campaigns_field(self, name: str, holds: str, values: Iterable[str] = ()) -> None:  # noqa: ARG002 - the protocol's signature
        """Never true."""
        raise ConfigError(f"Pipedrive has no campaigns, so there is no field {name} for a {holds}.")

    def person_field(self, module: str, name: str, holds: str, values: Iterable[str] = ()) -> None:
        """That persons have this custom field, for a `status` or a `constant`; `values` must be among its options where it has some."""
        self.people_module(module)
        field = self._fields.find(name, kinds=HOLDS[holds])
        for value in sorted(set(values)):
            converted(field, value)
        self._named[name] = field

    def answer_field(self, module: str, name: str) -> Target:
        """A custom field of persons that can hold an answer to a survey."""
        self.people_module(module)
        field = self._named[name] = self._fields.find(name, kinds=ANSWERS)
        return Target(name, ANSWERS[field.type], tuple(field.labels.values()))

    def row_module(self, module: str, key_field: str, _person_fields: Mapping[str, str], _filled: Collection[str]) -> bool:
        """Never true."""
        raise ConfigError(f"Pipedrive has no custom modules, so there is no {module} with a field {key_field}.")

    def row_field(self, module: str, name: str) -> Target:
        """Never there."""
        raise ConfigError(f"Pipedrive has no custom modules, so there is no field {name} of {module}.")

    def owner(self, wanted: str) -> str:
        """A user's id, by id, name or address."""
        rows = [row for row in self._api.get_v1("/users", price=LIST_V1) or () if row.get("active_flag", True)]
        for row in rows:
            if wanted == str(row["id"]) or wanted.casefold() in (str(row.get("email")).casefold(), str(row.get("name")).casefold()):
                return str(row["id"])
        raise known_values("The owner", wanted, [str(row.get("name")) for row in rows])

    def filter(self, module: str, wanted: str) -> Filter:
        """A filter of persons, by id or name."""
        self.people_module(module)
        found = filters.find(self._api, PERSONS, wanted)
        return Filter(PERSONS, found.id, found.name)

    def item_settings(self, makes: Ability, settings: Mapping[str, str]) -> dict[str, str]:
        """The settings of a rule as the CRM wants them."""
        days = {"days": settings["days"]} if settings.get("days") else {}
        if makes is Ability.ACTIVITY:
            return {**self._activity_type(settings.get("type", "")), **days}
        return {**self._stage(settings), **days} if makes is Ability.DEAL else {}

    def _activity_type(self, wanted: str) -> dict[str, str]:
        rows = [row for row in self._api.get_v1("/activityTypes", price=LIST_V1) or () if row.get("active_flag", True)]
        for row in rows:
            if not wanted or wanted.casefold() in (str(row.get("name")).casefold(), str(row.get("key_string")).casefold()):
                return {"type": str(row["key_string"])}
        raise known_values("The activity type", wanted, [str(row.get("name")) for row in rows])

    def _stage(self, settings: Mapping[str, str]) -> dict[str, str]:
        pipelines = self._listed("/pipelines")
        pipeline = _named("The pipeline", settings["pipeline"], pipelines) if settings.get("pipeline") else None
        stages = [row for row in self._listed("/stages") if pipeline is None or str(row.get("pipeline_id")) == pipeline]
        stage = _named("The stage of a deal", settings.get("stage", ""), stages)
        return {"stage_id": stage, **({"pipeline_id": pipeline} if pipeline else {})}

    def _listed(self, path: str) -> list[dict[str, Any]]:
        return [row for page in self._api.pages(path, {}, price=SETTINGS_V2) for row in page.rows if not row.get("is_deleted")]


def _named(what: str, wanted: str, rows: Sequence[Mapping[str, Any]]) -> str:
    found = [row for row in rows if str(row["id"]) == wanted] or [row for row in rows if str(row.get("name")).casefold() == wanted.casefold()]
    if not found:
        raise known_values(what, wanted, [str(row.get("name")) for row in rows])
    if len(found) > 1:
        raise ConfigError(f"{what} {wanted!r} is there {len(found)} times; name it by id, or name its pipeline.")
    return str(found[0]["id"])


def open_account(settings: PipedriveSettings, **parts: Any) -> PipedriveAccount:
    """The company; nothing is called yet."""
    return PipedriveAccount(settings, **parts)
