"""Mailigen: the same streams from another tool, with what it does not tell left out or refused by name."""

from collections import Counter

import pytest

from tests.source_campaigns.reader import Mailigen, held

DAY = 86400
STREAMS = ("lists", "suppressed", "campaigns", "campaign_reports", "responses", "contacts")


@pytest.fixture
def account(vendor):
    return Mailigen(vendor)


@pytest.fixture
def campaign(account):
    """Sent to the newsletter, with one of everything that may happen."""
    people = account.active()
    key = account.edit(op="send", list="Newsletter", name="Spring")["campaign"]
    for address in people[:8]:
        account.edit(op="open", campaign=key, email=address)
    account.edit(op="open", campaign=key, email=people[0])
    for _ in range(2):
        account.edit(op="click", campaign=key, email=people[1])
    account.edit(op="unsubscribe", campaign=key, email=people[2])
    for place, kind in enumerate(("hard", "soft", "blocked", "temporary", "generic")):
        account.edit(op="bounce", campaign=key, email=people[10 + place], kind=kind)
    return key


def test_every_stream_brings_what_the_vendor_holds(account, campaign):
    account.edit(op="opt_out", email=account.active()[20])
    output, vendor = account.read(*STREAMS), account.vendor()
    assert output.errors() == []
    assert set(held(output.records("responses"))) == Mailigen.told(vendor)
    assert {row["campaign_key"]: (row["name"], row["list_keys"], row["type"]) for row in output.records("campaigns")} == {
        campaign: ("Spring", [account.newsletter()], "normal")
    }
    assert {row["id"] for row in output.records("lists")} == set(vendor["lists"])
    assert {row["email"].lower() for row in output.records("suppressed")} == set(vendor["suppressed"])
    assert {(row["list_key"], row["address"].lower(), row["status"]) for row in output.records("contacts")} == {
        (key, address, member["status"])
        for key, one in vendor["lists"].items()
        for address, member in one["members"].items()
        if member["status"] != "pending"
    }
    (report,) = output.records("campaign_reports")
    assert (report["opened"], report["clicked"], report["soft_bounces"], report["unsubscribed"]) == (8, 1, 4, 1)


def test_openings_have_counts_clicks_have_times_and_unsubscribes_are_of_the_list(account, campaign):
    rows = {(row["action"], row["address"].lower()): row for row in account.read("responses").live()}
    opener, clicker = account.active()[:2]
    assert rows["opened", opener]["count"] == 2
    assert rows["clicked", clicker]["count"] == 2
    assert rows["clicked", clicker]["first_at"] <= rows["clicked", clicker]["last_at"]
    assert "first_at" not in rows["opened", opener]
    assert {row["leaving_level"] for (action, _), row in rows.items() if action == "unsubscribed"} == {"list"}


def test_with_nothing_new_a_campaign_costs_its_counters_and_a_change_only_its_action(account, campaign):
    first = account.read("responses")
    account.emulator.clear_requests()
    assert account.read("responses").records() == []
    assert Counter(account.calls()) == {"ping": 1, "campaigns": 1, "campaignStats": 1}
    account.edit(op="open", campaign=campaign, email=account.active()[25])
    account.emulator.clear_requests()
    second = account.read("responses")
    assert set(account.calls()) == {"ping", "campaigns", "campaignStats", "campaignOpened"}
    assert set(held([*first.records(), *second.records()])) == Mailigen.told(account.vendor())


def test_hundreds_of_recipients_are_read_fifty_a_call(account):
    key = account.edit(op="create_list", name="Large")["list"]
    for number in range(130):
        account.edit(op="add", list=key, email=f"reader{number}@example.com")
    campaign = account.edit(op="send", list=key)["campaign"]
    for number in range(0, 130, 2):
        account.edit(op="open", campaign=campaign, email=f"reader{number}@example.com")
    account.emulator.clear_requests()
    assert set(held(account.read("responses").records())) == Mailigen.told(account.vendor())
    assert len(account.calls("campaignOpened")) <= 4
    assert len(account.calls("campaignNotOpened")) == 2


@pytest.mark.parametrize(
    ("switch", "reading"),
    [
        ("error_status", "http_400"), ("truth", "text"), ("members_form", "indexed_object"), ("times_zone", "riga"), ("member_count", "everybody"),
        ("limit_over_maximum", "refused"),
    ],
)  # fmt: skip
def test_every_reading_brings_the_same_responses(account, campaign, switch, reading):
    account.emulator.switch(**{f"mailigen_{switch}": reading})
    output = account.read(*STREAMS)
    assert output.errors() == []
    assert set(held(output.records("responses"))) == Mailigen.told(account.vendor())


def test_what_the_vendor_does_not_tell_of_is_refused_by_name(vendor):
    for action in ("complaint", "unsent"):
        status = Mailigen(vendor, actions=["opened", action]).check()
        assert status.status.value == "FAILED"
        assert action in status.message
    output = Mailigen(vendor).read("topics", "lists", expecting_exception=True)
    assert "Mailigen has no topics" in output.errors("topics")[0]["message"]
    assert output.statuses("lists")[-1] == "COMPLETE"


def test_a_wrong_key_is_a_config_error_and_is_never_shown(account):
    assert account.check().status.value == "SUCCEEDED"
    account.config["system"]["api_key"] = "wrong-key-00001"
    status = account.check()
    assert status.status.value == "FAILED"
    assert "API key" in status.message
    assert "wrong-key-00001" not in status.message
    output = account.read("responses", expecting_exception=True)
    assert output.errors("responses")[0]["failure_type"] == "config_error"
    assert "wrong-key-00001" not in output.log()


def test_no_address_is_in_the_log(account, campaign):
    assert "@" not in account.read(*STREAMS).log()


def test_a_draft_is_shown_with_its_state_and_the_key_of_its_launch_and_again_when_it_went_out(account):
    account.read("campaigns", "campaign_reports", "responses")
    key = account.edit(op="compose", list="Newsletter", name="Spring - launch spring-2027")["campaign"]
    account.emulator.clear_requests()
    (row,) = account.read("campaigns").records()
    assert (row["campaign_key"], row["state"], row["launch_key"]) == (key, "draft", "spring-2027")
    assert "campaignStats" not in account.calls()
    assert account.read("campaigns", "campaign_reports", "responses").records() == []
    account.edit(op="send_draft", campaign=key)
    account.emulator.advance(3600)
    (row,) = account.read("campaigns").records()
    assert (row["campaign_key"], row["state"], row["list_names"]) == (key, "sent", ["Newsletter"])
    assert {one["campaign_key"] for one in account.read("responses").records()} == {key}
