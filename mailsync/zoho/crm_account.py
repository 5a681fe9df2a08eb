"""What destination-crm asks of an account of one of Zoho's CRMs when it sets up and checks: the parts that both products share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property

from mailsync.answers.plan import Holds, Target
from mailsync.clock import VendorClock
from mailsync.errors import AuthError, ConfigError, TransientError, known_values
from mailsync.http import Http
from mailsync.ledger.budget import BudgetSpent
from mailsync.responses.crm import Filter
from mailsync.zoho import views
from mailsync.zoho.account import Account, base_url
from mailsync.zoho.accounts import ZohoAccount
from mailsync.zoho.api import CALLS_AT_ONCE, CrmApi, Usage
from mailsync.zoho.forms import NUMBERS, TEXT, TIMES, Form, FormField, read_form
from mailsync.zoho.items import ACTIVITIES, TASKS
from mailsync.zoho.members import MODULE, NAME
from mailsync.zoho.scopes import missing
from mailsync.zoho.users import Users
from mailsync.zoho.writer import CREDITS

HOUR_S = 3600.0
HOLDS: Mapping[str, frozenset[str]] = {
    "status": TEXT,
    "figure": NUMBERS | TEXT,
    "fact": TEXT | TIMES,
    "constant": TEXT | NUMBERS | TIMES | {"boolean"},
}
ANSWERS: Mapping[str, Holds] = {
    **dict.fromkeys(TEXT - {"picklist"}, Holds.TEXT),
    **dict.fromkeys(NUMBERS, Holds.NUMBER),
    **dict.fromkeys(("integer", "bigint"), Holds.WHOLE_NUMBER),
    "picklist": Holds.CHOICE,
    "multiselectpicklist": Holds.CHOICES,
    "date": Holds.DATE,
    "datetime": Holds.TIME,
    "boolean": Holds.FLAG,
}
"""Types of fields that an answer may be written to."""


class ZohoCrmAccount:
    """One account. `reserve(endpoint, cost)` of the budget may be set once there is a ledger."""

    needed_scopes: tuple[str, ...] = ()
    default_modules: tuple[str, ...] = ()

    def __init__(
        self,
        account: Account,
        *,
        modules: Sequence[str],
        runs_automation: bool,
        clock: VendorClock,
        on_secret: Callable[[str], None],
        on_wait: Callable[[TransientError, float], None],
    ) -> None:
        """`modules`: where people are looked for; none given: the product's own."""
        self._account, self._clock, self._runs_automation = account, clock, runs_automation
        self._modules = tuple(modules) or self.default_modules
        self._on_wait = on_wait
        self._tokens = ZohoAccount(account.credentials, http=Http("Zoho accounts"), clock=clock, on_secret=on_secret, on_wait=on_wait)
        self._usage = Usage()
        self._forms: dict[str, Form] = {}
        self._row_forms: dict[str, Form] = {}
        self.reserve: Callable[[str, int], None] = lambda _endpoint, _cost: None

    @cached_property
    def _api(self) -> CrmApi:
        product, url = self._account.product, base_url(self._account, self._tokens.token().api_domain)
        slots = threading.Semaphore(CALLS_AT_ONCE)
        return CrmApi(product, url, self._tokens, Http(product.name), self._clock, self._usage, slots, on_wait=self._on_wait, reserve=self._reserve)

    def _reserve(self, credits_: int) -> None:
        """Where the vendor says that nothing is left, others spent it: another call would only be refused."""
        if self._usage.remaining == 0:
            raise BudgetSpent(CREDITS, HOUR_S)
        self.reserve(CREDITS, credits_)

    def _form(self, module: str) -> Form:
        if module not in self._forms:
            self._forms[module] = read_form(self._api, module)
        return self._forms[module]

    def _people_forms(self) -> dict[str, Form]:
        """Of the modules of people. Raises ConfigError for one without an address."""
        for module in self._modules:
            if not self._form(module).addresses:
                raise ConfigError(f"The module {module} has no e-mail field, so nobody is found in it by address. Remove it from people_modules.")
        return {module: self._form(module) for module in self._modules}

    def _campaigns_form(self) -> Form | None:
        """None where the account has no such module, or hides it from this user."""
        try:
            form = self._form(MODULE)
        except ConfigError:
            return None
        return form if NAME in form.fields else None

    def _campaign_key(self, campaigns: Form | None, name: str) -> str:
        """The configured field of our key, checked; "" where there is none."""
        if not name or campaigns is None:
            return ""
        if not campaigns.writable(name, holds=("text",)).unique:
            product = self._account.product.name
            raise ConfigError(
                f"system.campaign_key_field {name} is not unique. Let it allow no duplicate values in {product}, or leave the option out."
            )
        return name

    def campaigns_field(self, name: str, holds: str, values: Iterable[str] = ()) -> None:
        """That campaigns have this field, and that it can hold a `figure`, a `fact`, a `constant` or a `status`; these values in its pick list."""
        check_picks(self._form(MODULE).writable(name, holds=HOLDS[holds]), values, MODULE)

    def check_access(self) -> None:
        """That the token can be renewed, and says of no scope that it lacks it."""
        lacking = missing(self._tokens.token().scopes, self.needed_scopes)
        if lacking:
            needed = ", ".join(self.needed_scopes)
            raise AuthError(f"The refresh token lacks the scopes {', '.join(lacking)}. Create one with {needed} and save it here.")

    def people_module(self, module: str) -> None:
        """That people of this module are looked for."""
        if module not in self._modules:
            raise known_values("The module", module, self._modules)

    def person_field(self, module: str, name: str, holds: str, values: Iterable[str] = ()) -> None:
        """That people of a module have this field, for a `status` or a `constant`; `values` must be in its pick list where it has one."""
        self.people_module(module)
        check_picks(self._form(module).writable(name, holds=HOLDS[holds]), values, module)

    def answer_field(self, module: str, name: str) -> Target:
        """A field of people of a module that can hold an answer to a survey."""
        self.people_module(module)
        return _target(self._form(module).writable(name, holds=ANSWERS))

    def row_module(self, module: str, key_field: str, person_fields: Mapping[str, str], filled: Collection[str]) -> bool:
        """That a module can hold a row for each response: its key, its lookups of people, and all that its layout requires."""
        form = self._form(module)
        form.writable(key_field, holds=("text",))
        for people, name in person_fields.items():
            self.people_module(people)
            if form.writable(name, holds=("lookup",)).looks_up != people:
                raise ConfigError(f"The field {name} of module {module} looks up {form.fields[name].looks_up or 'another module'}, not {people}.")
        lacking = sorted(form.required - set(filled))
        if lacking:
            raise ConfigError(f"The module {module} requires {', '.join(lacking)}, which no row would have. Fill it, or make it optional.")
        self._row_forms[module] = form
        return True

    def row_field(self, module: str, name: str) -> Target:
        """A field of that module that can hold an answer."""
        return _target(self._form(module).writable(name, holds=ANSWERS))

    def owner(self, wanted: str) -> str:
        """A user's id, by id, name or address."""
        return Users(self._api).find(wanted)

    def filter(self, module: str, wanted: str) -> Filter:
        """A custom view by id or name."""
        self.people_module(module)
        found = views.find(self._api, module, wanted)
        return Filter(module, found.id, found.name)

    def activity_settings(self, settings: Mapping[str, str]) -> dict[str, str]:
        """Module and days of an activity. Raises ConfigError."""
        kind = settings.get("type") or TASKS
        known = {name.casefold().removesuffix("s"): name for name in ACTIVITIES} | {"meeting": "Events"}
        module = known.get(kind.casefold().removesuffix("s"))
        if module is None:
            raise known_values("The activity type", kind, ACTIVITIES)
        self._form(module)
        return {"type": module, "days": settings.get("days") or "1"}


def check_picks(field: FormField, values: Iterable[str], module: str) -> None:
    """Raises ConfigError for a value that the field's pick list does not have."""
    for value in sorted(set(values)):
        if field.picks and value not in field.picks:
            raise known_values(f"The value for the pick list {field.name} of {module}", value, field.picks)


def _target(field: FormField) -> Target:
    return Target(field.name, ANSWERS[field.kind], field.picks)
