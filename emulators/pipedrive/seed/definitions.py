"""The fields of the seeded account: built-in ones, and more than a hundred custom ones on persons."""

from __future__ import annotations

from emulators.names import INTERESTS
from emulators.pipedrive.fields import Field, FieldSet

LEVELS = ("Bronze", "Silver", "Gold")
YES_NO = ("Yes", "No")
INDUSTRIES = ("Education", "Retail, Food", "Energy", "Health")
LABELS = ("Customer", "Hot lead", "Warm lead", "Cold lead")
MARKETING = ("no_consent", "subscribed", "unsubscribed", "archived")
UNUSED = 100

# name, type, options: the seeded values are in `people.customs`, in this order.
PERSON_CUSTOMS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("City", "varchar", ()),
    ("Newsletter opt-out", "enum", YES_NO),
    ("Interests", "set", INTERESTS),
    ("Level", "enum", LEVELS),
    ("Score", "double", ()),
    ("Budget", "monetary", ()),
    ("Birthday", "date", ()),
    ("Trip", "daterange", ()),
    ("Call me at", "time", ()),
    ("Office hours", "timerange", ()),
    ("Home", "address", ()),
    ("Second phone", "phone", ()),
    ("Story", "text", ()),
    ("Account manager", "user", ()),
    ("Employer", "org", ()),
    ("Recommended by", "people", ()),
    ("会社規模", "enum", ("小", "中", "大")),
    ("Segment", "varchar", ()),
    ("Segment", "varchar", ()),  # names need not be unique
    ("E-mail", "varchar", ()),  # reads like a built-in one
    *((f"Import column {number:03d}", "varchar", ()) for number in range(1, UNUSED + 1)),
)
ORGANIZATION_CUSTOMS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Tier", "enum", LEVELS),
    ("Headquarters", "address", ()),
    ("Annual fee", "monetary", ()),
)
DEAL_CUSTOMS: tuple[tuple[str, str, tuple[str, ...]], ...] = (("Source campaign", "varchar", ()), ("Products of interest", "set", INTERESTS))

_OPTIONAL_PERSON = (
    "last_incoming_mail_time", "last_outgoing_mail_time", "next_activity_id", "last_activity_id", "activities_count", "done_activities_count",
    "undone_activities_count", "open_deals_count", "closed_deals_count", "won_deals_count", "lost_deals_count", "email_messages_count",
    "files_count", "notes_count", "followers_count", "smart_bcc_email",
)  # fmt: skip
_MARKETING_FIELDS = ("marketing_status", "doi_status")
CONTACT_SYNC = ("postal_address", "notes", "im", "birthday", "job_title")

_PERSON = (
    ("id", "ID", "int"), ("name", "Name", "varchar"), ("first_name", "First name", "varchar"), ("last_name", "Last name", "varchar"),
    ("label", "Label", "set"), ("email", "Email", "varchar"), ("phone", "Phone", "varchar"), ("org_id", "Organization", "org"),
    ("owner_id", "Owner", "user"), ("add_time", "Person created", "date"), ("update_time", "Update time", "date"),
    ("visible_to", "Visible to", "visible_to"), ("picture_id", "Profile picture", "picture"),
)  # fmt: skip
_ORGANIZATION = (
    ("id", "ID", "int"), ("name", "Name", "varchar"), ("label", "Label", "set"), ("address", "Address", "address"),
    ("owner_id", "Owner", "user"), ("add_time", "Organization created", "date"), ("update_time", "Update time", "date"),
    ("visible_to", "Visible to", "visible_to"), ("website", "Website", "varchar"), ("linkedin", "LinkedIn profile", "varchar"),
    ("industry", "Industry", "enum"), ("annual_revenue", "Annual revenue", "int"), ("employee_count", "Number of employees", "int"),
)  # fmt: skip
_DEAL = (
    ("id", "ID", "int"), ("title", "Title", "varchar"), ("value", "Value", "monetary"), ("currency", "Currency", "varchar"),
    ("status", "Status", "status"), ("stage_id", "Stage", "stage"), ("pipeline", "Pipeline", "double"), ("person_id", "Contact person", "people"),
    ("org_id", "Organization", "org"), ("user_id", "Owner", "user"), ("label", "Label", "set"), ("add_time", "Deal created", "date"),
    ("update_time", "Update time", "date"), ("expected_close_date", "Expected close date", "date"), ("lost_reason", "Lost reason", "varchar"),
    ("probability", "Probability", "int"), ("visible_to", "Visible to", "visible_to"),
)  # fmt: skip
_ACTIVITY = (
    ("id", "ID", "int"), ("subject", "Subject", "varchar"), ("type", "Type", "varchar"), ("done", "Done", "boolean"),
    ("due_date", "Due date", "date"), ("person_id", "Contact person", "people"), ("org_id", "Organization", "org"), ("deal_id", "Deal", "deal"),
    ("user_id", "Assigned to user", "user"), ("add_time", "Add time", "date"), ("update_time", "Update time", "date"),
)  # fmt: skip


def person_fields(*, campaigns: bool) -> FieldSet:
    """Persons; the marketing fields only where the company uses Campaigns."""
    made = _built("persons", _PERSON, {"label": LABELS}, first=9000, option=1)
    for number, key in enumerate((*_OPTIONAL_PERSON, *(_MARKETING_FIELDS if campaigns else ())), start=9100):
        kind = "date" if key.endswith("_time") else "varchar" if key.endswith(("email", "status")) else "int"
        made.fields[key] = Field(number, key, key.replace("_", " ").capitalize(), kind, optional=True)
    return _with_customs(made, PERSON_CUSTOMS, first=9200, option=31)


def organization_fields() -> FieldSet:
    """Organizations."""
    made = _built("organizations", _ORGANIZATION, {"label": LABELS, "industry": INDUSTRIES}, first=4000, option=400)
    return _with_customs(made, ORGANIZATION_CUSTOMS, first=4100, option=431)


def deal_fields() -> FieldSet:
    """Deals; leads have the same custom ones."""
    made = _built("deals", _DEAL, {"label": LABELS}, first=12_400, option=500)
    return _with_customs(made, DEAL_CUSTOMS, first=12_500, option=531)


def activity_fields() -> FieldSet:
    """Activities: no custom fields."""
    return _built("activities", _ACTIVITY, {}, first=15_000, option=600)


def _built(entity: str, rows: tuple[tuple[str, str, str], ...], options: dict[str, tuple[str, ...]], *, first: int, option: int) -> FieldSet:
    made = FieldSet(entity)
    for number, (key, name, kind) in enumerate(rows, start=first):
        labels = options.get(key)
        choices = [{"id": option + place, "label": label} for place, label in enumerate(labels)] if labels else None
        option += len(labels or ())
        made.fields[key] = Field(number, key, name, kind, choices)
    return made


def _with_customs(made: FieldSet, rows: tuple[tuple[str, str, tuple[str, ...]], ...], *, first: int, option: int) -> FieldSet:
    made.next_id, made.next_option = first, option
    for name, kind, labels in rows:
        made.add(name, kind, labels)
    return made
