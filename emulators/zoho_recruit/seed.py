"""The seeded account: a staffing agency's modules, with the field names of the vendor's own samples (docs/systems/zoho_recruit.md#modules)."""

from __future__ import annotations

from emulators.zoho_crm.seed import business
from emulators.zoho_crm.seed.modules import Kind
from emulators.zoho_crm.seed.people import custom_lines, formulas, full_name, some_second
from emulators.zoho_crm.seed.table import Line, Scale, chosen, line, number, of_person, sometimes, system_lines
from emulators.zoho_crm.seed.texts import INTERESTS, LARGE_TEXTS, LEVELS, SALUTATIONS, SOURCES

FIRST_ID = 413_000_000_000_000_000
IDS_OF_A_MODULE = 1_000_000_000_000
STATUSES = ("New", "Waiting-for-Evaluation", "Qualified", "Unqualified", "Hired", "Junk candidate")
STAGES = ("New", "In Review", "Engaged", "Offered", "Hired", "Rejected")
SKILLS = ("Python, SQL", "Accounting", "Pflege, Nachtdienst", "Sales; B2B", 'C#, "clean" code')


def candidates(scale: Scale) -> list[Line]:
    """Candidates: more than fifty fields; the change time is shown as Updated_On."""
    jobs = sometimes(60, 39, lambda row: ({"Company": f"Company {row.h % 90}", "Work_Duration": {"from": "03-2019", "to": "11-2022"}},))
    schools = sometimes(50, 41, lambda row: ({"Degree": ("BSc", "MSc")[row.h % 2], "Duration": {"from": "10-2012", "to": "09-2016"}},))
    return [
        line("id", "bigint", length=18, writable=False, label="Record Id"),
        line("Candidate_Owner", "ownerlookup", lambda row: (row.h >> 5) % 4, length=120),
        line("Created_By", "ownerlookup", lambda row: (row.h >> 7) % 4, length=120, writable=False),
        line("Created_Time", "datetime", length=120, writable=False),
        line("Modified_By", "ownerlookup", lambda row: (row.h >> 9) % 4, length=120, writable=False),
        line("Modified_Time", "datetime", length=120, writable=False),
        _updated_on(),
        *_person(),
        line("Candidate_ID", "autonumber", lambda row: f"ZR_{row.n + 1}_CAND", writable=False),
        line("Candidate_Status", "picklist", chosen(STATUSES, 29), length=120, picks=STATUSES),
        line("Candidate_Stage", "picklist", chosen(STAGES, 31), length=120, picks=STAGES),
        line("Source", "picklist", of_person("lead_source"), length=120, picks=SOURCES),
        line("Current_Job_Title", "text", of_person("job_title"), length=100),
        line("Current_Employer", "text", of_person("company"), length=200),
        line("Experience_in_Years", "integer", sometimes(70, 33, number(0, 40, 37)), length=9),
        line("Current_Salary", "currency", sometimes(40, 31, number(1_200_000, 12_000_000, 34, 100)), length=16, decimals=2),
        line("Expected_Salary", "currency", sometimes(40, 33, number(1_200_000, 14_000_000, 36, 100)), length=16, decimals=2),
        line("Skill_Set", "textarea", chosen(SKILLS, 35), length=2000),
        line("Website", "website", of_person("website"), length=255),
        line("Street", "text", of_person("street"), length=250),
        line("City", "text", of_person("city"), length=100),
        line("State", "text", length=100),
        line("Zip_Code", "text", of_person("postal_code"), length=30),
        line("Country", "text", of_person("country"), length=100),
        line("No_of_Employees", "integer", sometimes(40, 33, number(1, 9000, 37)), custom=True, length=9),
        line(
            "Associated_Client", "lookup", lambda row: scale.pick("Clients", row.h >> 13) if row.h % 5 == 0 else None, custom=True, lookup="Clients"
        ),
        line("Experience_Details", "subform", jobs),
        line("Educational_Details", "subform", schools),
        *custom_lines(scale),
        *formulas(),
    ]


def contacts(scale: Scale) -> list[Line]:
    """Contacts: people of clients."""
    return [
        *system_lines(),
        *_person(tag=False),
        line("Client_Name", "lookup", lambda row: scale.pick("Clients", row.h >> 17) if row.h % 5 else None, lookup="Clients"),
        line("Job_Title", "text", of_person("job_title"), length=100),
        line("Department", "text", chosen(("Sales", "Purchasing", None, "Board"), 21)),
        line("Mailing_City", "text", of_person("city"), length=100),
        line("Mailing_Country", "text", of_person("country"), length=100),
        line("Interests", "multiselectpicklist", lambda row: row.person.interests or None, custom=True, picks=INTERESTS),
    ]


def talent_pool(_: Scale) -> list[Line]:
    """A custom module whose people have an address."""
    return [
        line("Name", "text", lambda row: f"{row.person.first_name} {row.person.last_name}".strip(), mandatory=True, length=120),
        line("Email", "email", of_person("email"), length=100),
        line("Email_Opt_Out", "boolean", lambda row: row.person.opted_out or None),
        *system_lines(),
        _updated_on(),
        line("Level", "picklist", chosen(LEVELS, 15), custom=True, picks=LEVELS),
        line("Joined_On", "date", lambda row: f"{2015 + row.h % 11}-{row.h % 12 + 1:02d}-{(row.h >> 8) % 28 + 1:02d}", custom=True),
        line("Interests", "multiselectpicklist", lambda row: row.person.interests or None, custom=True, picks=INTERESTS),
    ]


def job_openings(scale: Scale) -> list[Line]:
    """Job openings of clients."""
    states = ("In-progress", "Waiting for approval", "On-Hold", "Filled", "Cancelled")
    return [
        line("Posting_Title", "text", lambda row: f"Opening {row.n + 1}", mandatory=True, length=120),
        *system_lines(),
        line("Client_Name", "lookup", lambda row: scale.pick("Clients", row.h >> 11), lookup="Clients"),
        line("Contact_Name", "lookup", lambda row: scale.pick("Contacts", row.h >> 13) if row.h % 3 else None, lookup="Contacts"),
        line("Job_Opening_Status", "picklist", chosen(states, 15), picks=states),
        line("Number_of_Positions", "integer", number(1, 9, 17), length=9),
        line("Target_Date", "date", lambda row: f"2026-{row.h % 12 + 1:02d}-15"),
        line("City", "text", chosen(("Köln", "Sofia", "Lyon"), 23)),
        line("Job_Description", "textarea", chosen(LARGE_TEXTS, 25), length=32_000),
    ]


def clients(_: Scale) -> list[Line]:
    """Companies that look for people."""
    return [
        line("Client_Name", "text", lambda row: f"Client {row.n + 1}", mandatory=True, length=200),
        *system_lines(),
        line("Contact_Number", "phone", sometimes(50, 15, lambda row: f"+49 30 {row.h % 900_000 + 100_000}"), length=30),
        line("Website", "website", lambda row: f"https://client-{row.n}.example.com"),
        line("Billing_City", "text", chosen(("Köln", "Sofia", "Lyon"), 23)),
    ]


def applications(scale: Scale) -> list[Line]:
    """One candidate and one opening."""
    return [
        line("Application_Name", "text", lambda row: f"Application {row.n + 1}", length=120),
        *system_lines(),
        line("Candidate", "lookup", lambda row: scale.pick("Candidates", row.h >> 11), lookup="Candidates"),
        line("Posting_Title", "lookup", lambda row: scale.pick("Job_Openings", row.h >> 13), lookup="Job_Openings"),
        line("Application_Status", "picklist", chosen(STATUSES, 15), picks=STATUSES),
    ]


def interviews(scale: Scale) -> list[Line]:
    """Interviews."""
    return [
        line("Interview_Name", "text", lambda row: f"Interview {row.n + 1}", mandatory=True, length=120),
        *system_lines(),
        line("Candidate_Name", "lookup", lambda row: scale.pick("Candidates", row.h >> 11), lookup="Candidates"),
        line("Posting_Title", "lookup", lambda row: scale.pick("Job_Openings", row.h >> 13), lookup="Job_Openings"),
        line("Start_DateTime", "datetime", lambda row: 1_770_000_000 + row.n * 86_400),
        line("End_DateTime", "datetime", lambda row: 1_770_003_600 + row.n * 86_400),
    ]


def assessments(_: Scale) -> list[Line]:
    """A module without a change time."""
    return [
        line("Assessment_Name", "text", lambda row: f"Assessment {row.n + 1}", mandatory=True, length=120),
        *system_lines(modified=False, tag=False),
        line("Category", "picklist", chosen(("Prescreening", "Others"), 15), picks=("Prescreening", "Others")),
    ]


def departments(_: Scale) -> list[Line]:
    """What a company's own recruiting has instead of clients."""
    return [line("Department_Name", "text", lambda row: f"Department {row.n + 1}", mandatory=True, length=120), *system_lines(tag=False)]


def vendors(_: Scale) -> list[Line]:
    """Who supplies candidates."""
    return [
        line("Vendor_Name", "text", lambda row: f"Vendor {row.n + 1}", mandatory=True, length=120),
        *system_lines(),
        line("Email", "email", lambda row: f"vendor.{row.n}@example.org", length=100),
    ]


def notes(scale: Scale) -> list[Line]:
    """Notes under candidates; bulk read refuses the module."""
    return [
        line("Note_Title", "text", lambda row: f"Note {row.n + 1}", length=120),
        line("Note_Content", "textarea", chosen(LARGE_TEXTS, 15), length=32_000),
        line("Parent_Id", "lookup", lambda row: scale.pick("Candidates", row.h >> 17), mandatory=True, lookup="Candidates"),
        *system_lines(tag=False),
    ]


def tasks(scale: Scale) -> list[Line]:
    """To-dos that hang on a person."""
    states = ("Not Started", "In Progress", "Completed")
    return [
        line("Subject", "text", lambda row: f"Task {row.n + 1}", mandatory=True),
        *system_lines(),
        line("Status", "picklist", chosen(states, 15), picks=states),
        line("Due_Date", "date", lambda row: f"2026-{row.h % 12 + 1:02d}-20"),
        line("Who_Id", "lookup", lambda row: scale.pick("Contacts", row.h >> 19), lookup="Contacts"),
        line("What_Id", "lookup", lambda row: scale.pick("Candidates", row.h >> 21), lookup="Candidates"),
        line("Description", "textarea", length=32_000),
    ]


def _person(*, tag: bool = True) -> list[Line]:
    lines = [
        line("Salutation", "picklist", sometimes(60, 15, chosen(SALUTATIONS, 17)), length=25, picks=SALUTATIONS),
        line("First_Name", "text", of_person("first_name"), length=40),
        line("Last_Name", "text", of_person("last_name"), length=80, mandatory=True),
        full_name(),
        line("Email", "email", of_person("email"), length=100),
        line("Secondary_Email", "email", sometimes(5, 19, lambda row: f"second.{row.index}@example.org"), length=100),
        line("Email_Opt_Out", "boolean", lambda row: row.person.opted_out or None, length=5),
        line("Phone", "phone", of_person("phone"), length=30),
        line("Mobile", "phone", of_person("mobile"), length=30),
        line("Last_Activity_Time", "datetime", sometimes(70, 25, some_second), writable=False),
        line("Description", "textarea", sometimes(15, 21, chosen(LARGE_TEXTS, 23)), length=32_000),
    ]
    if tag:
        lines.append(line("Associated_Tags", "text", sometimes(10, 11, chosen(("vip", "press", "fair"), 13)), length=2000, writable=False))
    return lines


def _updated_on() -> Line:
    made = line("Updated_On", "datetime", length=120, writable=False)
    return Line(made.field, None, lambda row, _: row.get("Modified_Time"))


KINDS: tuple[Kind, ...] = (
    Kind("Home", api_supported=False, writable=False),
    Kind("Candidates", singular="Candidate", tables=candidates, name_field="Full_Name", system_check="Email"),
    Kind("Contacts", singular="Contact", tables=contacts, name_field="Full_Name", system_check="Email"),
    Kind("Clients", singular="Client", tables=clients, name_field="Client_Name", system_check="Client_Name"),
    Kind("Departments", singular="Department", tables=departments, name_field="Department_Name", system_check="Department_Name"),
    Kind("Job_Openings", "JobOpenings", "Job Opening", tables=job_openings, name_field="Posting_Title", system_check="Posting_Title"),
    Kind("Applications", singular="Application", tables=applications, name_field="Application_Name"),
    Kind("Interviews", singular="Interview", tables=interviews, name_field="Interview_Name"),
    Kind("Assessments", singular="Assessment", tables=assessments, name_field="Assessment_Name", writable=False, recycled=False),
    Kind("Vendors", singular="Vendor", tables=vendors, name_field="Vendor_Name", system_check="Vendor_Name"),
    Kind("Campaigns", singular="Campaign", tables=business.campaigns, name_field="Campaign_Name", system_check="Campaign_Name"),
    Kind("Tasks", singular="Task", tables=tasks, name_field="Subject"),
    Kind("Events", "Meetings", "Meeting", tables=business.events, name_field="Event_Title"),
    Kind("Calls", singular="Call", tables=business.calls, name_field="Subject"),
    Kind("Notes", singular="Note", tables=notes, name_field="Note_Title"),
    Kind("Talent_Pool", "CustomModule1", "Talent", "custom", tables=talent_pool, name_field="Name", system_check="Name"),
    Kind("Approvals", writable=False),
    Kind("messages__s", api_supported=False, writable=False),
)


def sizes(total: int) -> dict[str, int]:
    """How many records each module begins with, for so many people in all."""
    people, contacts_ = total * 60 // 100, total * 30 // 100
    return {
        "Candidates": people,
        "Contacts": contacts_,
        "Talent_Pool": total - people - contacts_,
        "Clients": max(total // 20, 5),
        "Departments": 4,
        "Job_Openings": max(total // 50, 3),
        "Applications": max(total // 20, 3),
        "Interviews": max(total // 50, 3),
        "Assessments": max(total // 50, 5),
        "Vendors": 5,
        "Campaigns": 8,
        "Tasks": max(total // 100, 3),
        "Events": 3,
        "Calls": 3,
        "Notes": max(total // 50, 3),
    }


def first_ids() -> dict[str, int]:
    """Where the ids of each module begin: in one order over all modules."""
    return {kind.api_name: FIRST_ID + number * IDS_OF_A_MODULE + 57 for number, kind in enumerate(KINDS, start=1)}
