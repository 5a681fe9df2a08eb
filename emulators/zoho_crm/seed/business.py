"""The modules around the people: Accounts, Campaigns, Deals, Notes, Tasks, Courses (custom, no address), Visits (no Modified_Time)."""

from __future__ import annotations

from emulators.names import COMPANIES, SUFFIXES
from emulators.zoho_crm.rows import Seeded
from emulators.zoho_crm.seed.table import Line, Scale, chosen, line, number, sometimes, system_lines
from emulators.zoho_crm.seed.texts import ALL_STAGES, INDUSTRIES, LARGE_TEXTS, PIPELINES, STAGES, TASK_STATES


def accounts(scale: Scale) -> list[Line]:
    """Companies."""
    return [
        line("Account_Name", "text", _company, mandatory=True, length=200),
        *system_lines(),
        line("Phone", "phone", sometimes(50, 15, lambda row: f"+49 30 {row.h % 900_000 + 100_000}"), length=30),
        line("Website", "website", lambda row: f"https://company-{row.n}.example.com"),
        line("Industry", "picklist", chosen(INDUSTRIES, 17), picks=INDUSTRIES),
        line("Employees", "integer", number(1, 5000, 19), length=9),
        line("Annual_Revenue", "currency", number(1000, 10**9, 21, 100), length=16, decimals=2),
        line("Billing_City", "text", chosen(("Köln", "Sofia", "Lyon"), 23)),
        line("Billing_Address", "address", writable=False, virtual=True),
        line("Parent_Account", "lookup", lambda row: scale.pick("Accounts", row.h) if row.h % 8 == 0 else None, lookup="Accounts"),
        line("Contact_Count", "rollup_summary", number(0, 20, 25), custom=True, writable=False, returns="integer"),
    ]


def campaigns(scale: Scale) -> list[Line]:
    """Campaigns of the CRM."""
    kinds, states = ("Email", "Conference", "Webinar", "Others"), ("Planning", "Active", "Inactive", "Complete")
    return [
        line("Campaign_Name", "text", lambda row: f"Campaign {row.n + 1}", mandatory=True, length=80),
        *system_lines(),
        line("Type", "picklist", chosen(kinds, 15), picks=kinds),
        line("Status", "picklist", chosen(states, 17), picks=states),
        line("Start_Date", "date", lambda row: f"2026-{row.h % 12 + 1:02d}-01"),
        line("End_Date", "date"),
        line("Expected_Revenue", "currency", length=16, decimals=2),
        line("Budgeted_Cost", "currency", number(0, 900, 19), length=16, decimals=2),
        line("Actual_Cost", "currency", length=16, decimals=2),
        line("Num_sent", "integer", length=9),
        line("Expected_Response", "integer", length=9),
        line("Parent_Campaign", "lookup", lambda row: scale.pick("Campaigns", 0) if row.n % 4 == 3 else None, lookup="Campaigns"),
        line("Description", "textarea", length=32_000),
        line("Mailing_Key", "text", custom=True, length=120, unique=True),
        line("Mails_Sent", "integer", custom=True, length=9),
        line("Mails_Opened", "integer", custom=True, length=9),
        line("Mails_Clicked", "integer", custom=True, length=9),
    ]


def deals(scale: Scale) -> list[Line]:
    """Deals."""
    return [
        line("Deal_Name", "text", lambda row: f"Deal {row.n + 1}", mandatory=True, length=120),
        *system_lines(),
        line("Stage", "picklist", chosen(STAGES, 15), mandatory=True, picks=ALL_STAGES),
        line("Amount", "currency", number(100, 10**7, 17, 100), length=16, decimals=2),
        line("Closing_Date", "date", lambda row: f"2026-{row.h % 12 + 1:02d}-15"),
        line("Account_Name", "lookup", lambda row: scale.pick("Accounts", row.h >> 11), lookup="Accounts"),
        line("Contact_Name", "lookup", lambda row: scale.pick("Contacts", row.h >> 13) if row.h % 3 else None, lookup="Contacts"),
        line("Campaign_Source", "lookup", lookup="Campaigns"),
        line("Probability", "percent", number(0, 100, 19), length=5),
        line("Description", "textarea", length=32_000),
        line("Pipeline", "picklist", picks=tuple(name for name, _ in PIPELINES)),
        line("Mailing_Key", "text", custom=True, length=80),
    ]


def notes(scale: Scale) -> list[Line]:
    """Notes under leads; bulk read refuses the module."""
    return [
        line("Note_Title", "text", lambda row: f"Note {row.n + 1}", length=120),
        line("Note_Content", "textarea", chosen(LARGE_TEXTS, 15), length=32_000),
        line("Parent_Id", "lookup", lambda row: scale.pick("Leads", row.h >> 17), mandatory=True, lookup="Leads"),
        *system_lines(tag=False),
    ]


def tasks(scale: Scale) -> list[Line]:
    """Tasks."""
    return [
        line("Subject", "text", lambda row: f"Call {row.n + 1}", mandatory=True),
        *system_lines(),
        line("Status", "picklist", chosen(TASK_STATES, 15), picks=TASK_STATES),
        line("Priority", "picklist", chosen(("High", "Normal", "Low"), 17), picks=("High", "Normal", "Low")),
        line("Due_Date", "date", lambda row: f"2026-{row.h % 12 + 1:02d}-20"),
        line("Who_Id", "lookup", lambda row: scale.pick("Contacts", row.h >> 19), lookup="Contacts"),
        line("What_Id", "lookup", lookup="Leads"),
        line("Description", "textarea", length=32_000),
    ]


def events(_: Scale) -> list[Line]:
    """Meetings."""
    return [
        line("Event_Title", "text", lambda row: f"Meeting {row.n + 1}", mandatory=True),
        *system_lines(),
        line("Start_DateTime", "datetime", lambda row: 1_770_000_000 + row.n * 86_400, mandatory=True),
        line("End_DateTime", "datetime", lambda row: 1_770_003_600 + row.n * 86_400, mandatory=True),
        line("Who_Id", "lookup", lookup="Contacts"),
        line("What_Id", "lookup", lookup="Leads"),
        line("Description", "textarea", length=32_000),
    ]


def calls(_: Scale) -> list[Line]:
    """Telephone calls."""
    kinds = ("Outbound", "Inbound", "Missed")
    return [
        line("Subject", "text", lambda row: f"Talk {row.n + 1}", mandatory=True),
        *system_lines(),
        line("Call_Type", "picklist", chosen(kinds, 15), mandatory=True, picks=kinds),
        line("Call_Start_Time", "datetime", lambda row: 1_770_000_000 + row.n * 7200, mandatory=True),
        line("Call_Duration", "text", lambda row: f"{row.n % 60:02d}:00"),
        line("Who_Id", "lookup", lookup="Contacts"),
        line("What_Id", "lookup", lookup="Leads"),
        line("Description", "textarea", length=32_000),
    ]


def courses(_: Scale) -> list[Line]:
    """A custom module without an address."""
    return [
        line("Name", "text", lambda row: f"Course {row.n + 1}", mandatory=True, length=120),
        *system_lines(),
        line("Starts_On", "date", lambda row: f"2026-{row.h % 12 + 1:02d}-10", custom=True),
        line("Price", "currency", number(0, 90_000, 15, 100), custom=True, length=16, decimals=2),
        line("Seats", "integer", number(4, 40, 17), custom=True, length=9),
    ]


def visits(_: Scale) -> list[Line]:
    """A module that the vendor fills itself and that has no Modified_Time."""
    return [
        line("id", "bigint", length=18, writable=False, label="Record Id"),
        line("Visited_Page", "website", lambda row: f"https://shop.example.com/{row.n % 40}", writable=False),
        line("Visited_Time", "datetime", lambda row: 1_760_000_000 + row.n * 37, writable=False),
        line("Time_Spent", "integer", number(1, 900, 15), writable=False),
        line("Created_Time", "datetime", length=120, writable=False),
    ]


def _company(row: Seeded) -> str:
    return f"{COMPANIES[row.n % len(COMPANIES)]} {SUFFIXES[row.n // len(COMPANIES) % len(SUFFIXES)]} {row.n // 500 or ''}".strip()
