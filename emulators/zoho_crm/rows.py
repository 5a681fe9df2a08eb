"""The records of one module: a million of them, generated on demand from (seed, row number), with an overlay of what was edited.

A row number `n` is a record's place in the order of ids. Values are *native*: date-times are epoch seconds, lookups are ids, users are indexes,
multi-selects are tuples of text; `values` turns them into what the vendor shows.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Protocol

from emulators.people import Person, person
from emulators.zoho_crm.order import ROW_MASK, SortedKeys, pack

ID_STEP = 13
_CACHED_LISTS = 12
_WARMED = 120_000
_person = lru_cache(maxsize=1 << 18)(person)  # a second read of the same people costs nothing; some 300 MB at most


def warm(seed: int, people: int) -> None:
    """Make the people of a smaller account beforehand (some 12 µs each), so that the first read is as fast as the others."""
    for index in range(min(people, _WARMED)):
        _person(seed, index)


class Row(Protocol):
    """What a predicate or a formatter reads a record through."""

    def get(self, field: str, /) -> Any:
        """The native value, None where there is none."""


Column = Callable[["Seeded"], Any]
Computed = Callable[[Row, int], Any]


class Seeded:
    """One record that nobody has edited yet. `h` is a well-mixed number of (seed, module, n)."""

    __slots__ = ("_person", "columns", "h", "index", "n", "seed")

    def __init__(self, n: int, index: int, seed: int, columns: Mapping[str, Column]) -> None:
        self.n, self.index, self.seed, self.columns = n, index, seed, columns
        mixed = ((n + 1) * 0x9E3779B97F4A7C15 + (seed + index - n) * 0xD1B54A32D192ED03) & 0xFFFFFFFFFFFFFFFF
        mixed = (mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
        self.h = mixed ^ (mixed >> 32)
        self._person: Person | None = None

    @property
    def person(self) -> Person:
        """The person behind the record."""
        known = self._person
        if known is None:
            known = self._person = _person(self.seed, self.index)
        return known

    def get(self, field: str, /) -> Any:
        """The native value of one field."""
        column = self.columns.get(field)
        return column(self) if column else None


class Content:
    """Where values come from: the seed's columns, computed fields and the overlay. Frozen copies serve bulk jobs."""

    def __init__(self, *, seed: int, first_person: int, first_id: int, columns: Mapping[str, Column], computed: Mapping[str, Computed]) -> None:
        self.seed, self.first_person, self.first_id = seed, first_person, first_id
        self.overlay: dict[int, dict[str, Any]] = {}
        self.rounds = 0
        self.computed = computed
        self.columns: dict[str, Column] = {"id": lambda row: str(first_id + row.n * ID_STEP), **columns}
        for name, formula in computed.items():
            self.columns[name] = self._column(formula)

    def _column(self, formula: Computed) -> Column:
        return lambda row: formula(row, self.rounds)

    def row(self, n: int) -> Row:
        """One record, edited or seeded."""
        edited = self.overlay.get(n)
        return edited if edited is not None else Seeded(n, self.first_person + n, self.seed, self.columns)

    def rows(self, numbers: Iterable[int]) -> list[Row]:
        """Several records."""
        overlay, columns, seed, first = self.overlay, self.columns, self.seed, self.first_person
        if not overlay:
            return [Seeded(n, first + n, seed, columns) for n in numbers]
        return [overlay.get(n) or Seeded(n, first + n, seed, columns) for n in numbers]

    def frozen(self) -> Content:
        """The same records as they are now; later edits do not reach the copy."""
        copy = Content(seed=self.seed, first_person=self.first_person, first_id=self.first_id, columns=self.columns, computed=self.computed)
        copy.overlay = dict(self.overlay)
        copy.rounds = self.rounds
        return copy

    def compute(self, record: dict[str, Any]) -> dict[str, Any]:
        """Fill in the computed fields of an edited record (in place)."""
        for name, formula in self.computed.items():
            value = formula(record, self.rounds)
            if value is None:
                record.pop(name, None)
            else:
                record[name] = value
        return record


class Rows:
    """Content, which rows are there, and the orders they can be read in."""

    def __init__(self, content: Content, *, seeded: int, created: Callable[[int], int], modified: Callable[[int], int] | None) -> None:
        self.content = content
        self.total = seeded
        self.version = 0
        self.absent: set[int] = set()
        self.converted: set[int] = set()
        self.created = created
        self.has_modified_time = modified is not None
        self._modified = array("q", map(modified, range(seeded))) if modified else array("q")
        self._by_time = SortedKeys(pack(second, n) for n, second in enumerate(self._modified))
        self._by_value: dict[str, dict[Any, list[int]]] = {}
        self._lists: dict[Any, array[int]] = {}
        times = self._modified
        content.columns.setdefault("Created_Time", lambda row: created(row.n))
        if self.has_modified_time:
            content.columns["Modified_Time"] = lambda row: times[row.n]

    # -- identity

    def id_of(self, n: int) -> str:
        """The record id of a row number."""
        return str(self.content.first_id + n * ID_STEP)

    def number(self, record_id: Any) -> int | None:
        """The row number of an id that is or once was a record here; None for anything else."""
        try:
            n, rest = divmod(int(record_id) - self.content.first_id, ID_STEP)
        except (TypeError, ValueError):
            return None
        return n if rest == 0 and 0 <= n < self.total else None

    def modified(self, n: int) -> int:
        """Epoch seconds of the last change."""
        return self._modified[n]

    def present(self, n: int) -> bool:
        """Whether the API shows the row (converted leads count as present)."""
        return n not in self.absent

    def row(self, n: int) -> Row:
        """One record."""
        return self.content.row(n)

    # -- changes

    def materialize(self, n: int) -> dict[str, Any]:
        """A copy of all values of a row, to be changed and given back with `put`."""
        edited = self.content.overlay.get(n)
        if edited is not None:
            return dict(edited)
        row = self.content.row(n)
        return {name: value for name in self.content.columns if (value := row.get(name)) is not None}

    def put(self, n: int, record: dict[str, Any]) -> None:
        """Store a changed or a new row. `record` holds Modified_Time where the module has one."""
        if n == self.total:
            self.total += 1
            if self.has_modified_time:
                self._modified.append(record["Modified_Time"])
                self._by_time.add(pack(record["Modified_Time"], n))
        elif self.has_modified_time:
            self._by_time.discard(pack(self._modified[n], n))
            self._modified[n] = record["Modified_Time"]
            if self.present(n):
                self._by_time.add(pack(self._modified[n], n))
        record["id"] = self.id_of(n)
        self.content.overlay[n] = self.content.compute(record)
        self._note_values(n)
        self.touch()

    def hide(self, n: int) -> None:
        """Take a row out of every read: deleted, merged away, or out of the user's sight."""
        self.absent.add(n)
        if self.has_modified_time:
            self._by_time.discard(pack(self._modified[n], n))
        self.touch()

    def show(self, n: int) -> None:
        """Bring a hidden row back."""
        self.absent.discard(n)
        if self.has_modified_time:
            self._by_time.discard(pack(self._modified[n], n))
            self._by_time.add(pack(self._modified[n], n))
        self.touch()

    def touch(self) -> None:
        """Something changed: remembered lists are stale."""
        self.version += 1
        self._lists.clear()

    # -- orders

    def count(self, *, converted: str) -> int:
        """How many rows the API shows."""
        hidden_converts = len(self.converted & self.absent)
        if converted == "true":
            return len(self.converted) - hidden_converts
        everything = self.total - len(self.absent)
        return everything if converted == "both" else everything - len(self.converted) + hidden_converts

    def by_id(self, *, after: int = -1, until: int | None = None, converted: str = "false") -> Iterator[int]:
        """Row numbers in the order of ids, `after` < n < `until`."""
        absent, converts = self.absent, self.converted
        for n in range(after + 1, self.total if until is None else min(until, self.total)):
            if n not in absent and _wanted(n in converts, converted):
                yield n

    def by_time(self, *, since: int, until: int, descending: bool = False, converted: str = "false") -> Iterator[int]:
        """Row numbers by (Modified_Time, id), since ≤ Modified_Time < until."""
        walk = self._by_time.descending if descending else self._by_time.ascending
        for key in walk(pack(max(since, 0), 0), pack(until, 0)):
            n = key & ROW_MASK
            if _wanted(n in self.converted, converted):
                yield n

    def by_value(self, field: str, values: Iterable[Any]) -> list[int]:
        """Row numbers, ascending, that have or once had one of these values; the caller looks again. Text is compared folded."""
        known = self._by_value.get(field)
        if known is None:
            known = self._by_value[field] = {}
            for n in range(self.total):
                known.setdefault(folded(self.row(n).get(field)), []).append(n)
        found = {n for value in values for n in known.get(folded(value), ())}
        return sorted(n for n in found if self.present(n))

    def _note_values(self, n: int) -> None:
        for field, known in self._by_value.items():
            known.setdefault(folded(self.content.overlay[n].get(field)), []).append(n)

    def remembered(self, key: Any, build: Callable[[], Iterable[int]]) -> array[int]:
        """A list of row numbers that is built once and kept until the next change."""
        known = self._lists.get(key)
        if known is None:
            if len(self._lists) >= _CACHED_LISTS:
                self._lists.pop(next(iter(self._lists)))
            known = self._lists[key] = array("q", build())
        return known


def folded(value: Any) -> Any:
    """Text as the vendor compares it: without regard to case."""
    return value.casefold() if isinstance(value, str) else value


def _wanted(is_converted: bool, asked: str) -> bool:  # noqa: FBT001 - hot path
    return asked == "both" or is_converted == (asked == "true")
