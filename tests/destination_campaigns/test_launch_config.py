"""Every mistake in a launch is named before a call, and what an API cannot do is refused by name."""

import pytest

from destination_campaigns.config import parse_config
from mailsync.errors import ConfigError

from .support import a_config

LAUNCH = {
    "launch_key": "spring-2027",
    "recipients": [{"stream": "Leads"}],
    "list_name": "Spring",
    "create_list": True,
    "first_contact": "me@company.example",
    "campaign_name": "Spring",
    "subject": "Spring is here",
    "from_email": "ann@company.example",
    "content_page": "https://company.example/spring.html",
}
MAILIGEN = {"name": "mailigen", "api_key": "key-0000"}


def with_launch(*more, system=None, **options):
    launches = [{name: value for name, value in {**LAUNCH, **options}.items() if value is not None}, *more]
    return a_config(streams=[], launches=launches, **({"system": system} if system else {}))


def problem_of(config):
    with pytest.raises(ConfigError) as caught:
        parse_config(config)
    return str(caught.value)


def test_a_small_launch_is_a_draft_whose_recipients_feed_its_list():
    config = parse_config(with_launch(recipients=[{"stream": "Leads"}, {"stream": "Campaign_Members", "campaign": "71"}]))
    (launch,) = config.launches
    assert (launch.then.value, launch.send_to_existing_members) == ("draft", False)
    assert [(one.stream, one.campaign, one.list_name, one.launch) for one in config.streams] == [
        ("Leads", "", "Spring", "spring-2027"),
        ("Campaign_Members", "71", "Spring", "spring-2027"),
    ]


def test_a_stream_that_feeds_a_list_already_is_read_alike_for_the_launch():
    streams = [{"stream": "Leads", "list_name": "Newsletter", "update_empty": False}]
    config = parse_config(with_launch() | {"streams": streams})
    assert config.streams[1].records == config.streams[0].records


@pytest.mark.parametrize(
    ("config", "named"),
    [
        (with_launch(launch_key=None), ["launches[0].launch_key is missing"]),
        (with_launch(launch_key="spring 2027"), ["launches[0].launch_key may hold"]),
        (with_launch(launch_key="a--b"), ["launches[0].launch_key may hold"]),
        (with_launch(launch_key="x" * 41), ["at most 40"]),
        (with_launch({**LAUNCH, "launch_key": "SPRING-2027"}), ["Two launches have the key 'spring-2027'"]),
        (with_launch(recipients=[]), ["recipients is missing or empty"]),
        (with_launch(recipients=[{"campaign": "71"}]), ["launches[0].recipients[0].stream is missing"]),
        (with_launch(recipients=[{"stream": "Leads", "segment": "x"}]), ["recipients[0].segment is no option"]),
        (with_launch(list_name=None, create_list=None), ["launches[0].recipients[0] names no list"]),
        (with_launch(first_contact=None), ["needs first_contact"]),
        (with_launch(from_email="ann@gmail.com"), ["at gmail.com, a public mail service"]),
        (with_launch(from_email="ann"), ["from_email is no e-mail address"]),
        (with_launch(campaign_name="x" * 90), ["campaign_name is too long", "79 characters"]),
        (with_launch(content_file="spring.html", system=MAILIGEN, first_contact=None), ["content_page and content_file are both given"]),
        (with_launch(content_page=None, then="send"), ["then needs content"]),
        (with_launch(then="schedule"), ["so at is needed"]),
        (with_launch(then="schedule", at="2027-03-01T09:30:00"), ["distance from UTC"]),
        (with_launch(then="send", at="2027-03-01T09:30:00+01:00"), ["at goes with then: schedule"]),
        (with_launch(then="later"), ["launches[0].then", "draft, schedule, send"]),
        (with_launch(content_file="spring.html", content_page=None), ["launches[0].content_file cannot be fulfilled", "content_page"]),
        (with_launch(test_addresses=["me@company.example"]), ["launches[0].test_addresses cannot be fulfilled", "test mails"]),
        (with_launch(reply_to="me@company.example"), ["launches[0].reply_to cannot be fulfilled"]),
        (with_launch(lawful_basis="consent"), ["launches[0].lawful_basis cannot be fulfilled"]),
        (with_launch(topic="Offers", system=MAILIGEN, first_contact=None), ["launches[0].topic cannot be fulfilled", "no topics"]),
        (with_launch(test_addresses=["me"], system=MAILIGEN, first_contact=None), ["test_addresses holds something that is no e-mail address"]),
    ],
)
def test_a_mistake_is_named_with_what_to_do(config, named):
    problem = problem_of(config)
    for part in named:
        assert part in problem
