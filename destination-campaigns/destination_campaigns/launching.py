"""From configured launches to what launching is told: lists found, content read, fields that its people fill."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from destination_campaigns.config import Config
from destination_campaigns.launch_config import LaunchConfig
from destination_campaigns.mapping import Mapping as StreamMapping
from destination_campaigns.setting_up import Connected, Feeds
from mailsync.airbyte.options import Problems
from mailsync.errors import ConfigError
from mailsync.launches.content import Content, fetched
from mailsync.launches.deciding import is_under_way
from mailsync.launches.launcher import Draft
from mailsync.launches.plan import Launch, Then, time_zone
from mailsync.launches.run import Launches
from mailsync.ledger import launches as rows
from mailsync.ledger.engine import Ledger
from mailsync.membership.address import address_key


def prepared(config: Config, connected: Connected, feeds: Feeds, mapped: Mapping[str, StreamMapping], problems: Problems) -> Launches | None:
    """The launches of this run; None where none is configured. What is wrong is added to `problems`."""
    if not config.launches:
        return None
    plan, content = [], {}
    for one in config.launches:
        listing = feeds.launched.get(one.key)
        if listing is None:  # said already
            continue
        html = _html(one, problems)
        tags = frozenset(connected.account.launcher.tags(f"{one.subject}\n{html}"))
        content[one.key] = Content(len(html), tags)
        draft = _draft(one, html if one.content_file else "", listing.key, connected, problems)
        plan.append(_launch(one, draft, feeds, mapped))
    return Launches(connected.account.launcher, plan, content)


def check_launches(config: Config, connected: Connected, problems: Problems) -> None:
    """What can be known of launches without streams: access, content, times."""
    if not config.launches:
        return
    launcher = connected.account.launcher
    launcher.check_access()
    for one in config.launches:
        _html(one, problems)
        if len(one.test_addresses) > launcher.traits.tests:
            problems.add(f"{one.path}.test_addresses has {len(one.test_addresses)} addresses; a test goes to {launcher.traits.tests} at most.")
        if one.at is not None and one.at % launcher.traits.schedule_step_s:
            problems.add(
                f"{one.path}.at must be a multiple of {launcher.traits.schedule_step_s // 60} minutes; {launcher.traits.label} takes no other."
            )
        _check_zone(one, problems)
        if one.then is Then.SCHEDULE and launcher.traits.needs_zone and not one.zone:
            problems.add(f"{one.path}.time_zone is needed: the name of the account's own time zone, such as Europe/Berlin.")


def _check_zone(one: LaunchConfig, problems: Problems) -> None:
    try:
        if one.zone:
            time_zone(one.zone)
    except ConfigError as error:
        problems.add(f"{one.path}.{error}")


def closed_lists(config: Config, feeds: Feeds, ledger: Ledger) -> frozenset[str]:
    """Lists that were made for a campaign which was launched, and that feed nothing else."""
    shared = {feeds.found[entry.path].key for entry in config.streams if not entry.launch and entry.path in feeds.found}
    closed = set()
    with ledger.begin() as connection:
        for key, listing in feeds.launched.items():
            row = rows.load(connection, config.settings.account, key)
            if row is not None and row.sync == config.sync_name and is_under_way(row) and listing.key not in shared:
                closed.add(listing.key)
    return frozenset(closed)


def _launch(one: LaunchConfig, draft: Draft, feeds: Feeds, mapped: Mapping[str, StreamMapping]) -> Launch:
    streams = {recipients.stream for recipients in one.recipients}
    return Launch(
        key=one.key,
        list=feeds.launched[one.key],
        recipients=one.recipients,
        draft=draft,
        then=one.then,
        at=one.at,
        zone=one.zone,
        send_to_existing_members=one.send_to_existing_members,
        own_address=address_key(one.first_contact) if one.first_contact else None,
        test_addresses=one.test_addresses,
        filled=frozenset(pair.field for name in streams if name in mapped for pair in mapped[name].pairs),
        other_tags=frozenset(one.other_tags),
        release=one.release,
    )


def _draft(one: LaunchConfig, html: str, list_key: str, connected: Connected, problems: Problems) -> Draft:
    topic = ""
    try:
        topic = connected.account.topics(one.topic) if one.topic else ""
    except ConfigError as error:
        problems.add(f"{one.path}.{error}")
    return Draft(one.name, one.subject, one.from_name, one.from_email, list_key, content_url=one.content_url, html=html, topic=topic)


def _html(one: LaunchConfig, problems: Problems) -> str:
    try:
        if one.content_url:
            return fetched(one.content_url)
        return Path(one.content_file).read_text(encoding="utf-8") if one.content_file else ""
    except ConfigError as error:
        problems.add(f"{one.path}: {error}")
    except (OSError, UnicodeDecodeError) as error:
        problems.add(f"{one.path}.content_file cannot be read ({type(error).__name__}).")
    return ""
