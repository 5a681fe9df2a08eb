"""Which modules the account has, and what their metadata says (docs/systems/zoho_crm.md#modules)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulators.zoho_crm.seed import business, people
from emulators.zoho_crm.seed.table import Tables

FIRST_ID = 572_000_000_000_000_000
IDS_OF_A_MODULE = 1_000_000_000_000


@dataclass(frozen=True, slots=True)
class Kind:
    """One module. `tables` is None where the API shows no records; `system_check` is the field that an upsert compares by itself."""

    api_name: str
    module_name: str = ""
    singular: str = ""
    generated_type: str = "default"
    api_supported: bool = True
    viewable: bool = True
    writable: bool = True
    status: str = "visible"
    visibility: int = 1
    tables: Tables | None = None
    name_field: str = ""
    system_check: str = ""
    coql: bool = True
    recycled: bool = True
    parent: str = ""


KINDS: tuple[Kind, ...] = (
    Kind("Home", api_supported=False, writable=False),
    Kind("Leads", singular="Lead", tables=people.leads, name_field="Full_Name", system_check="Email"),
    Kind("Contacts", singular="Contact", tables=people.contacts, name_field="Full_Name", system_check="Email", visibility=2044),
    Kind("Accounts", singular="Account", tables=business.accounts, name_field="Account_Name", system_check="Account_Name"),
    Kind("Deals", singular="Deal", tables=business.deals, name_field="Deal_Name", system_check="Deal_Name", visibility=14334),
    Kind("Tasks", singular="Task", tables=business.tasks, name_field="Subject"),
    Kind("Campaigns", singular="Campaign", tables=business.campaigns, name_field="Campaign_Name", system_check="Campaign_Name"),
    Kind("Notes", singular="Note", tables=business.notes, name_field="Note_Title", status="system_hidden", visibility=2),
    Kind(
        "Members",
        "CustomModule1",
        "Member",
        "custom",
        tables=people.members,
        name_field="Name",
        system_check="Name",
        visibility=736,
    ),
    Kind("Courses", "CustomModule2", "Course", "custom", tables=business.courses, name_field="Name", system_check="Name", status="user_hidden"),
    Kind("Visits", singular="Visit", writable=False, tables=business.visits, name_field="Visited_Page", recycled=False),
    Kind("Reports", api_supported=False, writable=False),
    Kind("Analytics", "Dashboards", api_supported=False, writable=False),
    Kind("SalesInbox", api_supported=False, writable=False),
    Kind("Feeds", api_supported=False, writable=False),
    Kind("Documents", api_supported=False, writable=False),
    Kind("Social", api_supported=False, writable=False),
    Kind("Locking_Information__s", viewable=False, writable=False, status="system_hidden", visibility=2),
    Kind("Email_Analytics", writable=False, status="system_hidden", coql=False),
    Kind("Visited_Fairs", "Visited_Fairs", generated_type="subform", writable=False, visibility=2, parent="Leads"),
    Kind("Leads_X_Courses", "LinkingModule1", generated_type="linking", visibility=2, parent="Leads"),
    Kind("DealHistory", generated_type="field_tracker", writable=False, status="system_hidden", visibility=2),
    Kind("Events", "Meetings", "Meeting", tables=business.events, name_field="Event_Title"),
    Kind("Calls", singular="Call", tables=business.calls, name_field="Subject"),
)


def sizes(total: int) -> dict[str, int]:
    """How many records each module begins with, for so many people in all."""
    leads, contacts = total * 60 // 100, total * 30 // 100
    return {
        "Leads": leads,
        "Contacts": contacts,
        "Members": total - leads - contacts,
        "Accounts": max(total // 20, 5),
        "Deals": max(total // 50, 3),
        "Tasks": max(total // 100, 3),
        "Campaigns": 8,
        "Notes": max(total // 50, 3),
        "Courses": 12,
        "Visits": max(total // 50, 5),
        "Events": 3,
        "Calls": 3,
    }


def first_ids() -> dict[str, int]:
    """Where the ids of each module begin: in one order over all modules, as in a real account."""
    return {kind.api_name: FIRST_ID + number * IDS_OF_A_MODULE + 57 for number, kind in enumerate(KINDS, start=1)}


def describe(kind: Kind, *, module_id: str, viewable: bool, modified_time: str | None) -> dict[str, Any]:
    """The metadata object of one module, as `GET /settings/modules` shows it."""
    can = kind.writable and viewable
    return {
        "api_name": kind.api_name,
        "module_name": kind.module_name or kind.api_name,
        "id": module_id,
        "generated_type": kind.generated_type,
        "api_supported": kind.api_supported,
        "status": kind.status,
        "visibility": kind.visibility,
        "show_as_tab": kind.status == "visible",
        "viewable": viewable,
        "creatable": can,
        "editable": can,
        "deletable": can,
        "singular_label": kind.singular or kind.api_name,
        "plural_label": kind.api_name.replace("_", " "),
        "modified_time": modified_time,
        "profiles": [{"id": f"{FIRST_ID + 1}", "name": "Administrator"}],
        "parent_module": {"api_name": kind.parent, "id": None} if kind.parent else {},
        "recycle_bin_on_delete": kind.recycled and kind.tables is not None,
        "global_search_supported": kind.api_supported,
        "isBlueprintSupported": kind.api_supported,
        "business_card_field_limit": 5,
        "sequence_number": 1,
    }
