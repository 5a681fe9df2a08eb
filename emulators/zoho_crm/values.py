"""How a record's native values are shown: in list reads, single reads, COQL answers and bulk CSV (docs/systems/zoho_crm.md#values).

A plan is made once a request: for each asked field a reader and a formatter. Formatting touches only the asked fields.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from emulators.zoho_crm.fields import LOOKUP_TYPES, RICH_LIST_CUT, SINGLE_READ_ONLY, USER_TYPES, Field
from emulators.zoho_crm.rows import Column, Content, Seeded

Form = Literal["list", "single", "coql", "csv"]
Show = Callable[[Any], Any]
JOINED = {"comma": ",", "semicolon": ";"}


_CHUNK = 2000


class Cell(NamedTuple):
    """One asked field: the name in the answer, how to read it from a seeded row (None: it has no value there) and from any row, how to show it,
    what stands for nothing.
    """

    name: str
    column: Column | None
    read: Callable[[Any], Any]
    show: Show | None
    nothing: Any


class Faces(Protocol):
    """What showing needs to know about the account; the state is it."""

    def user(self, index: int) -> dict[str, Any]:
        """`{id, name, email}`."""

    def instant(self, second: int) -> str:
        """A date-time with the account zone's offset."""

    def display_name(self, module: str | None, record_id: str) -> str | None:
        """The name under which a record is shown in a lookup."""

    def layout(self, form: Form) -> Any:
        """The one layout, as an object or as an id."""

    def separator(self) -> str:
        """What joins multi-select values in a CSV cell."""


def show_for(field: Field, form: Form, faces: Faces) -> Show | None:
    """The formatter of one field in one form; None where the native value is shown as it is."""
    if form == "csv":
        return _csv_show(field, faces)
    kind = field.value_type
    if field.api_name == "Tag":
        return _tags
    if kind in USER_TYPES | LOOKUP_TYPES:
        return _pointer(field, form, faces)
    if field.rich and form == "list":
        return lambda text: text[:RICH_LIST_CUT]
    return {"layout": lambda _: faces.layout(form), "datetime": faces.instant, **_SHOWN}.get(kind) or _linked(field, faces)


def _pointer(field: Field, form: Form, faces: Faces) -> Show:
    """Users and lookups: with their names, or as bare ids in COQL."""
    if field.value_type in USER_TYPES:
        return (lambda index: {"id": faces.user(index)["id"]}) if form == "coql" else faces.user
    return (lambda record: {"id": record}) if form == "coql" else _lookup(field, faces)


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
    if field.api_name == "Tag":
        return ",".join
    if field.value_type in USER_TYPES:
        return lambda index: faces.user(index)["id"]
    by_kind: dict[str, Show] = {
        "datetime": faces.instant,
        "boolean": lambda value: "true" if value else "false",
        "multiselectpicklist": faces.separator().join,
        "territories": ",".join,
        "layout": lambda _: faces.layout("csv"),
        **dict.fromkeys(("double", "percent", "currency"), plain_number),
    }
    return by_kind.get(field.value_type)


def cell_for(field: Field, form: Form, faces: Faces, *, read: Callable[[Any], Any], column: Column | None, name: str = "") -> Cell:
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
    names = [cell.name for cell in cells]
    return [dict(zip(names, values, strict=True)) for values in _shown(content, numbers, cells)]


def table(content: Content, numbers: array[int], cells: Sequence[Cell]) -> Iterator[tuple[Any, ...]]:
    """The rows of a CSV file, made some thousand at a time."""
    for at in range(0, len(numbers), _CHUNK):
        yield from _shown(content, numbers[at : at + _CHUNK], cells)


def _shown(content: Content, numbers: Iterable[int], cells: Sequence[Cell]) -> Iterable[tuple[Any, ...]]:
    """Column by column, which is twice as fast as row by row: most of the work happens in list comprehensions of one formatter each."""
    rows = content.rows(numbers)
    all_seeded = all(type(row) is Seeded for row in rows)
    return zip(*(_column(cell, rows, all_seeded=all_seeded) for cell in cells), strict=True)


def _column(cell: Cell, rows: list[Any], *, all_seeded: bool) -> list[Any]:
    _, column, read, show, nothing = cell
    if all_seeded and column is None:
        return [nothing] * len(rows)
    reader = column if all_seeded else read
    assert reader is not None  # noqa: S101 - every cell can be read
    if show is None:
        return [nothing if (value := reader(row)) is None else value for row in rows]
    return [nothing if (value := reader(row)) is None else show(value) for row in rows]
