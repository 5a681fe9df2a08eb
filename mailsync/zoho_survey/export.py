"""An exported report: CSV as the vendor writes it, or as a person's spreadsheet saved it (docs/systems/zoho_survey.md#export).

Read row by row: memory does not depend on the file. A byte order mark, quoted line breaks, a title above the header, a second header row with the
options of a question, repeated headers, and responses of several rows are all understood.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Self

from mailsync.errors import ConfigError
from mailsync.zoho_survey.responses import Question, SurveyReading, SurveyResponse, Value

LONGEST_CELL = 10_000_000
SHOWN_NAMES = 12
LOOKED_AT = 5
_NAME = re.compile(r"[^@\d]*[^\W\d][^@\d]*")  # neither an address nor a number


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is written. `header_row` counts from 1; 0: it is looked for in the first rows."""

    header_row: int = 0
    encoding: str = "utf-8"
    delimiter: str = ","


class ExportFile:
    """One file, within a `with` block. `without_id` counts rows that could not be told apart."""

    def __init__(self, stream: IO[bytes], form: Form, reading: SurveyReading, *, named: str) -> None:
        """`named` is what messages call the file. Raises ConfigError where the header is not what it should be."""
        csv.field_size_limit(LONGEST_CELL)
        self._reading = reading
        self._named = named
        self.without_id = 0
        encoding = "utf-8-sig" if form.encoding.lower().replace("_", "-") in ("utf-8", "utf8") else form.encoding
        self._text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        self._rows = self._decoded(csv.reader(self._text, delimiter=form.delimiter), form)
        self._options: list[str] = []
        self._groups: list[tuple[str, list[int]]] = []
        try:
            self._names = self._header(form)
            self._id_place = next(place for place, name in enumerate(self._names) if reading.role(name) == "response_id")
            self._first = self._second_row()
        except BaseException:
            self._text.detach()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """The stream stays its owner's."""
        self._text.detach()

    def responses(self) -> Iterator[SurveyResponse]:
        """One for each response, rows of the same response that follow each other as one. Raises ConfigError."""
        pending: list[tuple[str, Value]] = []
        pending_id = ""
        for row in self._data():
            response_id = self._id(row)
            if not response_id:
                self.without_id += any(cell.strip() for cell in row)
                continue
            if response_id != pending_id and pending:
                yield from self._one(pending)
                pending = []
            pending_id = response_id
            pending += self._values(row)
        yield from self._one(pending)

    def _one(self, values: list[tuple[str, Value]]) -> Iterator[SurveyResponse]:
        made = self._reading.response(values) if values else None
        if made is not None:
            yield made

    def _decoded(self, rows: Iterator[list[str]], form: Form) -> Iterator[list[str]]:
        try:
            yield from rows
        except UnicodeDecodeError:
            raise ConfigError(f"{self._named} is not written in {form.encoding}: set encoding, e.g. to cp1252 or utf-16.") from None
        except csv.Error as error:
            raise ConfigError(f"{self._named} cannot be read as CSV ({error}). Is it another kind of file?") from None

    def _header(self, form: Form) -> list[str]:
        """The row that has the response's id."""
        passed = []
        for _ in range(form.header_row or LOOKED_AT):
            names = [name.strip() for name in next(self._rows, [])]
            passed.append(names)
            if "response_id" in map(self._reading.role, names) and len(passed) >= form.header_row:
                return names
        raise ConfigError(
            f"{self._named} has no column Response ID in {_looked_at(form, passed)}. Set header_row, delimiter, or columns.response_id."
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """The header, names that stand there several times once."""
        return tuple(name for name, _ in self._groups)

    def _second_row(self) -> list[str] | None:
        """The row after the header: options of the questions above them where it has no response id, else the first response."""
        row = next(self._rows, None)
        is_options = row is not None and not self._id(row) and any(cell.strip() for cell in row)
        if is_options and row is not None:
            self._options = [cell.strip() for cell in row]
            for place in range(1, len(self._names)):
                self._names[place] = self._names[place] or self._names[place - 1]
        places: dict[str, list[int]] = {}
        for place, name in enumerate(self._names):
            places.setdefault(name, []).append(place)
        self._groups = list(places.items())
        return None if is_options else row

    def _data(self) -> Iterator[list[str]]:
        if self._first is not None:
            yield self._first
        yield from self._rows

    def _id(self, row: Sequence[str]) -> str:
        return row[self._id_place].strip() if self._id_place < len(row) else ""

    def _values(self, row: Sequence[str]) -> Iterator[tuple[str, Value]]:
        """Cells by column; columns of one name are one list, without the empty ones."""
        width = len(row)
        for name, places in self._groups:
            if len(places) == 1 and not self._options:
                if places[0] < width:
                    yield name, row[places[0]]
                continue
            cells = [(place, row[place]) for place in places if place < width]
            if len(places) == 1 and not self._option(places[0]):
                yield name, cells[0][1] if cells else ""
            elif isinstance(self._reading.role(name), Question):
                yield from self._of_options(name, cells)
            else:
                yield name, next((cell for _, cell in cells if cell.strip()), "")

    def _of_options(self, name: str, cells: Sequence[tuple[int, str]]) -> Iterator[tuple[str, Value]]:
        """A cell that repeats its option chose it; any other one is the answer to a row of a matrix, which the option names."""
        chosen: list[str] = []
        for place, cell in cells:
            option = self._option(place)
            if not option or cell.strip() == option:
                chosen.append(cell)
            elif cell.strip():
                yield f"{name} - {option}", cell
        yield name, chosen

    def _option(self, place: int) -> str:
        return self._options[place] if place < len(self._options) else ""


def _looked_at(form: Form, rows: Sequence[Sequence[str]]) -> str:
    """Where the header was looked for, and what stands there, as far as it can be told that it is no answer of a person."""
    if form.header_row:
        return f"row {form.header_row}, which has {len(rows[-1])} columns"
    names = [name[:40] if _NAME.fullmatch(name) else "…" for name in max(rows, key=len)[:SHOWN_NAMES]]
    return f"its first {LOOKED_AT} rows; the widest says: {', '.join(names) or 'nothing'}"
