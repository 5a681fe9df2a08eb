"""Zoho Campaigns as the membership rules see a mailing tool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailsync.errors import MailsyncError
from mailsync.membership.tool import DONE, Fate, ListedStatus, MailingList, Member, Outcome, Payload, Person, Response, Traits
from mailsync.zoho_campaigns import endpoints as method
from mailsync.zoho_campaigns.answers import Said
from mailsync.zoho_campaigns.client import CampaignsClient
from mailsync.zoho_campaigns.codes import Act
from mailsync.zoho_campaigns.contactinfo import contactinfo, survives_bare
from mailsync.zoho_campaigns.endpoints import ENDPOINTS
from mailsync.zoho_campaigns.lists import SUBSCRIBERS_A_PAGE, Subscribers, all_lists
from mailsync.zoho_campaigns.responses import leavings
from mailsync.zoho_campaigns.settings import NAME

ATTACH_SIZE = 10
_CONFIRMATION = "a confirmation email is sent"
LOST = Outcome(Fate.LOST)


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What goes with every subscription to one list: a source tag, and topic ids (comma separated). Empty: not sent."""

    source: str = ""
    topic_ids: str = ""


class ZohoCampaigns:
    """One account. Implements `MailingTool`."""

    def __init__(self, client: CampaignsClient, *, options: Mapping[str, ListOptions] | None = None) -> None:
        """`options` by list key. A list with topics gets nobody by the ten-address call: that call takes no topic."""
        self._client = client
        self._options = dict(options or {})
        self._subscribers = Subscribers(client)
        self._with_form: set[str] = set()
        self._traits = _traits(ATTACH_SIZE)

    @property
    def traits(self) -> Traits:
        """Constant once the options are set."""
        return self._traits

    def options(self, options: Mapping[str, ListOptions]) -> None:
        """Set the options of each list, known once names have been looked up."""
        self._options = dict(options)
        if any(option.topic_ids for option in self._options.values()):
            self._traits = _traits(0)

    def organisation_id(self) -> str | None:
        """No method of the API tells."""
        return None

    def mailing_lists(self) -> list[MailingList]:
        """Every list of the account."""
        found = list(all_lists(self._client))
        self._with_form = {one.key for one in found if one.has_form}
        return found

    def count(self, list_key: str, status: ListedStatus) -> int:
        """How many the vendor says there are."""
        return self._subscribers.count(list_key, status)

    def page(self, list_key: str, status: ListedStatus, first: int, size: int) -> list[Member]:
        """Rows `first` (from 0) up to `first + size`."""
        return self._subscribers.page(list_key, status, first, size)

    def page_size(self) -> int:
        """650 rows: more is cut by the vendor."""
        return SUBSCRIBERS_A_PAGE

    def leavings(self, since: float | None) -> Iterator[Response]:
        """Opt-outs and complaints of campaigns sent after `since`."""
        return leavings(self._client, since)

    def suppressed(self) -> Iterator[str] | None:
        """No method of the API reads the do-not-mail registry."""
        return None

    def subscribe(self, list_key: str, people: Sequence[Person]) -> list[Outcome]:
        """Add or update one contact with fields. `donotmail_resub` is never sent: it would bring back who asked never to be mailed."""
        return [self._subscribe(list_key, one.address, one.payload) for one in people]

    def _subscribe(self, list_key: str, address: str, payload: Payload) -> Outcome:
        option = self._options.get(list_key, ListOptions())
        form = {"listkey": list_key, "contactinfo": contactinfo(address, payload)}
        form.update({name: value for name, value in (("source", option.source), ("topic_id", option.topic_ids)) if value})
        said = self._client.write(method.SUBSCRIBE, form)
        if said is not None and said.act is Act.AGAIN and list_key not in self._with_form:
            said = self._client.write(method.SUBSCRIBE, form)
        outcome = _outcome(said)
        if outcome is DONE and said is not None and said.message.lower().startswith(_CONFIRMATION):
            return Outcome(Fate.PENDING, code=said.code, message=said.message)
        return outcome

    def attach(self, list_key: str, addresses: Sequence[str]) -> list[Outcome]:
        """Membership only. Addresses that the bare parameter might garble (`+`, `%`, non-ASCII) go one by one, as `contactinfo`."""
        outcomes: dict[str, Outcome] = {}
        bare = [address for address in addresses if survives_bare(address)]
        try:
            outcomes.update(self._attach_bare(list_key, bare))
            for address in addresses:
                if address not in outcomes:
                    outcomes[address] = self._subscribe(list_key, address, {})
        except MailsyncError:
            # Nothing took effect only if nothing was done before; otherwise the rest is told as lost, and the next complete read decides.
            # What was wrong shows again at the next call.
            if not outcomes:
                raise
        return [outcomes.get(address, LOST) for address in addresses]

    def attach_calls(self, addresses: Sequence[str]) -> list[tuple[str, Sequence[str]]]:
        """One call for those that may travel as bare text, and one for each other."""
        bare = [address for address in addresses if survives_bare(address)]
        single: list[tuple[str, Sequence[str]]] = [(method.SUBSCRIBE, [address]) for address in addresses if not survives_bare(address)]
        return [(method.ATTACH, bare), *single] if bare else single

    def take_off(self, list_key: str, addresses: Sequence[str], *, delete: bool) -> list[Outcome]:  # noqa: ARG002 - the vendor cannot delete
        """Unsubscribe from this list: the vendor has no removal without that mark. A contact the vendor no longer knows is done."""
        return [self._again(method.UNSUBSCRIBE, {"listkey": list_key, "contactinfo": contactinfo(address)}) for address in addresses]

    def suppress(self, list_key: str, addresses: Sequence[str]) -> list[Outcome]:  # noqa: ARG002 - the registry takes off every list
        """Put the address into the account's do-not-mail registry. Irreversible."""
        return [self._again(method.DO_NOT_MAIL, {"contactinfo": contactinfo(address)}) for address in addresses]

    def _attach_bare(self, list_key: str, addresses: Sequence[str]) -> dict[str, Outcome]:
        if not addresses:
            return {}
        said = self._client.write(method.ATTACH, {"listkey": list_key, "emailids": ",".join(addresses)})
        outcome = _outcome(said)
        if said is None or outcome is not DONE:
            return dict.fromkeys(addresses, outcome)
        ignored = {str(one).casefold() for one in _texts(said.body.get("ignored_contacts"))}
        refused = Outcome(Fate.REJECTED, reason="invalid_address", code=said.code, message="listed under ignored_contacts")
        return {address: refused if address.casefold() in ignored else DONE for address in addresses}

    def _again(self, name: str, form: Mapping[str, str]) -> Outcome:
        said = self._client.write(name, form)
        if said is not None and said.act is Act.AGAIN:
            said = self._client.write(name, form)
        # A leaving that the vendor twice failed to do is not refused for good: the next complete read decides.
        return LOST if said is not None and said.act is Act.AGAIN else _outcome(said)


def _outcome(said: Said | None) -> Outcome:
    if said is None:
        return LOST
    if said.act in (Act.OK, Act.EMPTY):
        return DONE
    return Outcome(Fate.REJECTED, reason=said.reason or "vendor_refused", code=said.code, message=said.message)


def _texts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _traits(attach_size: int) -> Traits:
    return Traits(
        system=NAME,
        can_delete_member=False,
        fields_belong_to_contact=True,
        batch_size=1,
        attach_size=attach_size,
        limits={endpoint.name: endpoint.windows for endpoint in ENDPOINTS.values()},
        lock_s={endpoint.name: endpoint.lock_s for endpoint in ENDPOINTS.values()},
        subscribe_endpoint=method.SUBSCRIBE,
        attach_endpoint=method.ATTACH,
        unsubscribe_endpoint=method.UNSUBSCRIBE,
        suppress_endpoint=method.DO_NOT_MAIL,
        read_endpoint=method.SUBSCRIBERS,
        count_endpoint=method.COUNT,
    )
