"""Who must be on which list, worked out from what the vendors hold and nothing of the product: the demo's proof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulators.zoho_campaigns.addresses import is_taken, key_of

LISTS = {"Leads": "Newsletter", "Contacts": "Newsletter", "Members": "Members"}
"""CRM module → the list that it feeds."""
FIRST_CONTACT = "membership@example.com"
"""With whom the list of members is created: the vendor makes no empty one."""


@dataclass(frozen=True, slots=True)
class Person:
    """One CRM record. `key` is the address as the mailing tool tells people apart, empty where there is none."""

    module: str
    id: str
    key: str
    opted_out: bool

    @property
    def mailable(self) -> bool:
        """Whether the mailing tool takes the address."""
        return bool(self.key) and is_taken(self.key)


def people(crm: Mapping[str, Any]) -> Iterator[Person]:
    """The records of the synced modules that are there; a converted lead is not."""
    for module in LISTS:
        for identity, record in crm["modules"][module].items():
            if not record.get("Converted__s"):
                yield Person(module, identity, key_of(record.get("Email") or ""), bool(record.get("Email_Opt_Out")))


def statuses(mail: Mapping[str, Any], name: str) -> dict[str, str]:
    """Address key → status on the list of that name; empty where there is no such list."""
    found = next((one for one in mail["lists"].values() if one["name"] == name), {"members": {}})
    return {key_of(address): member["status"] for address, member in found["members"].items()}


def expected_active(name: str, *, start: Mapping[str, str], seen: Iterable[Person], now: Iterable[Person], left: Iterable[str]) -> set[str]:
    """Everybody who was there, and everybody the CRM claims now, without those who opted out or left.

    `start`: who was on the list before we came. `seen`: all records of both runs, so that an opt-out counts for every record of an address.
    """
    opted_out = {person.key for person in seen if person.opted_out}
    claimed = {person.key for person in now if LISTS[person.module] == name and person.mailable} - opted_out
    there = {key for key, status in start.items() if status == "active"}
    made_with = {FIRST_CONTACT} if name == "Members" else set()
    gone = {key for key, status in start.items() if status != "active"} | set(left)
    return (there | claimed | made_with) - gone
