"""The account: lists, members, suppression and campaigns, and the rules that hold between them whoever changes them."""

from __future__ import annotations

import hashlib
import re
from collections import Counter

from emulators.mailigen.errors import INVALID_ADDRESS, LIMIT_REACHED, NO_CAMPAIGN, NO_LIST, MailigenError
from emulators.mailigen.models import Campaign, MailingList, Member, MergeField, Status
from emulators.world import World

API_KEY = "emulated-mailigen-key-0000"
USER_ID = "4815"
_SHAPE = re.compile(
    r"[A-Za-z0-9!#$&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]+"
)
# Addresses that the vendor refuses although they look right; the reserved domain stands for them in tests.
DEAD_DOMAINS = ("invalid",)


def key_of(address: str) -> str:
    """What makes two spellings one member."""
    return address.strip().lower()


def checked(address: str) -> str:
    """The address without surrounding space. Raises INVALID_ADDRESS."""
    address = address.strip()
    local, _, domain = address.rpartition("@")
    if len(address) > 254 or len(local) > 64 or not _SHAPE.fullmatch(address) or domain.lower().rpartition(".")[2] in DEAD_DOMAINS:
        raise MailigenError(INVALID_ADDRESS)
    return address


class Account:
    """Everything Mailigen remembers of one user."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.keys = {API_KEY}
        self.lists: dict[str, MailingList] = {}
        self.suppressed: dict[str, tuple[str, float]] = {}  # address key → spelling, since
        self.campaigns: dict[str, Campaign] = {}
        self.senders = {"news@example.com", "letters@example.com"}  # confirmed, where that is needed
        self.contact_limit: int | None = None
        self.blocked_until = 0.0
        self.mails: Counter[str] = Counter()  # confirmation, welcome, goodbye, notify
        self._numbers = 700_000

    def now(self) -> float:
        """The vendors' clock, epoch seconds."""
        return self.world.clock.now()

    def reading(self, name: str) -> str:
        """The chosen reading of one of this room's switches, by its name without the prefix."""
        return self.world.switches[f"mailigen_{name}"]

    def number(self) -> int:
        """The next of the vendor's running numbers."""
        self._numbers += 1
        return self._numbers

    def opaque_key(self, length: int = 8) -> str:
        """An id in hexadecimal digits: opaque to clients, the same for the same seed."""
        return hashlib.sha256(f"{self.world.seed}/{self.number()}".encode()).hexdigest()[:length]

    def create_list(self, name: str) -> MailingList:
        """A new, empty list with the three fields that every list has."""
        made = MailingList(self.opaque_key(), self.number(), name, created_at=self.now())
        for field in (MergeField("EMAIL", "Email", "email", required=True), MergeField("FNAME", "First Name"), MergeField("LNAME", "Last Name")):
            made.fields[field.tag] = field
        self.lists[made.key] = made
        return made

    def list_for(self, key: str) -> MailingList:
        """A list by id. Raises NO_LIST."""
        found = self.lists.get(key)
        if found is None:
            raise MailigenError(NO_LIST)
        return found

    def campaign_for(self, key: str) -> Campaign:
        """A campaign by id. Raises NO_CAMPAIGN."""
        found = self.campaigns.get(key)
        if found is None:
            raise MailigenError(NO_CAMPAIGN)
        return found

    def member_for(self, one: MailingList, wanted: str) -> Member | None:
        """A member by address or by id."""
        found = one.members.get(key_of(wanted))
        if found is None and "@" not in wanted:
            found = next((member for member in one.members.values() if member.number == wanted), None)
        return found

    def join(self, one: MailingList, address: str, status: Status = Status.ACTIVE) -> Member:
        """Put an address on a list, or move the one that is there. Raises LIMIT_REACHED where the plan is full."""
        member = one.members.get(key_of(address))
        if member is None:
            self.check_limit(address)
            member = Member(self.opaque_key(10), address.strip(), status, self.now())
            one.put(key_of(address), member)
        else:
            one.move(member, status)
        return member

    def check_limit(self, address: str) -> None:
        """Raises LIMIT_REACHED where one more address would exceed the plan."""
        if self.contact_limit is None:
            return
        known = {key for one in self.lists.values() for key, member in one.members.items() if member.status is Status.ACTIVE}
        if key_of(address) not in known and len(known) >= self.contact_limit:
            raise MailigenError(LIMIT_REACHED)

    def memberships(self, address_key: str) -> list[tuple[MailingList, Member]]:
        """Every list that this address is on, whatever its standing there."""
        return [(one, one.members[address_key]) for one in self.lists.values() if address_key in one.members]

    def suppress(self, address: str) -> None:
        """Put an address into the account-wide suppression list."""
        key = key_of(address)
        self.suppressed.setdefault(key, (address.strip(), self.now()))
        reading = self.reading("suppressing_member")
        for one, member in self.memberships(key):
            if reading == "removed":
                one.drop(key)
            elif reading == "unsubscribed":
                one.move(member, Status.UNSUBSCRIBED)

    def erase(self, address_key: str) -> None:
        """Staff deletes a person everywhere."""
        for one in self.lists.values():
            one.drop(address_key)
