"""The option `surveys`: its form, and what is parsed of it. Everything that can be known without a network is checked here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsync.airbyte.form_parts import flag, ordered, text
from mailsync.airbyte.options import Options, Problems
from mailsync.answers.plan import COLUMNS

TITLE = "{survey}"


@dataclass(frozen=True, slots=True)
class FieldOptions:
    """One field and what fills it. `path` is how messages call the entry; `module` "" for every module of people."""

    path: str
    field: str
    module: str = ""
    question: str = ""
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class RowOptions:
    """One row for each response."""

    path: str
    module: str
    key_field: str
    person_fields: Mapping[str, str]
    fields: tuple[FieldOptions, ...] = ()


@dataclass(frozen=True, slots=True)
class SurveyOptions:
    """One survey. `note`: its title, "" for none."""

    path: str
    survey: str
    writes: bool = True
    partial: bool = False
    fields: tuple[FieldOptions, ...] = ()
    note: str = ""
    rows: RowOptions | None = field(default=None)


def survey_form() -> dict[str, Any]:
    """The JSON Schema of the option."""
    return {
        "type": "array",
        "title": "Surveys",
        "description": "What is written of the answers to each survey. Answers to surveys that are not named here are left alone.",
        "items": _object("Survey", "One survey.", _survey(), required=("survey",)),
    }


def _object(title: str, description: str, properties: dict[str, dict[str, Any]], *, required: tuple[str, ...] = ()) -> dict[str, Any]:
    needed = {"required": list(required)} if required else {}
    return {"type": "object", "title": title, "description": description, **needed, "properties": ordered(properties)}


def _list(title: str, description: str, item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "title": title, "description": description, "items": item}


def _survey() -> dict[str, dict[str, Any]]:
    module = {"module": text("Module", "Of people, by API name. Empty: every module of people.", examples=["Leads"])}
    return {
        "survey": text("Survey", "By id or name.", examples=["Customer satisfaction"]),
        "write": flag("Write", "Off: nothing more is written of it, and what was written stays.", default=True),
        "partial": flag("Partial responses too", "Also what was answered by respondents who have not come to the end."),
        "fields": _list(
            "Fields", "Which answer goes into which field of the person.", _object("Field", "One field.", _field() | module, required=("field",))
        ),
        "note": flag("Note", "One note under the person for each response, written anew when the response is edited."),
        "note_title": text("Title of the note", "May hold {survey}. Default: the survey's name."),
        "rows": _object("Rows", "One row of a custom module for each response, linked to the person.", _rows()),
    }


def _field() -> dict[str, dict[str, Any]]:
    return {
        "question": text("Question", "As the survey words it.", examples=["How satisfied are you?"]),
        "column": {"type": "string", "title": "Column", "description": "Instead of a question: something about the response.", "enum": list(COLUMNS)},
        "field": text("Field", "Of the CRM, by API name."),
    }


def _rows() -> dict[str, dict[str, Any]]:
    value = {"value": text("Value", "Instead of a question: the same for every row.")}
    lookup = {"module": text("Module", "Of people, by API name."), "field": text("Field", "The field that looks them up.")}
    return {
        "module": text("Module", "Its API name.", examples=["Survey_Answers"]),
        "key_field": text("Key field", "A text field for the mark by which a row is found again; best one that allows no duplicate values."),
        "person_fields": _list("Person fields", "For each module of people, the field that looks the person up.", _object("Field", "One.", lookup)),
        "fields": _list("Fields", "Which answer goes into which field.", _object("Field", "One field.", _field() | value, required=("field",))),
    }


def parse_surveys(options: Options, problems: Problems) -> tuple[SurveyOptions, ...]:
    """All of them; problems name what is wrong."""
    surveys = tuple(_parsed(one, problems) for one in options.objects("surveys"))
    names = [one.survey.casefold() for one in surveys]
    for name in sorted({one.survey for one in surveys if names.count(one.survey.casefold()) > 1}):
        problems.add(f"surveys: the survey {name!r} is named twice.")
    return surveys


def _parsed(options: Options, problems: Problems) -> SurveyOptions:
    options.known(_survey(), refused={})
    path = options.named("survey").removesuffix(".survey")
    note, title = options.flag("note"), options.text("note_title")
    if title and not note:
        problems.add(f"{path}.note_title is given, and note is off.")
    survey = SurveyOptions(
        path=path,
        survey=options.text("survey", required=True),
        writes=options.flag("write", default=True),
        partial=options.flag("partial"),
        fields=tuple(_parsed_field(one, problems, ("module",)) for one in options.objects("fields")),
        note=(title or TITLE) if note else "",
        rows=_parsed_rows(options.optional("rows"), problems),
    )
    if survey.writes and not survey.fields and not survey.note and survey.rows is None:
        problems.add(f"{path} says nothing that is written of it. Give fields, note or rows; or set write to false.")
    return survey


def _parsed_field(options: Options, problems: Problems, more: tuple[str, ...]) -> FieldOptions:
    options.known(("question", "column", "field", *more), refused={})
    path = options.named("field").removesuffix(".field")
    given = {name: options.text(name) for name in ("question", "column", "value") if name in ("question", "column", *more)}
    if sum(bool(value) for value in given.values()) != 1:
        problems.add(f"{path} must say one of {', '.join(given)}: what fills the field?")
    if given["column"] and given["column"] not in COLUMNS:
        problems.add(f"{path}.column is {given['column'][:40]!r}. Accepted: {', '.join(COLUMNS)}.")
    module = options.text("module") if "module" in more else ""
    return FieldOptions(path, options.text("field", required=True), module, **given)


def _parsed_rows(options: Options, problems: Problems) -> RowOptions | None:
    options.known(_rows(), refused={})
    if not options.raw():
        return None
    people: dict[str, str] = {}
    for one in options.objects("person_fields"):
        one.known(("module", "field"), refused={})
        people[one.text("module", required=True)] = one.text("field", required=True)
    if not people:
        problems.add(f"{options.named('person_fields')} is missing or empty: which field links a row to the person?")
    return RowOptions(
        path=options.named("module").removesuffix(".module"),
        module=options.text("module", required=True),
        key_field=options.text("key_field", required=True),
        person_fields=people,
        fields=tuple(_parsed_field(one, problems, ("value",)) for one in options.objects("fields")),
    )
