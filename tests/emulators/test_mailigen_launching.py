"""Campaigns made by API: the vendor's rules for making, scheduling and sending them."""

import pytest

from tests.emulators.mailigen_api import api

__all__ = ["api"]

EMAILS = ["ann@example.com", "bob@example.com"]


@pytest.fixture
def filled(api):
    key = api.new_list()
    api.subscribe(key, *EMAILS)
    return key


def make(api, list_key, content=None, **more):
    options = {"list_id": list_key, "subject": "Hello", "from_email": "news@example.com", "from_name": "Ann", "title": "Spring"} | more
    return api.call("campaignCreate", type="html", options=options, content=content or {"html": "<p>Hello</p>"})


def campaign(api, key):
    return api.state()["campaigns"][key]


def status(api, key):
    return next(one["status"] for one in api.call("campaigns") if one["id"] == key)


def test_a_campaign_is_a_draft_until_it_is_sent_to_each_subscriber_once(api, filled):
    api.unsubscribe(filled, EMAILS[1])
    key = make(api, filled)
    assert (status(api, key), campaign(api, key)["mailed"]) == ("draft", {})
    assert api.call("campaignSendNow", cid=key) is True
    assert (status(api, key), campaign(api, key)["mailed"]) == ("sent", {EMAILS[0]: 1})
    assert "error" in api.call("campaignSendNow", cid=key)
    assert campaign(api, key)["mailed"] == {EMAILS[0]: 1}


@pytest.mark.parametrize(
    ("content", "more"),
    [({"url": "https://example.com/nowhere"}, {}), (None, {"list_id": "00000000"}), (None, {"subject": ""}), (None, {"from_email": "nobody"})],
)
def test_what_keeps_a_campaign_from_being_made(api, filled, content, more):
    assert "error" in make(api, filled, content, **more)


def test_content_may_be_a_page(api, filled):
    assert isinstance(make(api, filled, {"url": api.emulator.publish("spring", "<p>Hello</p>")}), str)


def test_a_scheduled_campaign_goes_out_at_its_time_unless_that_is_taken_back(api, filled):
    first, second = make(api, filled), make(api, filled)
    at = api.call("campaignSchedule", cid=first, schedule_time="2020-01-01 00:00:00")
    assert "error" in at, "that has passed"
    for key in (first, second):
        assert api.call("campaignSchedule", cid=key, schedule_time="2099-01-01 00:00:00") is True
    assert api.call("campaignUnschedule", cid=second) is True
    api.emulator.advance(100 * 366 * 86400)
    assert campaign(api, first)["mailed"] == dict.fromkeys(EMAILS, 1)
    assert campaign(api, second)["mailed"] == {}


def test_a_test_mail_goes_to_no_recipient(api, filled):
    key = make(api, filled)
    assert api.call("campaignSendTest", cid=key, test_emails=["me@example.com"], send_type="html") is True
    assert "error" in api.call("campaignSendTest", cid=key, test_emails=[f"me{number}@example.com" for number in range(6)], send_type="html")
    assert (campaign(api, key)["mailed"], campaign(api, key)["tests"]) == ({}, {"me@example.com": 1})


def test_a_draft_can_be_changed_and_deleted(api, filled):
    key = make(api, filled)
    assert api.call("campaignUpdate", cid=key, name="subject", value="Hello again") is True
    assert next(one["subject"] for one in api.call("campaigns") if one["id"] == key) == "Hello again"
    assert api.call("campaignDelete", cid=key) is True
    assert api.call("campaigns") == []
