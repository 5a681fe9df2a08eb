"""What people do: staff in the vendor's UI, subscribers in their inboxes. The control plane's operations (docs/emulators.md#edits)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from emulators.operations import Operation, Operations
from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.addresses import key_of
from emulators.zoho_campaigns.arrivals import DAY, draw
from emulators.zoho_campaigns.launching import CANCELED, STOPPED, TO_BE_REVIEWED, approve, draft, move, release
from emulators.zoho_campaigns.limits import Limits
from emulators.zoho_campaigns.mailings import CLICKED, HARD_BOUNCE, OPENED, OPTED_OUT, SOFT_BOUNCE, SPAM, finish, happened, received, send
from emulators.zoho_campaigns.models import MailingList, Member, Message, Status


class Edits(Operations):
    """Those of Zoho Campaigns."""

    vendor = "zoho_campaigns"

    def __init__(self, account: Account, limits: Limits, revoke: Callable[[], None]) -> None:
        self._account = account
        self._limits = limits
        self._revoke = revoke

    def op_add(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff adds somebody to a list: active at once, whatever they were."""
        one = self._list(operation)
        contact = self._account.contact_for(operation["email"])
        self._account.do_not_mail.pop(key_of(contact.email), None)
        member = self._account.join(one, contact)
        self._account.store(member, {str(name): str(value) for name, value in (operation.get("fields") or {}).items()})
        return None

    def op_unsubscribe(self, operation: Operation) -> Mapping[str, Any] | None:
        """Somebody leaves a list, from a preference page or (with `campaign`) by the link in its mail."""
        key = self._event(operation, OPTED_OUT)
        for one, member in self._memberships(operation, key):
            one.move(member, Status.UNSUBSCRIBED)
        return None

    def op_opt_out(self, operation: Operation) -> Mapping[str, Any] | None:
        """Somebody leaves everything: the organisation's do-not-mail registry."""
        key = self._event(operation, OPTED_OUT)
        self._account.never_mail(operation["email"] if key not in self._account.contacts else self._account.contacts[key].email)
        return None

    def op_confirm(self, operation: Operation) -> Mapping[str, Any] | None:
        """A pending person clicks in the confirmation mail."""
        key = key_of(operation["email"])
        waiting = [(one, m) for one, m in self._memberships({"list": operation.get("list")}, key) if m.waiting is not None]
        if not waiting:
            raise ValueError("nobody waits for a confirmation with this address")
        for one, member in waiting:
            self._account.contacts.setdefault(key, member.contact)
            member.contact = self._account.contacts[key]
            fields, member.waiting = member.waiting or {}, None
            member.added_at = self._account.now()
            one.move(member, Status.ACTIVE)
            self._account.store(member, fields)
        return None

    def op_bounce(self, operation: Operation) -> Mapping[str, Any] | None:
        """A mail comes back; `kind` hard (default) ends the memberships, soft is only reported."""
        soft = operation.get("kind") == "soft"
        key = self._event(operation, SOFT_BOUNCE if soft else HARD_BOUNCE)
        for one, member in () if soft else self._memberships(operation, key):
            one.move(member, Status.BOUNCED)
        return None

    def op_complain(self, operation: Operation) -> Mapping[str, Any] | None:
        """Somebody marks a mail as spam."""
        key = self._event(operation, SPAM)
        for one, member in self._memberships(operation, key):
            one.move(member, Status.SPAM)
        if self._account.reading("do_not_mail_complaint") == "yes":
            self._account.do_not_mail[key] = operation["email"]
        return None

    def op_open(self, operation: Operation) -> Mapping[str, Any] | None:
        """A recipient opens a campaign's mail."""
        self._event({**operation, "campaign": operation["campaign"]}, OPENED)
        return None

    def op_click(self, operation: Operation) -> Mapping[str, Any] | None:
        """A recipient follows a link, which is an opening as well."""
        self._event({**operation, "campaign": operation["campaign"]}, OPENED)
        self._event(operation, CLICKED)
        return None

    def op_send(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff sends a campaign to a list (`list`) or several (`lists`); answers its key. `kind`: normal or abtesting.

        `lively`: responses come by themselves as time passes. `first`: only to so many for now. `created_days_ago`: it lay in draft so long.
        """
        keys = operation.get("lists") or [operation["list"]]
        lists = [self._list({"list": key}) for key in keys]
        name = operation.get("name") or f"Letter {len(self._account.campaigns) + 1}"
        made = send(
            self._account,
            [one.key for one in lists],
            name=name,
            subject=operation.get("subject") or name,
            kind=operation.get("kind") or "normal",
            first=operation.get("first"),
        )
        if operation.get("created_days_ago"):
            made.created_at -= float(operation["created_days_ago"]) * DAY
        if operation.get("lively"):
            draw(self._account, made)
        return {"campaign": made.key}

    def op_compose(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff makes a campaign to a list and leaves it as a draft; answers its key."""
        made = draft(self._account, (self._list(operation).key,), operation["name"], operation.get("subject") or operation["name"], Message())
        return {"campaign": made.key}

    def op_review(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff sends a draft for review; `kind` approve: and the vendor has reviewed it."""
        chosen = self._account.campaigns[operation["campaign"]]
        move(self._account, chosen, TO_BE_REVIEWED)
        if operation.get("kind") == "approve":
            approve(self._account, chosen)
        return None

    def op_send_draft(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff sends a draft, or a reviewed campaign, in the vendor's own pages."""
        release(self._account, self._account.campaigns[operation["campaign"]])
        return None

    def op_halt(self, operation: Operation) -> Mapping[str, Any] | None:
        """A campaign is stopped, or (`kind` cancel) cancelled before it went out; `reason` is what the vendor's pages show."""
        chosen = self._account.campaigns[operation["campaign"]]
        chosen.due.clear()
        chosen.reason = operation.get("reason") or ""
        move(self._account, chosen, CANCELED if operation.get("kind") == "cancel" else STOPPED)
        return None

    def op_verify_sender(self, operation: Operation) -> Mapping[str, Any] | None:
        """An address is verified as a sender; `kind` no: it is not any more."""
        known = self._account.senders
        (known.discard if operation.get("kind") == "no" else known.add)(operation["email"])
        return None

    def op_finish(self, operation: Operation) -> Mapping[str, Any] | None:
        """A campaign in progress reaches the rest of its recipients."""
        finish(self._account.campaigns[operation["campaign"]])
        return None

    def op_settle(self, _operation: Operation) -> Mapping[str, Any] | None:
        """Nothing more comes by itself of the campaigns sent so far."""
        for one in self._account.campaigns.values():
            one.coming.clear()
        return None

    def op_delete_campaign(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff deletes a campaign with its variants; without `campaign` all of them."""
        campaigns = self._account.campaigns
        chosen = [operation["campaign"]] if operation.get("campaign") else list(campaigns)
        for key in chosen:
            gone = campaigns.pop(key, None)
            for child in gone.children if gone else ():
                campaigns.pop(child, None)
        return None

    def op_populate(self, operation: Operation) -> Mapping[str, Any] | None:
        """`n` people of example.com are active members of a list from now on."""
        chosen = self._list(operation)
        for number in range(int(operation["n"])):
            self._account.join(chosen, self._account.contact_for(f"reader{number}@example.com"))
        return None

    def op_erase(self, operation: Operation) -> Mapping[str, Any] | None:
        """Somebody asks for their data to be erased."""
        key = key_of(operation["email"])
        if key not in self._account.contacts:
            raise ValueError("no contact has this address")
        self._account.erase(key)
        return None

    def op_make_public(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff gives a list a sign-up form (`public` false: takes it away)."""
        self._list(operation).has_form = operation.get("public", True)
        return None

    def op_create_list(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff creates an empty list in the UI, which the API cannot; answers its key."""
        return {"list": self._account.create_list(operation["name"], has_form=bool(operation.get("public"))).key}

    def op_delete_list(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff deletes a list; `kind` "with_contacts" erases the people on it."""
        self._account.delete_list(self._list(operation), erase_contacts=operation.get("kind") == "with_contacts")
        return None

    def op_set_contact_limit(self, operation: Operation) -> Mapping[str, Any] | None:
        """The plan's limit becomes `n` contacts; null: no limit."""
        self._account.contact_limit = operation.get("n")
        return None

    def op_foreign_calls(self, operation: Operation) -> Mapping[str, Any] | None:
        """Another program calls an endpoint (`kind`, default listsubscribe) `n` times."""
        self._limits.foreign_calls(operation.get("kind") or "listsubscribe", int(operation.get("n", 1)))
        return None

    def op_revoke_token(self, _operation: Operation) -> Mapping[str, Any] | None:
        """The user takes their consent back."""
        self._revoke()
        return None

    def _list(self, operation: Operation) -> MailingList:
        """A list by key or name. Raises ValueError."""
        wanted = operation.get("list")
        for one in self._account.living_lists():
            if wanted in (one.key, one.name):
                return one
        raise ValueError(f"there is no list {wanted!r}")

    def _memberships(self, operation: Operation, key: str) -> list[tuple[MailingList, Member]]:
        """The memberships meant: on the list named, else on the campaign's lists, else on all."""
        found = self._account.memberships(key)
        if operation.get("list"):
            chosen = self._list(operation)
            found = [(one, member) for one, member in found if one is chosen]
        elif operation.get("campaign"):
            keys = self._account.campaigns[operation["campaign"]].list_keys
            found = [(one, member) for one, member in found if one.key in keys]
        if not found:
            raise ValueError("this address is on no such list")
        return found

    def _event(self, operation: Operation, action: str) -> str:
        """Note it in the campaign where one is named; the address key."""
        key = key_of(operation["email"])
        if operation.get("campaign"):
            happened(self._account, received(self._account, operation["campaign"], key), action, key)
        return key
