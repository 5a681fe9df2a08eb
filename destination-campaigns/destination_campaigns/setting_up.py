"""From a configuration to an account that is reached and lists that are found: what `check` and `write` share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from destination_campaigns.config import Config, StreamToList
from mailsync.airbyte import connecting
from mailsync.airbyte.messages import Output
from mailsync.airbyte.options import Problems
from mailsync.airbyte.stopping import Stopping
from mailsync.errors import ConfigError
from mailsync.ledger.budget import Budget
from mailsync.ledger.engine import Ledger
from mailsync.mailing_account import NEW_LIST, MailingAccount
from mailsync.membership.plan import Feed, OnDelete
from mailsync.membership.tool import MailingList

Connected = connecting.Connected[MailingAccount]


def connect(config: Config, output: Output, stopping: Stopping) -> Connected:
    """The account; nothing is called yet."""
    return connecting.connect(config.system.open, config.settings, output, stopping)


@dataclass(frozen=True, slots=True)
class Feeds:
    """Streams with their lists; `created`: keys of lists made just now (or, in a dry run, not made yet) → their first contact, if any.

    `to_make`: streams that feed a list which is configured to be made, and is left out here. `found`: the list of each entry, by its path;
    `launched`: that of each launch, by its key.
    """

    feeds: tuple[Feed, ...]
    created: Mapping[str, str]
    to_make: frozenset[str] = frozenset()
    found: Mapping[str, MailingList] = field(default_factory=dict)
    launched: Mapping[str, MailingList] = field(default_factory=dict)

    def keys(self, stream: str) -> list[str]:
        """Keys of the lists that a stream feeds, NEW_LIST for one that is not there yet."""
        found = [one.list.key for one in self.feeds if one.stream == stream]
        return [*found, NEW_LIST] if stream in self.to_make else found


def budgeted(config: Config, connected: Connected, ledger: Ledger) -> Budget:
    """From now on every call is reserved in the ledger before it is made."""
    limits = connected.account.tool.traits.limits
    budget = Budget(ledger, config.settings.account, limits, share=config.share_of_limit, clock=connected.clock)
    connected.account.reserve = budget.reserve
    return budget


Maker = Callable[[StreamToList], MailingList | None]


def list_maker(connected: Connected) -> Maker:
    """Makes a list that is configured to be made. None: the account does not show it yet."""

    def make(entry: StreamToList) -> MailingList | None:
        return connected.account.create_list(name=entry.list_name, first_contact=entry.first_contact, public=entry.public_form)

    return make


def list_pretender(connected: Connected) -> Maker:
    """Says what a list would be that is configured to be made, for a dry run."""

    def pretend(entry: StreamToList) -> MailingList:
        has_form = connected.account.asks_for_confirmation(public=entry.public_form)
        return MailingList(f"new: {entry.list_name}", entry.list_name, has_form)

    return pretend


def find_feeds(config: Config, connected: Connected, problems: Problems, *, make: Maker | None) -> Feeds:
    """Each configured stream with its list. Adds unknown lists, sign-up forms and conflicts to `problems`.

    `make` makes the lists that are configured to be made; without it a list that would be made is left out.
    """
    lists = connected.account.tool.mailing_lists()
    feeds: list[Feed] = []
    created: dict[str, str] = {}
    to_make: set[str] = set()
    options: dict[str, tuple[str, str]] = {}
    of_entry: dict[str, MailingList] = {}
    for entry in config.streams:
        found = _find(entry, lists, problems)
        if found is None and entry.create_list and make is not None:
            found = make(entry)
            if found is not None:
                lists.append(found)
                created[found.key] = entry.first_contact
            else:
                problems.add(f"{entry.path}: the list {entry.list_name!r} was created, but the account does not show it. Run again in a minute.")
        if found is None:
            to_make |= {entry.stream} if entry.create_list else set()
            _check_creation(entry, config, connected, problems)
            continue
        of_entry[entry.path] = found
        _check_list(entry, found, config, problems)
        only = frozenset({entry.campaign}) if entry.campaign else None
        _check_feed(Feed(entry.stream, found, OnDelete(entry.on_delete), only), entry, feeds, problems)
        _collect_options(entry, found, connected, options, problems)
    _check_backfill(config, connected, problems)
    connected.account.set_list_options(options)
    launched = {entry.launch: of_entry[entry.path] for entry in config.streams if entry.launch and entry.path in of_entry}
    return Feeds(tuple(feeds), created, frozenset(to_make), of_entry, launched)


def _check_backfill(config: Config, connected: Connected, problems: Problems) -> None:
    if not config.membership_first:
        return
    if connected.account.tool.traits.attach_size == 0:
        problems.add("backfill cannot be membership_first: this mailing tool has no call for many memberships without fields. Remove the option.")
    for entry in config.streams:
        named = [name for name, value in (("topic", entry.topic), ("source", entry.source)) if value]
        if named:
            problems.add(
                f"{entry.path} has {' and '.join(named)}, which the call for many memberships does not carry, and which cannot be sent later: "
                "set backfill to with_fields, or remove it."
            )


def _find(entry: StreamToList, lists: Sequence[MailingList], problems: Problems) -> MailingList | None:
    if entry.list_key:
        found = [one for one in lists if one.key == entry.list_key]
    else:
        found = [one for one in lists if one.name == entry.list_name] or [one for one in lists if one.name.casefold() == entry.list_name.casefold()]
    if len(found) == 1:
        if entry.list_key and entry.list_name and found[0].name != entry.list_name:
            problems.add(f"{entry.path}: list_key belongs to the list {found[0].name!r}, not to {entry.list_name!r}. Remove one of the two.")
        return found[0]
    offered = ", ".join(sorted(f"{one.name} ({one.key})" for one in lists)) or "none; the account has no list"
    wanted = f"key {entry.list_key!r}" if entry.list_key else f"name {entry.list_name!r}"
    if found:
        problems.add(f"{entry.path}: {len(found)} lists have the {wanted}; give list_key instead. Lists: {offered}.")
    elif entry.list_key or not entry.create_list:
        problems.add(f"{entry.path}: no list has the {wanted}. Lists: {offered}.")
    return None


def _check_creation(entry: StreamToList, config: Config, connected: Connected, problems: Problems) -> None:
    if entry.create_list and connected.account.asks_for_confirmation(public=entry.public_form) and not config.allow_confirmation_mails:
        problems.add(_form_problem(entry, entry.list_name))


def _check_list(entry: StreamToList, found: MailingList, config: Config, problems: Problems) -> None:
    if found.has_form and entry.launch:
        problems.add(f"{entry.path}: the list {found.name!r} has a sign-up form or double opt-in. Launch to a list whose people need not confirm.")
    elif found.has_form and not config.allow_confirmation_mails:
        problems.add(_form_problem(entry, found.name))


def _form_problem(entry: StreamToList, name: str) -> str:
    return (
        f"{entry.path}: the list {name!r} has a sign-up form or double opt-in, so each person added to it gets a confirmation mail. "
        "Choose a list without it, or set allow_confirmation_mails to accept those mails."
    )


def _check_feed(feed: Feed, entry: StreamToList, feeds: list[Feed], problems: Problems) -> None:
    for place, other in enumerate(feeds):
        if (other.stream, other.list.key) == (feed.stream, feed.list.key) and entry.launch:
            both = None if other.only is None or feed.only is None else other.only | feed.only
            feeds[place] = replace(other, only=both)
            return
        if (other.stream, other.list.key) == (feed.stream, feed.list.key):
            problems.add(f"{entry.path}: stream {feed.stream} feeds the list {feed.list.name!r} twice. Remove one entry.")
            return
    feeds.append(feed)


def _collect_options(entry: StreamToList, found: MailingList, connected: Connected, options: dict[str, tuple[str, str]], problems: Problems) -> None:
    try:
        topics = connected.account.topics(entry.topic) if entry.topic else ""
    except ConfigError as error:
        problems.add(f"{entry.path}.{error}")
        return
    if options.setdefault(found.key, (entry.source, topics)) != (entry.source, topics):
        problems.add(f"{entry.path}: another stream feeds the list {found.name!r} with another topic or source. They must be the same for one list.")
