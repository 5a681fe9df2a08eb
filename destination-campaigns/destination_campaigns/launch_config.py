"""The launches of a configuration: parsed once, checked as far as no network is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from destination_campaigns import launch_spec
from mailsync.airbyte.options import Options, Problems
from mailsync.launches.plan import KEY, LONGEST_KEY, LONGEST_NAME, Recipients, Then, marked
from mailsync.launches.senders import public_domain
from mailsync.membership.address import address_key


@dataclass(frozen=True, slots=True)
class LaunchConfig:
    """One launch as configured. `path` is how messages call it; `at` in epoch seconds."""

    path: str
    key: str
    recipients: tuple[Recipients, ...]
    first_contact: str
    send_to_existing_members: bool
    name: str
    subject: str
    from_name: str
    from_email: str
    content_url: str
    content_file: str
    topic: str
    other_tags: tuple[str, ...]
    test_addresses: tuple[str, ...]
    then: Then
    at: float | None
    zone: str
    release: str


def parse_launch(options: Options, refused: Mapping[str, str], problems: Problems) -> LaunchConfig:
    """One entry of `launches`. What is wrong is added to `problems`."""
    options.known(launch_spec.form()["properties"], refused=refused)
    path = options.named("launch_key").removesuffix(".launch_key")
    found = LaunchConfig(
        path=path,
        key=options.text("launch_key", required=True).lower(),  # a mailing tool may change the case of a name
        recipients=tuple(Recipients(one.text("stream", required=True), one.text("campaign")) for one in options.objects("recipients")),
        first_contact=options.text("first_contact"),
        send_to_existing_members=options.flag("send_to_existing_members"),
        name=options.text("campaign_name", required=True),
        subject=options.text("subject", required=True),
        from_name=options.text("from_name"),
        from_email=options.text("from_email", required=True),
        content_url=options.text("content_page"),
        content_file=options.text("content_file"),
        topic=options.text("topic"),
        other_tags=options.texts("other_tags"),
        test_addresses=options.texts("test_addresses"),
        then=Then(options.choice("then", launch_spec.THEN)),
        at=_moment(options, problems),
        zone=options.text("time_zone"),
        release=options.text("release"),
    )
    for problem in _mistakes(found):
        problems.add(f"{path}.{problem}")
    return found


def check_keys(launches: tuple[LaunchConfig, ...], problems: Problems) -> None:
    """Each key names one launch."""
    keys = [one.key for one in launches]
    for key in sorted({key for key in keys if key and keys.count(key) > 1}):
        problems.add(f"Two launches have the key {key!r}. A key names one launch, for ever.")


def _moment(options: Options, problems: Problems) -> float | None:
    text = options.text("at")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        problems.add(f"{options.named('at')} must be a time with its distance from UTC, such as 2027-03-01T09:30:00+01:00.")
        return None
    return moment.timestamp()


def _mistakes(one: LaunchConfig) -> list[str]:
    domain = public_domain(one.from_email)
    checks: list[tuple[bool, str]] = [
        (bool(one.key) and (KEY.fullmatch(one.key) is None or len(one.key) > LONGEST_KEY), _BAD_KEY),
        (not one.recipients, "recipients is missing or empty."),
        (bool(one.name) and len(marked(one.name, one.key)) > LONGEST_NAME, _LONG_NAME.format(most=LONGEST_NAME - len(marked("", one.key)))),
        (bool(one.from_email) and address_key(one.from_email) is None, "from_email is no e-mail address."),
        (domain is not None, f"from_email is at {domain}, a public mail service. Use a sender at a domain of your own."),
        (bool(one.content_url) and bool(one.content_file), "content_page and content_file are both given. Remove one of the two."),
        (one.then is not Then.DRAFT and not (one.content_url or one.content_file), "then needs content: give content_page or content_file."),
        (one.then is Then.SCHEDULE and one.at is None, "then is schedule, so at is needed."),
        (one.then is not Then.SCHEDULE and one.at is not None, "at goes with then: schedule."),
        (any(address_key(address) is None for address in one.test_addresses), "test_addresses holds something that is no e-mail address."),
    ]
    return [text for wrong, text in checks if wrong]


_BAD_KEY = f"launch_key may hold letters, digits and single dashes between them, at most {LONGEST_KEY} characters."
_LONG_NAME = "campaign_name is too long: with the mark of its key it must stay readable, so it may have {most} characters at most."
