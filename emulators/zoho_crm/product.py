"""What Zoho's two CRMs differ in where they share this engine: names, paths, scopes, modules and prices (the other is `emulators/zoho_recruit`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emulators.zoho_crm.people_of_account import LICENSES
from emulators.zoho_crm.seed import modules as seed_modules
from emulators.zoho_crm.seed.modules import Kind

# base credits in 24 h, per user licence, calls at once, maximum (None: unlimited), by edition
Licenses = Mapping[str, tuple[int, int, int, int | None]]


@dataclass(frozen=True, slots=True)
class Product:
    """One of them.

    `switches` is the prefix of its switches, `scopes` of its scopes; `records` and `bulk` are its paths, the first with `{version:str}` in it.
    `people` are the modules whose records are people of the seed; `group` names a module in scopes; `tells_credits`: a header tells what is left.
    `member_modules` are those whose records may belong to a campaign.
    """

    name: str
    switches: str
    scopes: str
    records: str
    bulk: str
    versions: tuple[str, ...]
    kinds: tuple[Kind, ...]
    sizes: Callable[[int], dict[str, int]]
    first_ids: Callable[[], dict[str, int]]
    people: frozenset[str]
    licenses: Licenses
    tells_credits: bool
    member_modules: tuple[str, ...]
    group: Callable[[str, Kind | None], str]


def _group(api_name: str, kind: Kind | None) -> str:
    return "custom" if kind is not None and kind.generated_type == "custom" else api_name.lower()


ZOHO_CRM = Product(
    name="zoho_crm",
    switches="crm",
    scopes="ZohoCRM",
    records="/crm/{version:str}",
    bulk="/crm/bulk/v8",
    versions=("v8", "v2"),
    kinds=seed_modules.KINDS,
    sizes=seed_modules.sizes,
    first_ids=seed_modules.first_ids,
    people=frozenset({"Leads", "Contacts", "Members"}),
    licenses=LICENSES,
    tells_credits=True,
    member_modules=("Leads", "Contacts"),
    group=_group,
)
