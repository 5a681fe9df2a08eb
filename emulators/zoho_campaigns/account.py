"""The account: contacts, lists, registry, fields, topics, tags and campaigns, and the rules that hold between them whoever changes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from emulators.world import World
from emulators.zoho_campaigns.addresses import key_of
from emulators.zoho_campaigns.errors import CampaignsError
from emulators.zoho_campaigns.models import Campaign, Contact, Field, MailingList, Member, Status, Tag, Topic


class Account:
    """Everything Zoho Campaigns remembers of one organisation."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.contacts: dict[str, Contact] = {}
        self.lists: dict[str, MailingList] = {}
        self.do_not_mail: dict[str, str] = {}  # address key → spelling
        self.fields: dict[str, Field] = {}  # by display name
        self.topics: dict[str, Topic] = {}
        self.tags: dict[str, Tag] = {}  # by name
        self.campaigns: dict[str, Campaign] = {}
        self.senders = {"letters@example.com", "news@example.com"}  # verified
        self.contact_limit: int | None = None
        self.mails_caused = 0
        self._numbers = 5_000_000

    def now(self) -> float:
        """The vendors' clock, epoch seconds."""
        return self.world.clock.now()

    def reading(self, name: str) -> str:
        """The chosen reading of one of this room's switches, by its name without the prefix."""
        return self.world.switches[f"zoho_campaigns_{name}"]

    def number(self) -> int:
        """The next of the vendor's running numbers."""
        self._numbers += 1
        return self._numbers

    def opaque_key(self) -> str:
        """A list or campaign key: opaque to clients, the same for the same seed."""
        return "3z" + hashlib.sha256(f"{self.world.seed}/{self.number()}".encode()).hexdigest()[:40]

    def create_list(self, name: str, *, has_form: bool = False, description: str = "") -> MailingList:
        """A new, empty list."""
        made = MailingList(self.opaque_key(), self.number(), name, has_form=has_form, created_at=self.now(), description=description)
        self.lists[made.key] = made
        return made

    def living_lists(self) -> list[MailingList]:
        """The lists that are not deleted."""
        return [one for one in self.lists.values() if not one.deleted]

    def list_for(self, key: str | None, *, unknown: int, deleted: int) -> MailingList:
        """A list by key. Raises the two codes given."""
        found = self.lists.get(key or "")
        if found is None:
            raise CampaignsError(unknown)
        if found.deleted:
            raise CampaignsError(deleted)
        return found

    def contact_for(self, address: str, *, limit_code: int = 2302) -> Contact:
        """The contact of an address, created where there is none. Raises `limit_code` where the account is full."""
        found = self.contacts.get(key_of(address))
        if found is None:
            if self.is_full():
                raise CampaignsError(limit_code)
            found = Contact(address.strip(), self.number(), self.now(), {})
            self.contacts[key_of(address)] = found
        return found

    def is_full(self, more: int = 1) -> bool:
        """Whether so many more contacts would exceed the plan's limit."""
        return self.contact_limit is not None and len(self.contacts) + more > self.contact_limit

    def join(self, mailing_list: MailingList, contact: Contact, status: Status = Status.ACTIVE) -> Member:
        """Put a contact on a list, or move the one that is there."""
        key = key_of(contact.email)
        member = mailing_list.members.get(key)
        if member is None:
            member = Member(contact, status, self.now())
            mailing_list.put(key, member)
        else:
            member.contact = contact
            mailing_list.move(member, status)
        return member

    def await_confirmation(self, mailing_list: MailingList, contact: Contact, fields: dict[str, str]) -> Member:
        """Send a confirmation mail; the person is on the list once they click."""
        self.mails_caused += 1
        member = mailing_list.members.get(key_of(contact.email)) or self.join(mailing_list, contact, Status.PENDING)
        if member.status is not Status.ACTIVE:
            mailing_list.move(member, Status.PENDING)
        member.waiting = {**(member.waiting or {}), **fields}
        return member

    def fields_of(self, member: Member) -> dict[str, str]:
        """The set of fields that belongs to a membership under the chosen reading; may be written to."""
        if self.reading("fields_belong_to") == "contact":
            return member.contact.fields
        if member.fields is None:
            member.fields = {}
        return member.fields

    def store(self, member: Member, fields: dict[str, str]) -> None:
        """Write fields; an empty text clears the field or is passed over."""
        kept = self.fields_of(member)
        for name, value in fields.items():
            if value:
                kept[name] = value
            elif self.reading("empty_value") == "clears":
                kept.pop(name, None)

    def memberships(self, address_key: str) -> list[tuple[MailingList, Member]]:
        """Every living list that this address is on, whatever its standing there."""
        return [(one, one.members[address_key]) for one in self.living_lists() if address_key in one.members]

    def never_mail(self, address: str) -> None:
        """Move an address to the do-not-mail registry: off every list, shown there as unsubscribed or not at all."""
        key = key_of(address)
        self.do_not_mail[key] = address.strip()
        absent = self.reading("do_not_mail_shown") == "absent"
        for mailing_list, member in self.memberships(key):
            if absent:
                mailing_list.drop(key)
            else:
                mailing_list.move(member, Status.UNSUBSCRIBED)

    def active_on(self, list_keys: Iterable[str]) -> dict[str, Member]:
        """Who gets a campaign to these lists: by address key, each once."""
        found: dict[str, Member] = {}
        for key in list_keys:
            found |= {address: one for address, one in self.lists[key].members.items() if one.status is Status.ACTIVE}
        return found

    def erase(self, address_key: str) -> None:
        """Forget a person: "erase my data"."""
        self.contacts.pop(address_key, None)
        for one in self.lists.values():
            one.drop(address_key)
        for campaign in self.campaigns.values():
            for those in (campaign.recipients, campaign.waiting, campaign.unsent):
                those.pop(address_key, None)
            for happened in campaign.actions.values():
                happened.pop(address_key, None)

    def delete_list(self, mailing_list: MailingList, *, erase_contacts: bool) -> None:
        """Delete a list, and with `erase_contacts` everybody on it from the whole organisation."""
        if erase_contacts:
            for key in list(mailing_list.members):
                self.erase(key)
        mailing_list.members.clear()
        mailing_list.deleted = True
