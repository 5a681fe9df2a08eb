"""Campaigns made by API: the vendor's rules for making, reviewing, scheduling and sending them."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.emulators.zoho_campaigns_api import api, fresh

__all__ = ["api", "fresh"]

EMAILS = ["ann@example.com", "bob@example.com"]


@pytest.fixture
def filled(api, fresh):
    api.attach(fresh, *EMAILS)
    return fresh


def make(api, list_key, **more):
    form = {
        "campaignname": "Spring",
        "subject": "Hello",
        "from_email": "letters@example.com",
        "list_details": json.dumps({list_key: []}),
        "content_url": api.emulator.publish("spring", "<p>Hello</p>"),
    } | more
    return api.post("createCampaign", **{name: value for name, value in form.items() if value is not None})


def send(api, key, **more):
    return api.post("sendcampaign", campaignkey=key, **more)["response"]


def campaign(api, key):
    return api.emulator.state("zoho_campaigns")["campaigns"][key]


def listed(api, key, **params):
    rows = api.get("recentcampaigns", range=100, **({"status": "all"} | params)).get("recent_campaigns", [])
    return next((row["campaign_status"] for row in rows if row["campaign_key"] == key), None)


def test_a_campaign_is_a_draft_until_it_is_sent_to_each_active_member_once(api, filled):
    api.unsubscribe(filled, EMAILS[1])
    key = make(api, filled)["campaignKey"]
    assert listed(api, key) == listed(api, key, status="drafts") == "Draft"
    assert campaign(api, key)["mailed"] == {}
    assert send(api, key)["code"] == "200"
    assert listed(api, key, status="sent") == "Sent"
    assert campaign(api, key)["mailed"] == {EMAILS[0]: 1}
    assert send(api, key)["code"] == "6600"
    assert campaign(api, key)["mailed"] == {EMAILS[0]: 1}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"from_email": "stranger@example.com"}, "1001"),
        ({"list_details": '{"unknown": []}'}, "6606"),
        ({"list_details": "{}"}, "6606"),
        ({"content_url": "https://example.com/nowhere"}, "1001"),
        ({"topicId": "unknown"}, "6606"),
        ({"subject": None}, "903"),
    ],
)
def test_what_keeps_a_campaign_from_being_made(api, filled, more, code):
    assert make(api, filled, **more)["code"] == code


def test_content_may_have_three_hundred_thousand_characters(api, filled):
    long, longer = (api.emulator.publish(name, "x" * size) for name, size in (("long", 300_000), ("longer", 300_001)))
    assert make(api, filled, content_url=long)["code"] == "200"
    assert make(api, filled, content_url=longer)["code"] == "3001"


def test_without_content_or_members_it_is_not_sent(api, fresh, filled):
    assert send(api, make(api, filled, content_url=None)["campaignKey"])["code"] == "6607"
    empty = api.new_list("Empty")
    assert send(api, make(api, empty)["campaignKey"])["code"] == "6302"
    assert send(api, "unknown")["code"] == "6503"


def test_a_review_comes_before_sending_where_that_is_the_reading(api, filled):
    api.emulator.switch(zoho_campaigns_review="by_staff")
    key = make(api, filled)["campaignKey"]
    assert send(api, key)["code"] == "6611"
    api.emulator.edit("zoho_campaigns", op="review", campaign=key, kind="approve")
    assert send(api, key)["code"] == "200"


def test_a_scheduled_campaign_goes_out_at_its_time(api, filled):
    key = make(api, filled)["campaignKey"]
    at = datetime.fromtimestamp(api.emulator.now(), UTC) + timedelta(hours=3)
    at -= timedelta(minutes=at.minute % 5)
    form = {"scheduledate": at.strftime("%m/%d/%Y"), "schedulehour": str(int(at.strftime("%I"))), "scheduleminute": at.strftime("%M")}
    form |= {"am_pm": at.strftime("%p").lower(), "sendingTZ": "GMT", "isschedule": "true"}
    assert send(api, key, **form | {"scheduleminute": "07"})["code"] == "1001"
    assert send(api, key, **form)["code"] == "200"
    assert listed(api, key) == "Scheduled"
    assert send(api, key)["code"] == "6605"
    api.advance(2 * 3600)
    assert campaign(api, key)["mailed"] == {}
    api.advance(3600)
    assert campaign(api, key)["mailed"] == dict.fromkeys(EMAILS, 1)


def test_a_topic_limits_a_campaign_to_its_subscribers(api, filled):
    topic = next(iter(api.emulator.state("zoho_campaigns")["topics"]))
    api.subscribe(filled, EMAILS[0], topic_id=topic)
    key = make(api, filled, topicId=topic, list_details=json.dumps({filled: [topic]}))["campaignKey"]
    send(api, key)
    assert campaign(api, key)["mailed"] == {EMAILS[0]: 1}


def test_a_halted_campaign_is_not_sent_any_more_and_a_deleted_one_is_gone(api, filled):
    key = make(api, filled)["campaignKey"]
    api.emulator.edit("zoho_campaigns", op="halt", campaign=key, kind="cancel")
    assert (send(api, key)["code"], listed(api, key)) == ("6605", "Canceled")
    assert api.get("deletecampaign", campaignkey=key)["code"] == "0"
    assert listed(api, key) is None
