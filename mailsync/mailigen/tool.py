"""Mailigen as the membership rules see a mailing tool: batches with an answer for each row, and memberships that can be deleted.

Whatever mails by the vendor's default is switched off in each call: double opt-in, goodbye and notification go out only where they were asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mailsync.errors import ConfigError, MailsyncError
from mailsync.mailigen import endpoints as method
from mailsync.mailigen.batches import LOST, by_row, refusal
from mailsync.mailigen.client import MailigenClient, Refusal
from mailsync.mailigen.fields import ADDRESS
from mailsync.mailigen.lists import Members, all_lists
from mailsync.mailigen.pages import Rows
from mailsync.mailigen.responses import Leavings
from mailsync.mailigen.settings import NAME, MailigenSettings
from mailsync.membership.tool import DONE, Fate, ListedStatus, MailingList, Member, Outcome, Person, Response, Traits

SOURCE = "SOURCE"
REFUSED_IN_A_ROW = 5  # so many single rows refused whole, and none taken: it is not these people's fault


class Mailigen:
    """One account. Implements `MailingTool`."""

    def __init__(self, client: MailigenClient, settings: MailigenSettings) -> None:
        self._client = client
        self._settings = settings
        self._members = Members(client)
        self._leavings = Leavings(client)
        self._sources: dict[str, str] = {}
        self._user: str | None = None

    @property
    def traits(self) -> Traits:
        """No limits of calls are documented."""
        return Traits(
            system=NAME,
            can_delete_member=True,
            fields_belong_to_contact=False,
            batch_size=self._settings.batch_size,
            attach_size=0,
            limits={},
            lock_s={},
            subscribe_endpoint=method.SUBSCRIBE,
            attach_endpoint=method.SUBSCRIBE,
            unsubscribe_endpoint=method.UNSUBSCRIBE,
            suppress_endpoint=method.SUPPRESS,
            read_endpoint=method.MEMBERS,
            count_endpoint=method.MEMBERS,
        )

    def sources(self, sources: Mapping[str, str]) -> None:
        """List key → text for the field SOURCE of everybody written there."""
        self._sources = {key: text for key, text in sources.items() if text}

    def organisation_id(self) -> str | None:
        """The number of the account's user; asked once. Raises AuthError where the key is not known."""
        if self._user is None:
            said = self._client.read(method.ACCOUNT)
            self._user = str(said.get("user_id") or "") if isinstance(said, dict) else ""
        return self._user or None

    def mailing_lists(self) -> list[MailingList]:
        """Every list of the account. With double opt-in, joining any of them sends a confirmation mail."""
        found = list(all_lists(self._client))
        for row in found:
            self._members.guess(str(row["id"]), ListedStatus.ACTIVE, row.get("member_count"))
            self._members.guess(str(row["id"]), ListedStatus.UNSUBSCRIBED, row.get("unsubscribe_count"))
        return [MailingList(str(row["id"]), str(row.get("name", "")), has_form=self._settings.double_opt_in) for row in found]

    def count(self, list_key: str, status: ListedStatus) -> int:
        """How many there are."""
        return self._members.count(list_key, status)

    def page(self, list_key: str, status: ListedStatus, first: int, size: int) -> list[Member]:  # noqa: ARG002 - `page_size`, always
        """A page of the vendor and the first row of the next."""
        return self._members.page(list_key, status, first)

    def page_size(self) -> int:
        """15,001: the vendor's page, and one row more."""
        return self._members.page_size

    def leavings(self, since: float | None) -> Iterator[Response]:
        """Unsubscribes of campaigns sent after `since`."""
        return self._leavings.since(since)

    def suppressed(self) -> Iterator[str]:
        """The account's suppression list."""
        return Rows(self._client, method.SUPPRESSED).all()

    def subscribe(self, list_key: str, people: Sequence[Person]) -> list[Outcome]:
        """Add or update contacts with their fields."""
        source = {SOURCE: self._sources[list_key]} if list_key in self._sources else {}
        rows = [{ADDRESS: one.address, **one.payload, **source} for one in people]

        def call(some: Sequence[dict[str, str]]) -> Any:
            optin = self._settings.double_opt_in
            return self._client.write(method.SUBSCRIBE, id=list_key, double_optin=optin, update_existing=True, batch=some)

        outcomes = self._in_parts(list_key, rows, call)
        return [Outcome(Fate.PENDING) if self._settings.double_opt_in and one is DONE else one for one in outcomes]

    def attach(self, list_key: str, addresses: Sequence[str]) -> list[Outcome]:
        """As `subscribe`, without fields: the vendor has no other call."""
        return self.subscribe(list_key, [Person(address, {}) for address in addresses])

    def attach_calls(self, addresses: Sequence[str]) -> list[tuple[str, Sequence[str]]]:
        """One call."""
        return [(method.SUBSCRIBE, addresses)]

    def take_off(self, list_key: str, addresses: Sequence[str], *, delete: bool) -> list[Outcome]:
        """Unsubscribe, or delete the membership with its fields. No goodbye, no notification unless asked."""

        def call(some: Sequence[dict[str, str]]) -> Any:
            return self._client.write(
                method.UNSUBSCRIBE,
                id=list_key,
                emails=[row[ADDRESS] for row in some],
                delete_member=delete,
                send_goodbye=self._settings.send_goodbye,
                send_notify=self._settings.send_notify,
            )

        outcomes = self._in_parts(list_key, [{ADDRESS: address} for address in addresses], call)
        return [self._really(list_key, address, outcome, delete=delete) for address, outcome in zip(addresses, outcomes, strict=True)]

    def suppress(self, list_key: str, addresses: Sequence[str]) -> list[Outcome]:
        """Into the account's suppression list first, then off this list: whoever is cut off in between is done again."""

        def call(some: Sequence[dict[str, str]]) -> Any:
            return self._client.write(method.SUPPRESS, emails=[row[ADDRESS] for row in some])

        outcomes = dict(zip(addresses, self._in_parts(list_key, [{ADDRESS: address} for address in addresses], call), strict=True))
        done = [address for address, outcome in outcomes.items() if outcome is DONE]
        if done:
            try:
                outcomes.update(zip(done, self.take_off(list_key, done, delete=True), strict=True))
            except MailsyncError:
                outcomes.update(dict.fromkeys(done, LOST))  # what was wrong shows again at the next call
        return [outcomes[address] for address in addresses]

    def _in_parts(self, list_key: str, rows: Sequence[dict[str, str]], call: Callable[[Sequence[dict[str, str]]], Any]) -> list[Outcome]:
        """One call; where the vendor refuses it whole, its halves, so that one bad row or a limit of rows keeps nobody else back."""
        said = call(rows)
        if said is None:
            return [LOST] * len(rows)
        if not isinstance(said, Refusal):
            return by_row([row[ADDRESS] for row in rows], said)
        outcome = refusal(said.code, said.message)
        if outcome.fate is Fate.FULL:
            return [outcome] * len(rows)
        self._client.read(method.FIELDS, id=list_key)  # raises ConfigError where the list is gone
        return _Halving(call, said).outcomes(rows)

    def _really(self, list_key: str, address: str, outcome: Outcome, *, delete: bool) -> Outcome:
        """A refusal to take off is no failure where the vendor no longer has the membership: its codes do not tell, so the member is looked up."""
        if outcome.fate not in (Fate.REJECTED, Fate.FULL):
            return outcome
        found = self._client.ask(method.MEMBER, id=list_key, email_address=address)
        if isinstance(found, Refusal) or (not delete and isinstance(found, dict) and found.get("status") == "unsubscribed"):
            return DONE
        return Outcome(Fate.REJECTED, reason="vendor_refused", code=outcome.code, message=outcome.message)


class _Halving:
    """A batch that was refused whole, in ever smaller parts."""

    def __init__(self, call: Callable[[Sequence[dict[str, str]]], Any], said: Refusal) -> None:
        self._call = call
        self._said = said
        self._refused = 0
        self._taken = False

    def outcomes(self, rows: Sequence[dict[str, str]]) -> list[Outcome]:
        """One outcome for each row. Raises ConfigError where nobody is taken."""
        found = self._halves(rows)
        if not self._taken and self._refused >= REFUSED_IN_A_ROW:
            raise ConfigError(f"{self._said.described()}. It refuses everybody, so nobody was written; ask Mailigen what is wrong with the list.")
        return found

    def _halves(self, rows: Sequence[dict[str, str]]) -> list[Outcome]:
        if len(rows) == 1:
            self._refused += 1
            return [refusal(self._said.code, self._said.message)]
        middle = len(rows) // 2
        return [outcome for half in (rows[:middle], rows[middle:]) for outcome in self._part(half)]

    def _part(self, rows: Sequence[dict[str, str]]) -> list[Outcome]:
        if not self._taken and self._refused >= REFUSED_IN_A_ROW:
            return [LOST] * len(rows)  # given up; `outcomes` raises
        try:
            said = self._call(rows)
        except MailsyncError:
            if not self._taken:
                raise
            return [LOST] * len(rows)  # something took effect before; what was wrong shows again at the next call
        if isinstance(said, Refusal):
            self._said = said
            return self._halves(rows)
        self._taken = True
        return [LOST] * len(rows) if said is None else by_row([row[ADDRESS] for row in rows], said)
