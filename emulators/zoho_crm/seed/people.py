"""The modules of people: Leads (more than fifty fields, every data type), Contacts, and Members, a custom module with an address.

Field names and types follow docs/systems/zoho_crm.md#fields; the custom fields are this account's own.
"""

from __future__ import annotations

from emulators.zoho_crm.rows import Row, Seeded
from emulators.zoho_crm.seed.table import Line, Scale, chosen, formula, line, number, of_person, sometimes, system_lines
from emulators.zoho_crm.seed.texts import INDUSTRIES, INTERESTS, LARGE_TEXTS, LEVELS, RATINGS, RICH_TEXTS, SALUTATIONS, SOURCES, STATUSES

_DAY = 86_400


def leads(scale: Scale) -> list[Line]:
    """Leads: 66 fields."""
    return [*_person_lines(), *_lead_lines(scale), *_special_lines(scale), *custom_lines(scale), *formulas()]


def contacts(scale: Scale) -> list[Line]:
    """Contacts: people of an account."""
    return [
        *_person_lines(),
        line("Account_Name", "lookup", lambda row: scale.pick("Accounts", row.h >> 17) if row.h % 5 else None, lookup="Accounts"),
        line("Reporting_To", "lookup", lambda row: scale.pick("Contacts", row.h >> 19) if row.h % 11 == 0 else None, lookup="Contacts"),
        line("Title", "text", of_person("job_title"), length=100),
        line("Department", "text", chosen(("Sales", "Purchasing", None, "Board"), 21)),
        line("Date_of_Birth", "date", of_person("birthday")),
        line("Mailing_Street", "text", of_person("street"), length=250),
        line("Mailing_City", "text", of_person("city"), length=100),
        line("Mailing_Zip", "text", of_person("postal_code"), length=30),
        line("Mailing_Country", "text", of_person("country"), length=100),
        line("Mailing_Address", "address", writable=False, virtual=True),
        line("Interests", "multiselectpicklist", lambda row: row.person.interests or None, custom=True, picks=INTERESTS),
        line("Customer_Number", "autonumber", lambda row: f"C-{row.n + 1:07d}", custom=True, writable=False),
        line("Won_Deals", "rollup_summary", number(0, 7, 23), custom=True, writable=False, returns="integer"),
        formula("Engagement", "double", _engagement),
    ]


def members(_: Scale) -> list[Line]:
    """Members: a custom module whose people have an address."""
    return [
        line("Name", "text", lambda row: f"{row.person.first_name} {row.person.last_name}".strip(), mandatory=True, length=120),
        line("Email", "email", of_person("email"), length=100),
        line("Secondary_Email", "email", length=100),
        line("Email_Opt_Out", "boolean", lambda row: row.person.opted_out or None),
        *system_lines(),
        line("Level", "picklist", chosen(LEVELS, 15), custom=True, picks=LEVELS),
        line("Joined_On", "date", lambda row: f"{2015 + row.h % 11}-{row.h % 12 + 1:02d}-{(row.h >> 8) % 28 + 1:02d}", custom=True),
        line("Fee", "currency", number(0, 40_000, 17, 100), custom=True, length=16, decimals=2),
        line("Member_Number", "autonumber", lambda row: f"M-{row.n + 1:07d}", custom=True, writable=False),
        line("Interests", "multiselectpicklist", lambda row: row.person.interests or None, custom=True, picks=INTERESTS),
        line("Notes_About", "textarea", sometimes(10, 21, chosen(LARGE_TEXTS, 23)), custom=True, length=2000),
    ]


def _person_lines() -> list[Line]:
    return [
        *system_lines(),
        line("Salutation", "picklist", sometimes(60, 15, chosen(SALUTATIONS, 17)), length=25, picks=SALUTATIONS),
        line("First_Name", "text", of_person("first_name"), length=40),
        line("Last_Name", "text", of_person("last_name"), length=80, mandatory=True),
        full_name(),
        line("Email", "email", of_person("email"), length=100),
        line("Secondary_Email", "email", sometimes(5, 19, lambda row: f"second.{row.index}@example.org"), length=100),
        line("Email_Opt_Out", "boolean", lambda row: row.person.opted_out or None, length=5),
        line(
            "Unsubscribed_Mode",
            "picklist",
            lambda row: "Unsubscribe link" if row.person.opted_out else None,
            writable=False,
            picks=("Unsubscribe link", "Manual", "Zoho campaigns", "Consent form"),
        ),
        line("Unsubscribed_Time", "datetime", lambda row: some_second(row) if row.person.opted_out else None, writable=False),
        line("Phone", "phone", of_person("phone"), length=30),
        line("Mobile", "phone", of_person("mobile"), length=30),
        line("Fax", "text", length=30),
        line("Lead_Source", "picklist", of_person("lead_source"), length=120, picks=SOURCES),
        line("Description", "textarea", sometimes(15, 21, chosen(LARGE_TEXTS, 23)), length=32_000),
        line("Last_Activity_Time", "datetime", sometimes(70, 25, some_second), writable=False),
        line("Layout", "layout", lambda _: "standard", length=50),
        line("Record_Image", "profileimage", sometimes(3, 27, lambda row: f"img{row.h:x}"), writable=False),
        line("Change_Log_Time__s", "datetime", lambda row: row.get("Modified_Time"), writable=False),
        line("Locked__s", "boolean", writable=False, length=5),
    ]


def _lead_lines(scale: Scale) -> list[Line]:
    return [
        line("Company", "text", of_person("company"), length=200),
        line("Designation", "text", of_person("job_title"), length=100),
        line("Website", "website", of_person("website"), length=255),
        line("Lead_Status", "picklist", chosen(STATUSES, 29), length=120, picks=STATUSES),
        line("Industry", "picklist", sometimes(50, 31, chosen(INDUSTRIES, 33)), length=120, picks=INDUSTRIES),
        line("Rating", "picklist", sometimes(30, 35, chosen(RATINGS, 37)), length=120, picks=RATINGS),
        line("No_of_Employees", "integer", sometimes(40, 33, number(1, 9000, 37)), length=9),
        line("Annual_Revenue", "currency", sometimes(30, 31, number(100, 90_000_000, 34, 100)), length=16, decimals=2),
        line("Street", "text", of_person("street"), length=250),
        line("City", "text", of_person("city"), length=100),
        line("State", "text", length=100),
        line("Zip_Code", "text", of_person("postal_code"), length=30),
        line("Country", "text", of_person("country"), length=100),
        line("Address", "address", writable=False, virtual=True),
        line("Skype_ID", "text", length=50),
        line("Twitter", "text", length=50),
        line("Converted__s", "boolean", writable=False, length=5),
        line("Converted_Date_Time", "datetime", writable=False),
        line("Converted_Contact", "lookup", writable=False, lookup="Contacts"),
        line("Converted_Account", "lookup", writable=False, lookup="Accounts"),
        line("Converted_Deal", "lookup", writable=False, lookup="Deals"),
        line("Partner", "lookup", lambda row: scale.pick("Accounts", row.h >> 13) if row.h % 5 == 0 else None, custom=True, lookup="Accounts"),
    ]


def _special_lines(scale: Scale) -> list[Line]:
    """The types that no mailing list can hold, and those that only a single read shows."""
    courses = sometimes(10, 39, lambda row: (scale.pick("Courses", row.h), scale.pick("Courses", row.h + 1)))
    fairs = sometimes(10, 41, lambda row: ({"Fair": "Frankfurt", "Year": 2020 + row.h % 6}, {"Fair": "Paris, Nord", "Year": 2021}))
    papers = sometimes(5, 43, lambda row: ({"name": "contract.pdf", "size": row.h % 90_000},))
    pictures = sometimes(5, 45, lambda row: ({"name": "photo.jpg", "size": row.h % 900_000},))
    return [
        line("Account_Manager", "userlookup", sometimes(30, 37, lambda row: (row.h >> 3) % 4), custom=True),
        line("Watchers", "multiuserlookup", sometimes(10, 39, lambda _: (0, 2)), custom=True),
        line("Courses_Wanted", "multiselectlookup", courses, custom=True, lookup="Courses"),
        line("Visited_Fairs", "subform", fairs, custom=True),
        line("Papers", "fileupload", papers, custom=True),
        line("Pictures", "imageupload", pictures, custom=True),
        line("Territories", "territories", sometimes(10, 47, lambda _: ("North",)), writable=False),
        line("Wizard", "bigint", length=50),
    ]


def custom_lines(scale: Scale) -> list[Line]:
    """Fields that this account added: every type once."""
    return [
        line("Interests", "multiselectpicklist", lambda row: row.person.interests or None, custom=True, picks=INTERESTS),
        line("Birthday", "date", of_person("birthday"), custom=True),
        line("Next_Contact", "datetime", sometimes(40, 49, lambda row: some_second(row) + 200 * _DAY), custom=True),
        line("Legacy_Number", "bigint", sometimes(60, 31, lambda row: 9_007_199_254_740_993 + row.n), custom=True, length=18),
        line("Engagement_Score", "double", sometimes(80, 33, number(0, 400, 35, 4)), custom=True, length=16, decimals=2),
        line("Discount", "percent", sometimes(20, 37, number(0, 30, 39)), custom=True, length=5),
        line("Newsletter_Wanted", "boolean", lambda row: row.h % 3 == 0 or None, custom=True, length=5),
        line("Lead_Number", "autonumber", lambda row: f"L-{row.n + 1:07d}", custom=True, writable=False),
        line(
            "Short_Note",
            "textarea",
            sometimes(10, 41, chosen(("One line", "Two\nlines, with a comma", 'A "quoted" word'), 43)),
            custom=True,
            length=2000,
        ),
        line("Story", "textarea", sometimes(4, 45, chosen(RICH_TEXTS, 47)), custom=True, length=50_000, rich=True),
        line("Language", "text", of_person("language"), custom=True, length=20),
        line("Visit_Count", "rollup_summary", number(0, 40, 41), custom=True, writable=False, returns="integer"),
        line("Advisor", "lookup", lambda row: scale.pick("Contacts", row.h >> 15) if row.h % 9 == 0 else None, custom=True, lookup="Contacts"),
    ]


def formulas() -> list[Line]:
    """One formula of every return type; `rounds` counts the recalculations."""
    return [
        formula("Priority_Score", "double", _engagement),
        formula("Greeting", "string", lambda row, _: f"Dear {row.get('First_Name') or row.get('Last_Name') or 'friend'}"),
        formula("Is_Large", "boolean", lambda row, _: (row.get("No_of_Employees") or 0) > 1000),
        formula("Review_On", "date", _review_on),
        formula("Follow_Up_At", "datetime", lambda row, rounds: _plus(row.get("Created_Time"), (30 + rounds) * _DAY)),
    ]


def _engagement(row: Row, rounds: int) -> float:
    return (len(str(row.get("Last_Name") or "")) * 2 + rounds + (row.get("$rounds") or 0)) / 4


def _review_on(row: Row, _: int) -> str | None:
    birthday = row.get("Birthday")
    return f"2027{birthday[4:]}" if birthday else None


def _plus(second: int | None, more: int) -> int | None:
    return second + more if second else None


def full_name() -> Line:
    """First and last name."""
    made = line("Full_Name", "text", length=120, writable=False)
    return Line(made.field, None, lambda row, _: f"{row.get('First_Name') or ''} {row.get('Last_Name') or ''}".strip())


def some_second(row: Seeded) -> int:
    """A second between the record's creation and the middle of 2026."""
    created = row.get("Created_Time")
    return int(created + row.h % max(1_782_000_000 - created, 1))
