"""How a record's native values are shown: in list reads, single reads, COQL answers and bulk CSV (docs/systems/zoho_crm.md#values).

A plan is made once a request: for each asked field a reader and a formatter. Formatting touches only the asked fields.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple

from emulators.zoho_crm.fields import LOOKUP_TYPES, RICH_LIST_CUT, SINGLE_READ_ONLY, USER_TYPES, Field
from emulators.zoho_crm.rows import Column, Content, Seeded

Form = Literal["list", "single", "coql", "csv"]
Show = Callable[[Any], Any]
JOINED = {"comma": ",", "semicolon": ";"}


class Cell(NamedTuple):
    """One asked field: the name in the answer, how to read it from a seeded row and from any row, how to show it, what stands for nothing."""

    name: str
    column: Column
    read: Callable[[Any], Any]
    show: Show | None
    nothing: Any


class Faces:
    """What showing needs to know about the account; the state implements it."""

    def user(self, index: int) -> dict[str, Any]:
        """`{id, name, email}`."""
        raise LookupError

    def instant(self, second: int) -> str:
        """A date-time with the account zone's offset."""
        raise LookupError

    def display_name(self, module: str | None, record_id: str) -> str | None:
        """The name under which a record is shown in a lookup."""
        raise LookupError

    def layout(self, form: Form) -> Any:
        """The one layout, as an object or as an id."""
        raise LookupError

    def separator(self) -> str:
        """What joins multi-select values in a CSV cell."""
        raise LookupError


def show_for(field: Field, form: Form, faces: Faces) -> Show | None:
    """The formatter of one field in one form; None where the native value is shown as it is."""
    if form == "csv":
        return _csv_show(field, faces)
    kind = field.value_type
    if field.api_name == "Tag":
        return _tags
    if kind in USER_TYPES:
        return (lambda index: {"id": faces.user(index)["id"]}) if form == "coql" else faces.user
    if kind in LOOKUP_TYPES:
        return (lambda record: {"id": record}) if form == "coql" else _lookup(field, faces)
    if kind == "layout":
        return lambda _: faces.layout(form)
    if field.rich and form == "list":
        return lambda text: text[:RICH_LIST_CUT]
    if kind == "datetime":
        return faces.instant
    return _SHOWN.get(kind) or _linked(field, faces)


def _lookup(field: Field, faces: Faces) -> Show:
    return lambda record: {"name": faces.display_name(field.lookup, record), "id": record}


def _linked(field: Field, faces: Faces) -> Show | None:
    """Rows of linking and subform modules, which only a single read shows."""
    if field.data_type == "multiselectlookup":
        return lambda ids: [{"id": f"{one}9", field.api_name: {"name": faces.display_name(field.lookup, one), "id": one}} for one in ids]
    if field.data_type == "multiuserlookup":
        return lambda users: [{"id": f"{number}", field.api_name: faces.user(user)} for number, user in enumerate(users, start=1)]
    return None


def plain_number(value: float) -> float | int:
    """Whole numbers come without a fraction."""
    return int(value) if value == int(value) else value


def _tags(names: Sequence[str]) -> list[dict[str, Any]]:
    return [{"name": name, "id": f"5729{sum(name.encode()):06d}", "color_code": None} for name in names]


def _files(files: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"File_Id__s": f"f{file['size']:x}", "File_Name__s": file["name"], "Size__s": file["size"], "Attachment_Id__s": None} for file in files]


_SHOWN: dict[str, Show] = {
    "double": plain_number,
    "percent": plain_number,
    "currency": plain_number,
    "bigint": str,
    "multiselectpicklist": list,
    "fileupload": _files,
    "imageupload": _files,
    "subform": list,
    "territories": lambda names: [{"id": "5728000001", "Name": name} for name in names],
}


def _csv_show(field: Field, faces: Faces) -> Show | None:
    kind = field.value_type
    if kind in USER_TYPES:
        return lambda index: faces.user(index)["id"]
    if kind == "datetime":
        return faces.instant
    if kind == "boolean":
        return lambda value: "true" if value else "false"
    if field.api_name == "Tag":
        return ",".join
    if kind == "multiselectpicklist":
        return faces.separator().join
    if kind == "territories":
        return ",".join
    if kind == "layout":
        return lambda _: faces.layout("csv")
    if kind in {"double", "percent", "currency"}:
        return plain_number
    return None


def cell_for(field: Field, form: Form, faces: Faces, *, read: Callable[[Any], Any], column: Column, name: str = "") -> Cell:
    """One asked field."""
    nothing: Any = None
    if field.value_type == "boolean":
        nothing = "false" if form == "csv" else False
    elif form == "csv":
        nothing = ""
    elif field.api_name == "Tag" and form != "coql":
        nothing = []
    return Cell(name or field.api_name, column, read, show_for(field, form, faces), nothing)


def in_lists(field: Field) -> bool:
    """Whether list reads show the field at all."""
    return field.data_type not in SINGLE_READ_ONLY


def records(content: Content, numbers: Iterable[int], cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """The shown records of these row numbers."""
    overlay, columns, seed, first = content.overlay, content.columns, content.seed, content.first_person
    shown = []
    for n in numbers:
        edited = overlay.get(n)
        if edited is None:
            row = Seeded(n, first + n, seed, columns)
            shown.append(
                {
                    name: nothing if (value := column(row)) is None else value if show is None else show(value)
                    for name, column, _, show, nothing in cells
                }
            )
        else:
            shown.append(
                {
                    name: nothing if (value := read(edited)) is None else value if show is None else show(value)
                    for name, _, read, show, nothing in cells
                }
            )
    return shown


def table(content: Content, numbers: array[int], cells: Sequence[Cell]) -> Iterable[list[Any]]:
    """The rows of a CSV file, one at a time."""
    overlay, columns, seed, first = content.overlay, content.columns, content.seed, content.first_person
    for n in numbers:
        edited = overlay.get(n)
        if edited is None:
            row = Seeded(n, first + n, seed, columns)
            yield [nothing if (value := column(row)) is None else value if show is None else show(value) for _, column, _, show, nothing in cells]
        else:
            yield [nothing if (value := read(edited)) is None else value if show is None else show(value) for _, _, read, show, nothing in cells]
