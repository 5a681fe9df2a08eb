"""What Zoho Recruit is to the shared engine: paths, scopes, modules, prices."""

from __future__ import annotations

from emulators.zoho_crm.product import Licenses, Product
from emulators.zoho_crm.seed.modules import Kind
from emulators.zoho_recruit import seed

# Rolling 24 h (docs/systems/zoho_recruit.md#limits); calls at once are not published, five is what careful clients plan with.
LICENSES: Licenses = {
    "free": (5_000, 0, 5, 5_000),
    "standard": (5_000, 250, 5, 100_000),
    "professional": (10_000, 500, 5, 500_000),
    "enterprise": (15_000, 1_000, 5, 1_000_000),
}
# Singular, and not always the module's name.
_GROUPS = {
    "Candidates": "candidate",
    "Job_Openings": "jobopening",
    "Clients": "client",
    "Activities": "activity",
}


def _group(api_name: str, kind: Kind | None) -> str:
    if kind is not None and kind.generated_type == "custom":
        return "custom"
    return _GROUPS.get(api_name, api_name.removesuffix("s").lower())


ZOHO_RECRUIT = Product(
    name="zoho_recruit",
    switches="recruit",
    scopes="ZohoRecruit",
    records="/recruit/{version:str}",
    bulk="/recruit/bulk/v2",
    versions=("v2",),
    kinds=seed.KINDS,
    sizes=seed.sizes,
    first_ids=seed.first_ids,
    people=frozenset({"Candidates", "Contacts", "Talent_Pool"}),
    licenses=LICENSES,
    tells_credits=False,
    member_modules=("Candidates", "Contacts"),
    group=_group,
)
