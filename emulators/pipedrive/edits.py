"""What people do in the CRM's own screens, for the control plane: `POST /__admin/edit/pipedrive`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from emulators.pipedrive import filters, writing
from emulators.pipedrive.account import ENTITIES, Account
from emulators.pipedrive.edit_access import AccessEdits
from emulators.pipedrive.errors import Refusal
from emulators.pipedrive.fields import Field
from emulators.pipedrive.seed import settings
from emulators.pipedrive.table import Record
from emulators.pipedrive.times import parsed_v1

Operation = Mapping[str, Any]
Done = dict[str, Any]
_PLAIN = ("last_incoming_mail_time", "last_outgoing_mail_time")
_OBJECT_OF = {entity: kind for kind, entity in filters.OBJECTS.items()}


class Edits:
    """All operations, by name. Unknown ones and unknown ids raise ValueError, naming what there is."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._operations: dict[str, Callable[[Operation], Done]] = {
            "create": self.create,
            "update": self.update,
            "delete": self.delete,
            "restore": self.restore,
            "purge": self.purge,
            "merge": self.merge,
            "set_time": self.set_time,
            "touch": self.touch,
            "edit_view": self.edit_view,
            "delete_view": self.delete_view,
            "create_view": self.create_view,
            "add_field": self.add_field,
            "rename_field": self.rename_field,
            "delete_field": self.delete_field,
            "hide_module": self.hide_module,
            "limit_visibility": self.limit_visibility,
            **AccessEdits(account).operations(),
        }

    def perform(self, operation: Operation) -> Done:
        """Do one. Raises ValueError."""
        known = self._operations.get(str(operation.get("op")))
        if known is None:
            raise ValueError(f"pipedrive knows {', '.join(self._operations)}, not {operation.get('op')!r}")
        try:
            return known(operation)
        except Refusal as refusal:
            raise ValueError(refusal.error) from refusal

    # -- records

    def create(self, operation: Operation) -> Done:
        """`module`, `record` (v2 names; custom fields by key or name, options by label), `modified_time`."""
        entity, makers = self._entity(operation), {"persons": writing.person, "organizations": writing.organization, "deals": writing.deal}
        values = self._native(entity, operation["record"])
        if entity == "activities":
            values = writing.activity(self._account, values, user=values.get("owner_id", 11))
        elif entity in makers:
            values = makers[entity](self._account, values, user=values.get("owner_id", 11))
        else:
            values = {"person_id": None, "org_id": None, "deal_id": None, "lead_id": None, "pinned": [], "user_id": 11, **values}
        return {"id": str(self._account.create(entity, values, at=_second(operation))["id"])}

    def update(self, operation: Operation) -> Done:
        """`module`, `id` (or `ids`), `record`, `modified_time`."""
        entity = self._entity(operation)
        values = self._native(entity, operation["record"])
        if "name" in values and entity == "persons":
            values |= writing.names(values["name"], values)
        if entity == "activities" and "participants" in values:
            values |= writing.participants(self._account, values)
        if entity == "activities" and values.get("done"):
            values.setdefault("marked_as_done_time", int(self._account.now()))
        for record in self._records(operation):
            self._account.update(entity, record, values, at=_second(operation))
        return {"id": operation.get("id")}

    def delete(self, operation: Operation) -> Done:
        """`module`, `id` (or `ids`)."""
        for record in self._records(operation):
            self._account.delete(self._entity(operation), record, at=_second(operation))
        return {"id": operation.get("id")}

    def restore(self, operation: Operation) -> Done:
        """`module`, `id`: within thirty days."""
        entity = self._entity(operation)
        record = self._account.table(entity).get(int(operation["id"]))
        if record is None or not record["is_deleted"]:
            raise ValueError(f"{operation['id']} is not among the deleted {entity}")
        self._account.update(entity, record, {"is_deleted": False})
        return {"id": operation["id"]}

    def purge(self, operation: Operation) -> Done:
        """`module`, `id`: gone for good."""
        table = self._account.tables[self._entity(operation)]
        for record in self._records(operation, deleted_too=True):
            table.purge(record["id"])
        return {"id": operation.get("id")}

    def merge(self, operation: Operation) -> Done:
        """`module`, `id` (stays), `loser` (leaves)."""
        entity = self._entity(operation)
        stays, leaves = self._record(entity, operation["id"]), self._record(entity, operation["loser"])
        self._account.merge(entity, leaves, stays)
        return {"id": operation["id"]}

    def set_time(self, operation: Operation) -> Done:
        """`module`, `ids`, `modified_time`: a mass update, all in one second."""
        records = self._records(operation)
        for record in records:
            self._account.update(self._entity(operation), record, {}, at=_second(operation))
        return {"changed": len(records)}

    def touch(self, operation: Operation) -> Done:
        """`module`, `id`, `record`: values that change without any update_time moving (what the vendor counts by itself)."""
        entity = self._entity(operation)
        for record in self._records(operation):
            self._account.tables[entity].put({**record, **self._native(entity, operation["record"])})
        return {"id": operation.get("id")}

    # -- filters

    def create_view(self, operation: Operation) -> Done:
        """`module`, `name`, `criteria` [{field, operator, value}], all of which must hold; `private_to` a user."""
        account, entity = self._account, self._entity(operation)
        kind = next(kind for kind, name in filters.ENTITY_OF_TYPE.items() if name == entity)
        number = max((one["id"] for one in account.filters), default=0) + 1
        made = settings.filter_record(number, operation["name"], kind, all_of=self._conditions(entity, operation["criteria"]))
        private = {"visible_to": 1, "user_id": operation["private_to"]} if operation.get("private_to") else {}
        account.filters.append({**made, **private})
        return {"id": str(number)}

    def edit_view(self, operation: Operation) -> Done:
        """`module`, `view` (id or name), `criteria`."""
        record = self._filter(operation)
        conditions = self._conditions(self._entity(operation), operation["criteria"])
        record["conditions"] = settings.filter_record(0, "", "", all_of=conditions)["conditions"]
        record["update_time"] = int(self._account.now())
        return {"id": str(record["id"])}

    def delete_view(self, operation: Operation) -> Done:
        """`view` (id or name)."""
        record = self._filter(operation)
        self._account.filters.remove(record)
        return {"id": str(record["id"])}

    def _filter(self, operation: Operation) -> Record:
        wanted = str(operation.get("view") or operation.get("id"))
        found = [one for one in self._account.filters if wanted in (str(one["id"]), one["name"])]
        if not found:
            raise ValueError(f"there is no filter {wanted!r}")
        return found[0]

    def _conditions(self, entity: str, criteria: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
        conditions = []
        for one in criteria:
            about = filters.OBJECTS[one["object"]] if "object" in one else entity
            field = self._account.fields[about].find(one["field"])
            value = _option_id(field, one.get("value"))
            conditions.append(settings.condition(_OBJECT_OF[about], field, one["operator"], value))
        return conditions

    # -- fields

    def add_field(self, operation: Operation) -> Done:
        """`module`, `name`, `type`, `options` (labels)."""
        made = self._account.fields[self._entity(operation)].add(
            operation["name"], operation.get("type", "varchar"), tuple(operation.get("options", ()))
        )
        self._account.fields_changed = True
        return {"key": made.key}

    def rename_field(self, operation: Operation) -> Done:
        """`module`, `field` (key or name), `name`."""
        field = self._account.fields[self._entity(operation)].find(operation["field"])
        field.name, field.update_time = operation["name"], int(self._account.now())
        return {"key": field.key}

    def delete_field(self, operation: Operation) -> Done:
        """`module`, `field` (key or name)."""
        fields = self._account.fields[self._entity(operation)]
        key = fields.find(operation["field"]).key
        del fields.fields[key]
        self._account.fields_changed = True
        return {"key": key}

    # -- sight

    def hide_module(self, operation: Operation) -> Done:
        """`module`: everything of it is out of the sight of the token's user."""
        return self.limit_visibility({"module": operation["module"], "ids": list(self._account.tables[self._entity(operation)].ids())})

    def limit_visibility(self, operation: Operation) -> Done:
        """`module`, `ids` that the token's user no longer sees; none: sees all again."""
        hidden = self._account.hidden[self._entity(operation)]
        if "ids" not in operation:
            hidden.clear()
        hidden.update(int(one) for one in operation.get("ids", ()))
        return {"hidden": len(hidden)}

    # -- parts

    def _entity(self, operation: Operation) -> str:
        if operation.get("module") not in ENTITIES:
            raise ValueError(f"module must be one of {', '.join(ENTITIES)}, not {operation.get('module')!r}")
        return str(operation["module"])

    def _record(self, entity: str, identifier: Any) -> Record:
        record = self._account.table(entity).live(int(identifier))
        if record is None:
            raise ValueError(f"{entity} has no record {identifier}")
        return record

    def _records(self, operation: Operation, *, deleted_too: bool = False) -> list[Record]:
        entity, wanted = self._entity(operation), operation["ids"] if "ids" in operation else [operation["id"]]
        if deleted_too:
            return [record for one in wanted if (record := self._account.table(entity).get(int(one))) is not None]
        return [self._record(entity, one) for one in wanted]

    def _native(self, entity: str, record: Mapping[str, Any]) -> Record:
        """v2 names; what is no property of the entity is a custom field, by key or name."""
        fields = self._account.fields.get(entity)
        values: Record = {}
        customs: dict[str, Any] = dict(record.get("custom_fields") or {})
        for name, value in record.items():
            if name in _PLAIN and isinstance(value, str):
                values[name] = parsed_v1(value)
            elif fields is not None and _is_custom(fields.fields.values(), name):
                field = fields.find(name)
                customs[field.key] = _option_ids(field, value)
            elif name != "custom_fields":
                values[name] = writing.contacts(value) if name in ("emails", "phones") else value
        if customs and fields is not None:
            values["custom_fields"] = {fields.find(key).key: value for key, value in customs.items()}
        return values


def _is_custom(fields: Any, name: str) -> bool:
    return any(one.custom and name in (one.key, one.name) for one in fields)


def _option_id(field: Field, value: Any) -> Any:
    return next((one["id"] for one in field.options or () if one["label"] == value), value)


def _option_ids(field: Field, value: Any) -> Any:
    return [_option_id(field, one) for one in value] if isinstance(value, list) else _option_id(field, value)


def _second(operation: Operation) -> int | None:
    given = operation.get("modified_time")
    if given is None or isinstance(given, int | float):
        return None if given is None else int(given)
    moment = parsed_v1(str(given))
    if moment is None:
        raise ValueError("modified_time must be epoch seconds or an instant in UTC")
    return moment
