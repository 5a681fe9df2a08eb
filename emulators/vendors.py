"""The vendors that exist, built on one world. A room that is not there is left out, and said."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

from emulators.world import Vendor, World
from emulators.zoho_accounts import ZohoAccounts

# module, class: each takes the world and the Zoho accounts server
ZOHO_ROOMS = (
    ("emulators.zoho_crm", "ZohoCrm"),
    ("emulators.zoho_recruit", "ZohoRecruit"),
    ("emulators.zoho_campaigns", "ZohoCampaigns"),
    ("emulators.zoho_survey", "ZohoSurvey"),
)
# module, class: each takes the world
OTHER_ROOMS = (("emulators.pipedrive", "Pipedrive"), ("emulators.mailigen", "Mailigen"))


def all_vendors(world: World) -> list[Vendor]:
    """Every vendor of this project, seeded."""
    accounts = ZohoAccounts(world)
    vendors: list[Vendor] = [accounts]
    for module, name in (*ZOHO_ROOMS, *OTHER_ROOMS):
        vendor = getattr(_room(module), name, None)
        if vendor is None:
            sys.stderr.write(f"emulators: {module} is not there and is left out\n")
        else:
            vendors.append(vendor(world, accounts) if (module, name) in ZOHO_ROOMS else vendor(world))
    return vendors


def _room(module: str) -> ModuleType | None:
    """The package, None where it does not exist; a broken import inside it is raised."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        return None
