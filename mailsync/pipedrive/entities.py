"""The entities that are read as streams: their lists, their own properties, and the columns made of them.

Columns are named as v2 names the properties. Made by us: `email` and `phone` (the one that was chosen), `labels`, `last_contacted`.
Source: OpenAPI v2, descriptions of persons, organizations, deals and activities; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mailsync.pipedrive.endpoints import LIST_ARCHIVED, LIST_V2
from mailsync.pipedrive.fields import Field
from mailsync.pipedrive.values import Customs, Record, chosen, text_of_address

TEXT: dict[str, Any] = {"type": ["null", "string"]}
INTEGER: dict[str, Any] = {"type": ["null", "integer"]}
NUMBER: dict[str, Any] = {"type": ["null", "number"]}
FLAG: dict[str, Any] = {"type": ["null", "boolean"]}
DAY: dict[str, Any] = {"type": ["null", "string"], "format": "date"}
MOMENT: dict[str, Any] = {"type": ["null", "string"], "format": "date-time", "airbyte_type": "timestamp_with_timezone"}
INTEGERS: dict[str, Any] = {"type": ["null", "array"], "items": {"type": ["null", "integer"]}}
TEXTS: dict[str, Any] = {"type": ["null", "array"], "items": {"type": ["null", "string"]}}
ROWS: dict[str, Any] = {"type": ["null", "array"], "items": {"type": ["null", "object"], "additionalProperties": True}}
EMAIL: dict[str, Any] = {**TEXT, "title": "E-mail", "x_data_type": "email"}

LAST_CONTACTED = "last_contacted"
MARKETING_STATUS = "marketing_status"
OPT_OUT = "marketing_opt_out"
MADE_FROM = {OPT_OUT: MARKETING_STATUS}
MAIL_TIMES = ("last_incoming_mail_time", "last_outgoing_mail_time")
LAST_ACTIVITY = "last_activity_id"
ORGANIZATION = "organization_"


@dataclass(frozen=True, slots=True)
class Entity:
    """`lists`: path and price of each list that together hold all of it. `optional`: properties that come only when asked for; `featured`: those that
    only some companies have. `made` are our columns.
    """

    name: str
    lists: tuple[tuple[str, int], ...]
    properties: Mapping[str, dict[str, Any]]
    made: Mapping[str, dict[str, Any]]
    optional: frozenset[str] = frozenset()
    featured: Mapping[str, dict[str, Any]] | None = None
    has_customs: bool = True
    lists_deleted: bool = False

    @property
    def path(self) -> str:
        """Of the entity, and of one record below it."""
        return f"/{self.name}"

    def schemas(self, known: Iterable[Field]) -> dict[str, dict[str, Any]]:
        """All columns but those of custom fields, for a company with these fields."""
        codes = {field.code for field in known}
        extra = {name: schema for name, schema in (self.featured or {}).items() if MADE_FROM.get(name, name) in codes}
        return {**self.properties, **self.made, **extra}


_COMMON: dict[str, dict[str, Any]] = {
    "id": {"type": ["null", "integer"], "title": "ID"},
    "owner_id": {**INTEGER, "title": "Owner"},
    "add_time": {**MOMENT, "title": "Created"},
    "update_time": {**MOMENT, "title": "Updated"},
}
_LABELLED: dict[str, dict[str, Any]] = {"visible_to": INTEGER, "label_ids": INTEGERS}

PERSONS = Entity(
    name="persons",
    lists=(("/persons", LIST_V2),),
    properties={
        **_COMMON,
        "name": {**TEXT, "title": "Name"},
        "first_name": {**TEXT, "title": "First name"},
        "last_name": {**TEXT, "title": "Last name"},
        "org_id": {**INTEGER, "title": "Organization"},
        "emails": ROWS,
        "phones": ROWS,
        "picture_id": INTEGER,
        **_LABELLED,
        "last_incoming_mail_time": MOMENT,
        "last_outgoing_mail_time": MOMENT,
        LAST_ACTIVITY: INTEGER,
    },
    made={
        "email": EMAIL,
        "phone": {**TEXT, "title": "Phone", "x_data_type": "phone"},
        "labels": {**TEXTS, "title": "Labels"},
        LAST_CONTACTED: {**MOMENT, "title": "Last contacted"},
    },
    optional=frozenset((*MAIL_TIMES, LAST_ACTIVITY, MARKETING_STATUS, "doi_status")),
    featured={
        MARKETING_STATUS: {**TEXT, "title": "Marketing status"},
        OPT_OUT: {**FLAG, "title": "Opted out", "description": "Whether the marketing status is one that must not be mailed."},
        "doi_status": TEXT,
    },
)
ORGANIZATIONS = Entity(
    name="organizations",
    lists=(("/organizations", LIST_V2),),
    properties={
        **_COMMON,
        "name": {**TEXT, "title": "Name"},
        "website": TEXT,
        "linkedin": TEXT,
        "annual_revenue": INTEGER,
        "employee_count": INTEGER,
        **_LABELLED,
    },
    made={"address": {**TEXT, "title": "Address"}, "industry": {**TEXT, "title": "Industry"}, "labels": {**TEXTS, "title": "Labels"}},
)
DEALS = Entity(
    name="deals",
    lists=(("/deals", LIST_V2), ("/deals/archived", LIST_ARCHIVED)),
    properties={
        **_COMMON,
        "title": {**TEXT, "title": "Title"},
        "creator_user_id": INTEGER,
        "value": NUMBER,
        "currency": TEXT,
        "person_id": INTEGER,
        "org_id": INTEGER,
        "pipeline_id": INTEGER,
        "stage_id": INTEGER,
        "status": TEXT,
        "probability": NUMBER,
        "lost_reason": TEXT,
        "is_archived": FLAG,
        "archive_time": MOMENT,
        "stage_change_time": MOMENT,
        "close_time": MOMENT,
        "won_time": MOMENT,
        "lost_time": MOMENT,
        "expected_close_date": DAY,
        **_LABELLED,
        "origin": TEXT,
        "source_lead_id": TEXT,
        "acv": NUMBER,
        "arr": NUMBER,
        "mrr": NUMBER,
    },
    made={"labels": {**TEXTS, "title": "Labels"}},
    lists_deleted=True,
)
ACTIVITIES = Entity(
    name="activities",
    lists=(("/activities", LIST_V2),),
    properties={
        **_COMMON,
        "subject": {**TEXT, "title": "Subject"},
        "type": TEXT,
        "creator_user_id": INTEGER,
        "deal_id": INTEGER,
        "lead_id": TEXT,
        "person_id": INTEGER,
        "org_id": INTEGER,
        "project_id": INTEGER,
        "due_date": DAY,
        "due_time": TEXT,
        "duration": TEXT,
        "busy": FLAG,
        "done": FLAG,
        "marked_as_done_time": MOMENT,
        "participants": ROWS,
        "public_description": TEXT,
        "priority": INTEGER,
        "note": TEXT,
    },
    made={},
    has_customs=False,
)
ENTITIES: dict[str, Entity] = {entity.name: entity for entity in (PERSONS, ORGANIZATIONS, DEALS, ACTIVITIES)}
# Codes under which v2 may list the field whose options are an entity's labels.
LABEL_CODES = ("label", "label_ids")


class Canonical:
    """Turns raw records of one entity into ours: the wanted columns that have a value, and `id`, `add_time`, `update_time` always."""

    def __init__(self, entity: Entity, wanted: Iterable[str], known: Iterable[Field], customs: Customs, *, primary: bool, prefix: str = "") -> None:
        """`wanted`: names of columns without the prefix. `primary`: the primary address and number instead of the first."""
        asked = {*wanted, *(() if prefix else ("id", "add_time", "update_time"))}
        # In one order in every process: what was shown before is recognised by its bytes.
        self._plain = [(name, prefix + name) for name in dict.fromkeys((*entity.properties, *(entity.featured or {}))) if name in asked]
        made = {*entity.made, *(entity.featured or {})} & asked & set(_MAKERS)
        self._made = [(prefix + name, _MAKERS[name]) for name in sorted(made)]
        self._customs = customs
        self._primary = primary
        options = {field.code: field.labels for field in known if field.labels and not field.is_custom}
        self._options = {"label_ids": next((options[code] for code in LABEL_CODES if code in options), {}), "industry": options.get("industry", {})}

    def record(self, raw: Mapping[str, Any]) -> Record:
        """One record; nulls are left out."""
        made: Record = {}
        for name, column in self._plain:
            value = raw.get(name)
            if value is not None:
                made[column] = value
        for column, make in self._made:
            value = make(self, raw)
            if value is not None:
                made[column] = value
        self._customs.put(raw.get("custom_fields"), made)
        return made

    def email(self, raw: Mapping[str, Any]) -> str | None:
        """The chosen address."""
        return chosen(raw.get("emails"), primary=self._primary)

    def phone(self, raw: Mapping[str, Any]) -> str | None:
        """The chosen number."""
        return chosen(raw.get("phones"), primary=self._primary)

    def labels(self, raw: Mapping[str, Any]) -> list[str] | None:
        """Labels instead of their ids."""
        known = self._options["label_ids"]
        return [known.get(one) or str(one) for one in raw.get("label_ids") or ()] or None

    def industry(self, raw: Mapping[str, Any]) -> str | None:
        """The industry's name."""
        value = raw.get("industry")
        return None if value is None else self._options["industry"].get(value) or str(value)

    def opt_out(self, raw: Mapping[str, Any]) -> bool | None:
        """Whether the marketing status forbids mail; None where there is none."""
        return None if raw.get(MARKETING_STATUS) is None else has_left(raw)

    def address(self, raw: Mapping[str, Any]) -> str | None:
        """The address as one text."""
        return text_of_address(raw.get("address"))


def has_left(raw: Mapping[str, Any]) -> bool:
    """Whether a person's marketing status is one that must not be mailed; a word that is not known is (a bounce, an archive)."""
    return raw.get(MARKETING_STATUS) not in (None, "no_consent", "subscribed")


_MAKERS = {
    OPT_OUT: Canonical.opt_out,
    "email": Canonical.email,
    "phone": Canonical.phone,
    "labels": Canonical.labels,
    "industry": Canonical.industry,
    "address": Canonical.address,
}
