"""What people do: staff in the vendor's UI, subscribers in their inboxes. The control plane's operations (docs/emulators.md#edits)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulators.mailigen.account import Account, key_of
from emulators.mailigen.launching import PAUSED, draft, move, release
from emulators.mailigen.mailings import BOUNCES, COMPLAINED, FORWARDED, LINK, OPENED, UNSUBSCRIBED, clicked, happened, received, send
from emulators.mailigen.merges import store
from emulators.mailigen.models import MailingList, Member, MergeField, Status
from emulators.operations import Operation, Operations


class Edits(Operations):
    """Those of Mailigen."""

    vendor = "mailigen"

    def __init__(self, account: Account) -> None:
        self._account = account

    def op_add(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff adds somebody to a list, or they sign up and confirm: active at once, whatever they were."""
        one = self._list(operation)
        self._account.suppressed.pop(key_of(operation["email"]), None)
        member = self._account.join(one, operation["email"])
        store(self._account, member, {str(name): str(value) for name, value in (operation.get("fields") or {}).items()})
        return None

    def op_unsubscribe(self, operation: Operation) -> Mapping[str, Any] | None:
        """Somebody leaves a list, or (with `campaign`) by the link in its mail."""
        key = self._event(operation, UNSUBSCRIBED)
        for one, member in self._memberships(operation, key):
            one.move(member, Status.UNSUBSCRIBED)
        return None

    def op_opt_out(self, operation: Operation) -> Mapping[str, Any] | None:
        """Somebody leaves everything: every list, and the suppression list of the account."""
        key = self._event(operation, UNSUBSCRIBED)
        for one, member in self._account.memberships(key):
            one.move(member, Status.UNSUBSCRIBED)
        self._account.suppress(operation["email"])
        return None

    def op_suppress(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff puts an address into the suppression list; `kind` lift takes it out."""
        if operation.get("kind") == "lift":
            self._account.suppressed.pop(key_of(operation["email"]), None)
        else:
            self._account.suppress(operation["email"])
        return None

    def op_confirm(self, operation: Operation) -> Mapping[str, Any] | None:
        """An unconfirmed person clicks in the confirmation mail."""
        key = key_of(operation["email"])
        waiting = [(one, m) for one, m in self._memberships({"list": operation.get("list")}, key) if m.waiting is not None]
        if not waiting:
            raise ValueError("nobody waits for a confirmation with this address")
        for one, member in waiting:
            values, member.waiting = member.waiting or {}, None
            one.move(member, Status.ACTIVE)
            store(self._account, member, values)
        return None

    def op_bounce(self, operation: Operation) -> Mapping[str, Any] | None:
        """A mail comes back; `kind` hard (default) ends the memberships, the other four are only reported."""
        kind = operation.get("kind") or "hard"
        if kind not in BOUNCES:
            raise ValueError(f"kind must be one of {BOUNCES}")
        key = self._event(operation, f"{kind}_bounce")
        for one, member in self._memberships(operation, key) if kind == "hard" else ():
            one.move(member, Status.BOUNCED)
        return None

    def op_complain(self, operation: Operation) -> Mapping[str, Any] | None:
        """Somebody marks a mail as spam; no method of the vendor tells so."""
        key = self._event(operation, COMPLAINED)
        reading = self._account.reading("complaint_shown")
        for one, member in self._memberships(operation, key):
            if reading == "removed":
                one.drop(key)
            else:
                one.move(member, Status.UNSUBSCRIBED)
        if reading == "suppressed":
            self._account.suppress(operation["email"])
        return None

    def op_open(self, operation: Operation) -> Mapping[str, Any] | None:
        """A recipient opens a campaign's mail."""
        self._event({**operation, "campaign": operation["campaign"]}, OPENED)
        return None

    def op_click(self, operation: Operation) -> Mapping[str, Any] | None:
        """A recipient follows a link (`fields.link`), which is an opening as well."""
        key = key_of(operation["email"])
        campaign = received(self._account, operation["campaign"], key)
        clicked(self._account, campaign, key, str((operation.get("fields") or {}).get("link") or LINK))
        return None

    def op_forward(self, operation: Operation) -> Mapping[str, Any] | None:
        """A recipient sends the mail on to a friend."""
        self._event({**operation, "campaign": operation["campaign"]}, FORWARDED)
        return None

    def op_send(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff sends a campaign to a list; answers its id."""
        one = self._list(operation)
        name = operation.get("name") or f"Letter {len(self._account.campaigns) + 1}"
        return {"campaign": send(self._account, one.key, title=name, subject=operation.get("subject") or name).key}

    def op_compose(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff makes a campaign to a list and leaves it as a draft; answers its id."""
        one = self._list(operation)
        return {"campaign": draft(self._account, one.key, operation["name"], operation.get("subject") or operation["name"]).key}

    def op_send_draft(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff sends a draft in the vendor's own pages."""
        release(self._account, self._account.campaigns[operation["campaign"]])
        return None

    def op_halt(self, operation: Operation) -> Mapping[str, Any] | None:
        """A campaign is paused before the rest of it goes out."""
        chosen = self._account.campaigns[operation["campaign"]]
        chosen.due = None
        move(self._account, chosen, PAUSED)
        return None

    def op_delete_campaign(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff deletes a campaign."""
        del self._account.campaigns[operation["campaign"]]
        return None

    def op_erase(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff deletes somebody; from one list where it is named, else from all."""
        key = key_of(operation["email"])
        for one, _ in self._memberships({"list": operation.get("list")}, key):
            one.drop(key)
        return None

    def op_create_list(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff creates an empty list; answers its id."""
        return {"list": self._account.create_list(operation["name"]).key}

    def op_add_field(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff adds a merge field: `fields` holds tag, name and kind."""
        given = operation["fields"]
        self._list(operation).fields[given["tag"]] = MergeField(given["tag"], given.get("name", given["tag"]), given.get("kind", "text"))
        return None

    def op_delete_list(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff deletes a list."""
        del self._account.lists[self._list(operation).key]
        return None

    def op_set_contact_limit(self, operation: Operation) -> Mapping[str, Any] | None:
        """The plan's limit becomes `n` active addresses; null: no limit."""
        self._account.contact_limit = operation.get("n")
        return None

    def op_revoke_token(self, _operation: Operation) -> Mapping[str, Any] | None:
        """The user lets the API key expire."""
        self._account.keys.clear()
        return None

    def _list(self, operation: Operation) -> MailingList:
        """A list by id or name. Raises ValueError."""
        wanted = operation.get("list")
        for one in self._account.lists.values():
            if wanted in (one.key, one.name):
                return one
        raise ValueError(f"there is no list {wanted!r}")

    def _memberships(self, operation: Operation, key: str) -> list[tuple[MailingList, Member]]:
        """The memberships meant: on the list named, else on the campaign's list, else on all."""
        found = self._account.memberships(key)
        if operation.get("list"):
            chosen = self._list(operation)
            found = [(one, member) for one, member in found if one is chosen]
        elif operation.get("campaign"):
            found = [(one, member) for one, member in found if one.key == self._account.campaigns[operation["campaign"]].list_key]
        if not found:
            raise ValueError("this address is on no such list")
        return found

    def _event(self, operation: Operation, kind: str) -> str:
        """Note it in the campaign where one is named; the address key."""
        key = key_of(operation["email"])
        if operation.get("campaign"):
            happened(self._account, received(self._account, operation["campaign"], key), kind, key)
        return key
