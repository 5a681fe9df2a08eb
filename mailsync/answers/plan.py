"""What the answer rules are told: a response to a survey, and what is to be written of it. Frozen, checked before, free of any vendor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

COMPLETED = "COMPLETED"
COLUMNS = (
    "survey_name",
    "response_id",
    "status",
    "collector_name",
    "started_at",
    "ended_at",
    "time_taken",
    "email",
)
"""Columns of a response that may be mapped beside its answers."""

Answer = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SurveyResponse:
    """One response to a survey, as a version of it was told.

    `columns` holds those of COLUMNS that have a value. `ended_at`: epoch seconds, 0 where it is not told. `record` and `module`: the CRM record whose
    link was answered. `address` is raw text. `answers`: question → what was answered, several choices as a tuple. `taken_back`: the source takes it
    back; nothing follows, since nothing that was written back is taken away.
    """

    stream: str
    survey: str
    response: str
    version: int
    ended_at: float = 0.0
    record: str = ""
    module: str = ""
    address: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    taken_back: bool = False

    @property
    def name(self) -> str:
        """What the survey is called."""
        return self.columns.get("survey_name", "")

    @property
    def is_complete(self) -> bool:
        """Whether the respondent came to the end."""
        return self.columns.get("status", "").upper() == COMPLETED


class Holds(StrEnum):
    """What a field of the CRM can hold, as far as an answer must be converted to it."""

    TEXT = "text"
    WHOLE_NUMBER = "whole number"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    FLAG = "yes or no"
    CHOICE = "choice"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True)
class Target:
    """A field of the CRM under the name that writes take. `choices`: what may stand in it, empty for anything."""

    field: str
    holds: Holds
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapped:
    """One field and what fills it: a question's answer, a column of the response, or always the same value."""

    target: Target
    question: str = ""
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class RowPlan:
    """A custom module with one row for each response. `key_field` holds our mark; `person_fields`: module of people → the field that looks it up."""

    module: str
    key_field: str
    person_fields: Mapping[str, str]
    fields: tuple[Mapped, ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """What is written of one survey, known by id or by name.

    `fields`: module of people → its fields. `note`: the title of a note, "" for none; it may hold `{survey}`.
    """

    wanted: str
    writes: bool = True
    partial: bool = False
    fields: Mapping[str, tuple[Mapped, ...]] = field(default_factory=dict)
    note: str = ""
    row: RowPlan | None = None


def survey_of(surveys: tuple[Survey, ...], survey: str, name: str) -> Survey | None:
    """The one that is meant: by id first, then by name without regard to case."""
    by_id = next((one for one in surveys if one.wanted == survey), None)
    return by_id or next((one for one in surveys if one.wanted.casefold() == name.casefold()), None)
