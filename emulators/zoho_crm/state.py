"""The account's state: its modules with their records, views and deleted records. Rules of reading and writing live beside it, by subject."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from emulators.world import World
from emulators.zoho_accounts.state import ORGANISATION
from emulators.zoho_crm import people_of_account as people
from emulators.zoho_crm.criteria import Getter, Node, UnknownPath, compiled, is_relative
from emulators.zoho_crm.errors import CrmError, invalid_data, invalid_module, no_permission
from emulators.zoho_crm.fields import LOOKUP_TYPES, USER_TYPES, Field
from emulators.zoho_crm.members import Members
from emulators.zoho_crm.product import ZOHO_CRM, Product
from emulators.zoho_crm.rows import Column, Content, Row, Rows
from emulators.zoho_crm.seed import modules as seed_modules
from emulators.zoho_crm.seed import times
from emulators.zoho_crm.seed.modules import Kind
from emulators.zoho_crm.seed.table import Line, Scale
from emulators.zoho_crm.values import JOINED, Cell, Form, cell_for
from emulators.zoho_crm.views import View, seeded_views
from emulators.zoho_crm.zone import Zone

ZONE = "Europe/Berlin"
LAYOUT_ID_OFFSET = 900_000
MODIFIED = ("Modified_Time", "Updated_On")  # kept as Modified_Time; Zoho Recruit shows it by the other name
_USER_PARTS = {"id": "id", "name": "name", "full_name": "name", "email": "email", "last_name": "name", "first_name": "name"}


@dataclass(slots=True)
class Deleted:
    """A record that left. `reason` is ours, for the control plane; the API shows `kind` (recycle, permanent) alone."""

    id: str
    display_name: str | None
    at: int
    kind: str
    reason: str
    created_by: int
    deleted_by: int = 0


@dataclass(slots=True)
class Module:
    """One module of the account."""

    kind: Kind
    id: str
    fields: dict[str, Field]
    rows: Rows | None
    views: dict[str, View]
    viewable: bool
    deleted: dict[int, Deleted] = field(default_factory=dict)
    invisible: set[int] = field(default_factory=set)
    names: dict[str, str | None] = field(default_factory=dict)
    changed_at: int | None = None
    required: set[str] = field(default_factory=set)
    locked: set[int] = field(default_factory=set)

    @property
    def api_name(self) -> str:
        """The name in paths."""
        return self.kind.api_name

    def seen_fields(self) -> dict[str, Field]:
        """The fields that the token's user sees."""
        return {name: one for name, one in self.fields.items() if not one.hidden}

    def records(self) -> Rows:
        """Its rows. Raises INVALID_MODULE where the API serves none."""
        if self.rows is None:
            raise invalid_module("The given module is not supported in API")
        return self.rows


class Crm:
    """Everything the account holds."""

    def __init__(self, world: World, product: Product = ZOHO_CRM) -> None:
        self.world, self.product = world, product
        self.zone = Zone(ZONE)
        self.edition, self.licenses = "enterprise", 20
        self.zgid = ORGANISATION
        self.modules: dict[str, Module] = {}
        self.members = Members()
        self._faces = [people.face(index) for index in range(len(people.USERS))]
        scale = Scale(world.seed, world.people, product.sizes(world.people), product.first_ids())
        offset = 0
        for kind in product.kinds:
            self.modules[kind.api_name] = self._built(kind, scale, offset)
            offset += scale.sizes.get(kind.api_name, 0) if kind.api_name in product.people else 0

    def _built(self, kind: Kind, scale: Scale, first_person: int) -> Module:
        first = scale.first_ids[kind.api_name]
        lines = kind.tables(scale) if kind.tables else []
        module_id = str(first - 57)
        fields = {one.field.api_name: replace(one.field, id=str(first - 57 + 1000 + n)) for n, one in enumerate(lines)}
        rows = _rows(kind, lines, scale, first_person) if lines else None
        return Module(kind, module_id, fields, rows, seeded_views(kind.api_name, int(module_id), set(fields)), kind.viewable)

    # -- time and switches

    def now(self) -> float:
        """The vendors' clock."""
        return self.world.clock.now()

    def reading(self, switch: str) -> str:
        """The chosen reading of one of our switches."""
        return self.world.switches[f"{self.product.switches}_{switch}"]

    # -- scopes

    def scope(self, name: str) -> str:
        """One scope of the product."""
        return f"{self.product.scopes}.{name}"

    def scopes(self, module: str, operation: str) -> tuple[str, ...]:
        """Any of these grants the operation on the records of a module."""
        known = self.modules.get(module)
        group = self.product.group(module, known.kind if known else None)
        return (self.scope(f"modules.{group}.{operation}"), self.scope(f"modules.{operation}"))

    @property
    def first_people(self) -> str:
        """The first module whose records are people."""
        return next(kind.api_name for kind in self.product.kinds if kind.api_name in self.product.people)

    # -- faces

    def user(self, index: int) -> dict[str, Any]:
        """`{name, id, email}`."""
        return self._faces[index]

    def instant(self, second: int) -> str:
        """A date-time in the account's zone."""
        return self.zone.text(second)

    def display_name(self, module: str | None, record_id: str) -> str | None:
        """The name under which a record is shown in a lookup."""
        target = self._home(module, record_id)
        if target is None or target.rows is None:
            return None
        if record_id not in target.names:
            n = target.rows.number(record_id)
            target.names[record_id] = None if n is None else target.rows.row(n).get(target.kind.name_field)
        return target.names[record_id]

    def _home(self, module: str | None, record_id: str) -> Module | None:
        """The module of a looked-up record: the field's, or, where it looks into several, the one that has the id."""
        named = self.modules.get(module or "")
        if named is None or named.rows is None or named.rows.number(record_id) is not None:
            return named
        return next((one for one in self.modules.values() if one.rows is not None and one.rows.number(record_id) is not None), named)

    def layout(self, form: Form) -> Any:
        """The standard layout."""
        layout_id = str(seed_modules.FIRST_ID + LAYOUT_ID_OFFSET)
        if form == "csv":
            return layout_id
        return {"id": layout_id} if form == "coql" else {"name": "Standard", "display_label": "Standard", "id": layout_id}

    def separator(self) -> str:
        """What joins multi-select values in a CSV cell."""
        return JOINED[self.reading("bulk_multiselect_separator")]

    # -- modules

    def module(self, api_name: str) -> Module:
        """A module that records can be read from. Raises INVALID_MODULE or NO_PERMISSION."""
        module = self.modules.get(api_name)
        if module is None or not module.kind.api_supported:
            raise invalid_module()
        if not module.viewable:
            raise no_permission(f"Crm_Implied_View_{api_name}")
        return module

    def names(self, module: Module) -> ModuleNames:
        """What compiling criteria needs."""
        return ModuleNames(self, module)

    def cells(self, module: Module, paths: list[str], form: Form) -> list[Cell]:
        """The plan for showing these fields. Raises UnknownPath."""
        names = self.names(module)
        columns = module.records().content.columns
        cells = []
        for path in paths:
            read, one = names.resolve(path)
            fast: Column | None = read if "." in path else columns.get(path)
            cells.append(cell_for(one, form, self, read=read, column=fast, name=path))
        return cells

    def view(self, module: Module, view_id: str) -> View:
        """A custom view by id. Raises INVALID_DATA."""
        view = module.views.get(view_id)
        if view is None:
            raise invalid_data("the id given seems to be invalid", param_name="cvid")
        return view

    def of_view(self, module: Module, view: View) -> array[int]:
        """The row numbers of a view, ascending; converted leads only where the view is about them."""
        converted = "true" if view.system_name == "CONVERTEDVIEWS" else "false"
        return self.matching(module, view.criteria, key=("view", view.id, view.version), converted=converted)

    def matching(self, module: Module, node: Node | None, *, key: Any, converted: str = "false") -> array[int]:
        """The row numbers that satisfy a tree, ascending; remembered until something changes (or, for relative dates, a minute passes)."""
        rows = module.records()
        at = int(self.now()) // 60 if node is not None and is_relative(node) else 0
        return rows.remembered((key, converted, at, self.reading("empty_is_not_equal")), lambda: self._scan(module, node, converted))

    def _scan(self, module: Module, node: Node | None, converted: str) -> list[int]:
        rows = module.records()
        if node is None:
            return list(rows.by_id(converted=converted))
        holds = compiled(node, ModuleNames(self, module, hidden_too=True))  # a view may test what its reader does not see
        return [n for n in rows.by_id(converted=converted) if holds(rows.row(n))]


class ModuleNames:
    """Resolves field paths of one module; implements `criteria.Names`."""

    def __init__(self, crm: Crm, module: Module, *, hidden_too: bool = False) -> None:
        self._crm, self._module, self._hidden_too = crm, module, hidden_too

    def resolve(self, path: str) -> tuple[Getter, Field]:
        """How to read `Field`, `Lookup.Field` or `Owner.email`. Raises UnknownPath."""
        head, _, rest = path.partition(".")
        one = self._module.fields.get(head)
        if one is None or (one.hidden and not self._hidden_too):
            raise UnknownPath(path)
        if not rest:
            return (lambda row: row.get(head)), one
        if one.value_type in USER_TYPES:
            return self._of_user(head, rest, path)
        if one.value_type in LOOKUP_TYPES and one.lookup:
            return self._of_lookup(head, one.lookup, rest, path)
        raise UnknownPath(path)

    def _of_user(self, head: str, part: str, path: str) -> tuple[Getter, Field]:
        if part not in _USER_PARTS:
            raise UnknownPath(path)

        def read(row: Row) -> Any:
            index = row.get(head)
            if index is None:
                return None
            value = self._crm.user(index)[_USER_PARTS[part]]
            return {"last_name": value.split()[-1], "first_name": value.split()[0]}.get(part, value)

        return read, Field(path, "text", path)

    def _of_lookup(self, head: str, target_name: str, rest: str, path: str) -> tuple[Getter, Field]:
        target = self._crm.modules.get(target_name)
        if target is None or target.rows is None:
            raise UnknownPath(path)
        inner, one = ModuleNames(self._crm, target).resolve(rest)
        rows = target.rows

        def read(row: Row) -> Any:
            record_id = row.get(head)
            n = rows.number(record_id) if record_id is not None else None
            return None if n is None else inner(rows.row(n))

        return read, one

    def user_index(self, user_id: str) -> int:
        """Native form of a user's id."""
        return next((index for index in range(len(people.USERS)) if people.user_id(index) == user_id), -1)

    def now(self) -> float:
        """The vendors' clock."""
        return self._crm.now()

    def today(self, days: int) -> str:
        """The account's date, so many days from now."""
        return self._crm.zone.day(self._crm.now() + days * 86_400)

    def empty_is_not_equal(self) -> bool:
        """The reading for empty values."""
        return self._crm.reading("empty_is_not_equal") == "yes"


def _rows(kind: Kind, lines: list[Line], scale: Scale, first_person: int) -> Rows:
    columns: dict[str, Column] = {one.field.api_name: one.column for one in lines if one.column}
    computed = {one.field.api_name: one.computed for one in lines if one.computed}
    content = Content(seed=scale.seed, first_person=first_person, first_id=scale.first_ids[kind.api_name], columns=columns, computed=computed)
    size = scale.sizes[kind.api_name]
    has_modified = any(one.field.api_name in MODIFIED for one in lines)
    modified: Callable[[int], int] | None = times.modified(scale.seed + len(kind.api_name), size) if has_modified else None
    return Rows(content, seeded=size, created=times.created(size), modified=modified)


def unknown_field(error: UnknownPath) -> CrmError:
    """The refusal of an unknown field name."""
    return invalid_data("invalid data", api_name=error.path)
