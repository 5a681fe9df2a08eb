"""The company's account: its entities, settings and users, and what a change of a record does. Knows nothing of HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from emulators.pipedrive.fields import FieldSet
from emulators.pipedrive.limits import Limits
from emulators.pipedrive.oauth import OAuth
from emulators.pipedrive.seed import definitions, settings
from emulators.pipedrive.seed.people import Seed
from emulators.pipedrive.table import Record, Table
from emulators.world import World

ENTITIES = ("persons", "organizations", "deals", "activities", "notes", "leads")
ADMIN, COLLEAGUE = 11, 12
API_TOKEN = "fa4e" * 10
API_TOKEN_OF_COLLEAGUE = "c0de" * 10
COMPANY = {"id": 7001, "name": "Emulated Company", "domain": "emulated", "country": "EE"}
# A change of any of these alone moves update_time or not, by a switch.
_QUIET = {
    "last_incoming_mail_time": "mail_touches_person",
    "last_outgoing_mail_time": "mail_touches_person",
    "marketing_status": "marketing_touches_person",
}
SEARCH_DELAY_S = 11.0


@dataclass(slots=True)
class Token:
    """What a credential stands for. `scopes` None: an API token, which may do what its user may."""

    value: str
    user: int
    scopes: frozenset[str] | None

    @property
    def oauth(self) -> bool:
        """Whether it came by OAuth."""
        return self.scopes is not None


class Account:
    """Everything the company has."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.campaigns, self.contact_sync = False, False
        self.fields: dict[str, FieldSet] = {
            "persons": definitions.person_fields(campaigns=False),
            "organizations": definitions.organization_fields(),
            "deals": definitions.deal_fields(),
            "activities": definitions.activity_fields(),
        }
        self.fields_changed = False
        seed = Seed(world.seed, world.people, self.fields["persons"], self.fields["organizations"], self.fields["deals"])
        self.tables = {name: Table(seed.sizes[name], seed.maker(name)) for name in ENTITIES}
        self.users = settings.users()
        self.pipelines, self.stages = settings.pipelines(), settings.stages()
        self.activity_types = settings.activity_types()
        self.lead_labels = settings.lead_labels()
        self.filters = settings.filters(self.fields)
        self.hidden: dict[str, set[int]] = {name: set() for name in ENTITIES}
        self.limits = Limits(world)
        self.oauth = OAuth(world, ADMIN)
        self.api_tokens = {API_TOKEN: ADMIN, API_TOKEN_OF_COLLEAGUE: COLLEAGUE}
        self.merged: dict[str, dict[int, int]] = {"persons": {}, "organizations": {}}
        self.found: dict[int, list[tuple[float, Record | None]]] = {}
        self._by_address: dict[str, set[int]] | None = None

    # -- time, switches, access

    def now(self) -> float:
        """The vendors' clock."""
        return self.world.clock.now()

    def reading(self, switch: str) -> str:
        """The chosen reading of one of our switches."""
        return self.world.switches[f"pipedrive_{switch}"]

    def token(self, header: str | None, query: str | None, bearer: str | None) -> Token | None:
        """The credential of a call, None where it is none that works."""
        if bearer:
            access = self.oauth.check(bearer)
            return Token(bearer, access.user, access.scopes) if access else None
        value = header or query or ""
        user = self.api_tokens.get(value)
        return None if user is None else Token(value, user, None)

    def user(self, identifier: int) -> Record | None:
        """A user by id."""
        return next((one for one in self.users if one["id"] == identifier), None)

    def is_admin(self, user: int) -> bool:
        """Whether the user administers the account."""
        known = self.user(user)
        return known is not None and any(entry["app"] == "global" and entry["admin"] for entry in known["access"])

    def sees(self, entity: str, record: Record, user: int) -> bool:
        """Whether a user may see a record: not hidden, and not another's private one."""
        if record["id"] in self.hidden[entity]:
            return False
        return record.get("visible_to", 3) != 1 or record.get("owner_id") == user or self.is_admin(user)

    # -- records

    def table(self, entity: str) -> Table:
        """A table, without what was deleted too long ago."""
        table = self.tables[entity]
        table.expire(self.now())
        return table

    def create(self, entity: str, values: Record, *, at: int | None = None) -> Record:
        """A new record with these native values."""
        second = int(self.now()) if at is None else at
        record = self.tables[entity].add({"add_time": second, "update_time": second, "is_deleted": False, **values})
        self.remember(entity, record)
        self._after_activity(entity, record)
        return record

    def update(self, entity: str, record: Record, changes: Record, *, at: int | None = None) -> Record:
        """A record with changes; returns it as it is now."""
        quiet = bool(changes) and all(name in _QUIET and self.reading(_QUIET[name]) == "no" for name in changes)
        customs = {**(record.get("custom_fields") or {}), **(changes.get("custom_fields") or {})}
        changed = {**record, **changes, **({"custom_fields": customs} if "custom_fields" in record else {})}
        if not quiet:
            changed["update_time"] = int(self.now()) if at is None else at
        self.tables[entity].put(changed)
        self.remember(entity, changed)
        self._after_activity(entity, changed)
        return changed

    def delete(self, entity: str, record: Record, *, at: int | None = None) -> None:
        """Into the thirty days; the time of deletion is the record's update_time."""
        self.update(entity, record, {"is_deleted": True}, at=at)
        if entity == "organizations" and self.reading("organization_deleted") == "unlinked":
            persons = self.tables["persons"]
            for person in list(persons.records(persons.having("org_id", record["id"]))):
                persons.put({**person, "org_id": None})

    def merge(self, entity: str, loser: Record, survivor: Record) -> Record:
        """`loser` goes, `survivor` wins conflicts and gets what it lacks; what belonged to the first belongs to the second."""
        filled = {name: value for name, value in loser.items() if survivor.get(name) in (None, [], "") and value not in (None, [], "")}
        customs = {key: value for key, value in (loser.get("custom_fields") or {}).items() if (survivor.get("custom_fields") or {}).get(key) is None}
        addresses = {"emails": _joined(survivor["emails"], loser["emails"])} if "emails" in survivor else {}
        kept = self.update(entity, survivor, {**filled, **addresses, "custom_fields": customs, "is_deleted": False})
        self._moved("person_id" if entity == "persons" else "org_id", loser["id"], survivor["id"])
        self.merged[entity][loser["id"]] = survivor["id"]
        self.delete(entity, loser)
        return kept

    def _moved(self, link: str, old: int, new: int) -> None:
        for name in ("deals", "activities", "notes", *(("persons",) if link == "org_id" else ())):
            table = self.tables[name]
            for record in list(table.records(table.having(link, old))):
                people = [{**one, "person_id": new} if one["person_id"] == old else one for one in record.get("participants") or ()]
                table.put({**record, link: new, **({"participants": people} if link == "person_id" and "participants" in record else {})})

    def _after_activity(self, entity: str, record: Record) -> None:
        if entity != "activities" or self.reading("activity_touches_person") == "no" or not record.get("person_id"):
            return
        person = self.tables["persons"].live(record["person_id"])
        if person is not None:
            self.tables["persons"].put({**person, "update_time": int(self.now())})

    # -- what a search finds

    def remember(self, entity: str, record: Record) -> None:
        """A search finds changes of persons some seconds late."""
        if entity == "persons":
            shown = None if record["is_deleted"] else record
            self.found.setdefault(record["id"], []).append((self.now(), shown))
            if self._by_address is not None:
                self._note_addresses(record)

    def as_found(self, record: Record) -> Record | None:
        """A person as the search index has it; None where it does not have it."""
        history = self.found.get(record["id"])
        if not history:
            return record
        delay = 0.0 if self.reading("search_index") == "immediate" else SEARCH_DELAY_S
        known = [shown for at, shown in history if at <= self.now() - delay]
        seeded = self.tables["persons"].make(record["id"]) if record["id"] <= self.tables["persons"].seeded else None
        return known[-1] if known else seeded

    def with_address(self, address: str) -> list[int]:
        """Ids of persons that have, or once had, an address; ascending."""
        if self._by_address is None:
            self._by_address = {}
            table = self.tables["persons"]
            for identifier in table.ids():
                if (record := table.get(identifier)) is not None:
                    self._note_addresses(record)
        return sorted(self._by_address.get(address.casefold(), ()))

    def _note_addresses(self, record: Record) -> None:
        assert self._by_address is not None  # noqa: S101 - called where it is there
        for one in record["emails"]:
            self._by_address.setdefault(one["value"].casefold(), set()).add(record["id"])

    # -- links

    def linked(self, entity: str, link: str, identifier: int) -> Iterable[Record]:
        """Records of an entity that belong to another record."""
        table = self.tables[entity]
        return table.records(table.having(link, identifier))

    def last_activity(self, person: int) -> Record | None:
        """The latest one done."""
        return _extreme((one for one in self.linked("activities", "person_id", person) if one["done"]), max)

    def next_activity(self, person: int) -> Record | None:
        """The earliest one to do."""
        return _extreme((one for one in self.linked("activities", "person_id", person) if not one["done"]), min)


def _extreme(activities: Iterable[Record], pick: Callable[..., Record]) -> Record | None:
    found = list(activities)
    return pick(found, key=lambda one: (one["due_date"] or "", one["id"])) if found else None


def _joined(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = {one["value"].lower() for one in first}
    return [*first, *({**one, "primary": False} for one in second if one["value"].lower() not in known)]
