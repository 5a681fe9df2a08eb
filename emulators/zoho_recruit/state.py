"""The account's state where it differs from Zoho CRM's: which modules there are, and under which name a change is dated."""

from __future__ import annotations

from dataclasses import replace

from emulators.world import World
from emulators.zoho_crm.errors import CrmError, invalid_module
from emulators.zoho_crm.state import Crm, Module
from emulators.zoho_recruit.product import ZOHO_RECRUIT

# What a staffing agency has and a company's own recruiting has not, and the other way round (docs/systems/zoho_recruit.md#modules).
OF_AGENCIES = frozenset({"Clients", "Contacts"})
OF_COMPANIES = frozenset({"Departments"})
# What the shared engine asks and Recruit answers in one way only.
_FIXED = {"bulk_paging": "page_only", "opt_out_sets_mode": "no"}
_DATED = ("Modified_Time", "Updated_On")


class Recruit(Crm):
    """Everything the account holds. `kind` is `agency` or `company`."""

    def __init__(self, world: World) -> None:
        super().__init__(world, ZOHO_RECRUIT)
        self.kind = "agency"

    def reading(self, switch: str) -> str:
        """As for Zoho CRM, apart from what Recruit does not have."""
        return _FIXED.get(switch) or super().reading(switch)

    def there(self, api_name: str) -> bool:
        """Whether the account has the module at all."""
        if api_name == "Campaigns" and self.reading("campaigns_module") == "absent":
            return False
        return api_name not in (OF_COMPANIES if self.kind == "agency" else OF_AGENCIES)

    def module(self, api_name: str) -> Module:
        """A module by API name, or by the name that older clients use. Raises INVALID_MODULE or NO_PERMISSION."""
        name = {"JobOpenings": "Job_Openings"}.get(api_name, api_name)
        known = self.modules.get(name)
        if known is None or not self.there(name):
            raise invalid_module()
        if not known.kind.api_supported:
            raise invalid_module("The given module is not supported in API")
        if not known.viewable:
            raise CrmError(403, "NO_PERMISSION", f"permission denied - {name} (view)")
        self._date(known)
        return known

    def _date(self, module: Module) -> None:
        """Show the change time by the names of the chosen reading."""
        if "Updated_On" not in module.fields:
            return
        custom = module.kind.generated_type == "custom"
        reading = self.reading("custom_module_cursor" if custom else "candidates_cursor")
        for name in _DATED:
            shown = reading in (name, "both")
            if name in module.fields and module.fields[name].hidden == shown:
                module.fields[name] = replace(module.fields[name], hidden=not shown)
