"""Who did what in which campaign: everything once, then only what is new, for the price of the counters."""

from collections import Counter

import pytest

from tests.source_campaigns.reader import held, vendor_responses

DAY = 86400


@pytest.fixture
def account(reader):
    return reader()


def keys(output, action=None):
    return {(row["campaign_key"], row["action"], row["address"].lower()) for row in output.live() if action in (None, row["action"])}


def by_name(account, output, name):
    return [row for row in output.live() if row["campaign_key"] == account.campaign(name)]


def unopened(account, name):
    one = account.vendor()["campaigns"][account.campaign(name)]
    return [address for address in one["recipients"] if address not in one["actions"].get("openedcontacts", {})]


def test_a_first_read_brings_every_response_of_every_campaign_and_variant(account):
    output = account.read("responses")
    assert output.errors() == []
    assert keys(output) == vendor_responses(account.vendor())
    assert output.tombstones() == []
    assert Counter(row["action"] for row in output.live()).keys() == {
        *("sent", "delivered", "opened", "unopened", "clicked", "hard_bounce", "soft_bounce", "unsubscribed", "complaint", "unsent")
    }


def test_a_response_can_be_understood_alone(account):
    vendor, output = account.vendor(), account.read("responses")
    lists = {one["name"]: key for key, one in vendor["lists"].items()}
    (campaign,) = {
        (row["campaign_name"], row["campaign_type"], row["campaign_sent_at"][:10], *row["list_keys"], *row["list_names"])
        for row in by_name(account, output, "Summer letter")
    }
    assert campaign[:2] == ("Summer letter", "normal")
    assert campaign[3:] == (lists["Newsletter"], lists["Product news"], "Newsletter", "Product news")
    split = by_name(account, output, "Which offer")
    assert {row["campaign_type"] for row in split} == {"ab_test"}
    assert {row.get("variant_key") for row in split} == {None, *vendor["campaigns"][account.campaign("Which offer")]["children"]}


def test_counts_and_times_are_the_vendors_to_the_minute(account):
    vendor, output = account.vendor()["campaigns"], account.read("responses")
    opened = [row for row in output.live() if row["action"] == "opened" and "variant_key" not in row]
    assert any(row["count"] > 1 for row in opened)
    for row in opened:
        times = vendor[row["campaign_key"]]["actions"]["openedcontacts"][row["address"].lower()]
        assert row["count"] == len(times)
        assert (row["first_at"], row["last_at"]) == (minute(times[0]), minute(max(times)))
    sent = [row for row in output.live() if row["action"] == "sent"]
    assert all(row["first_at"] == row["campaign_sent_at"] for row in sent)
    assert any(row.get("first_name") and row.get("last_name") and row["contact_id"] for row in sent)


def minute(seconds):
    from mailsync.instants import text

    return text(min([seconds]) // 60 * 60)


def test_with_nothing_new_a_campaign_within_the_look_back_costs_one_call(account):
    account.read("responses")
    account.emulator.clear_requests()
    output = account.read("responses")
    assert output.records() == []
    recent = [one for one in account.vendor()["campaigns"].values() if one["sent_at"] > account.emulator.now() - 30 * DAY]
    calls = Counter(account.calls())
    assert calls.pop("campaignreports") == len(recent)
    assert calls.keys() == {"recentcampaigns"}


def test_only_the_action_that_changed_is_read(account):
    account.read("responses")
    address = unopened(account, "Autumn letter")[0]
    account.edit(op="open", campaign=account.campaign("Autumn letter"), email=address)
    account.emulator.clear_requests()
    output = account.read("responses")
    assert {(row["action"], row["address"]) for row in output.live()} >= {("opened", address)}
    assert {row["action"] for row in output.live()} == {"opened"}
    assert len(account.calls("getcampaignrecipientsdata")) == 1
    assert len(output.live()) <= 3


def test_who_opened_is_no_longer_unopened_and_who_bounced_was_not_delivered(account):
    first = account.read("responses")
    key = account.campaign("Autumn letter")
    opened, hard, soft = unopened(account, "Autumn letter")[:3]
    account.edit(op="open", campaign=key, email=opened)
    account.edit(op="bounce", campaign=key, email=hard)
    account.edit(op="bounce", campaign=key, email=soft, kind="soft")
    second = account.read("responses")
    taken = {(row["action"], row["address"]) for row in second.tombstones()}
    assert {("unopened", opened), *((action, address) for action in ("delivered", "unopened") for address in (hard, soft))} <= taken
    assert set(held([*first.records(), *second.records()])) == vendor_responses(account.vendor())


@pytest.mark.parametrize(("n", "pages"), [(20, 1), (21, 1), (75, 1), (500, 1), (501, 2), (1200, 3)])
def test_all_recipients_are_read_however_many_there_are(reader, n, pages):
    """Without a range the vendor gives twenty and says nothing."""
    account = reader(actions=["sent"])
    account.edit(op="delete_campaign")
    key = account.send(n)
    account.emulator.clear_requests()
    assert keys(account.read("responses")) == {(key, "sent", f"reader{number}@example.com") for number in range(n)}
    assert len(account.calls("getcampaignrecipientsdata")) == pages


def test_wanted_actions_alone_are_shown_and_read(reader):
    account = reader(actions=["clicked", "unsubscribed"])
    assert keys(account.read("responses")) == {key for key in vendor_responses(account.vendor()) if key[1] in ("clicked", "unsubscribed")}
    without = reader(actions=["unopened"])
    assert keys(without.read("responses")) == {key for key in vendor_responses(without.vendor()) if key[1] == "unopened"}


def test_late_responses_are_seen_until_the_look_back_ends_and_a_last_time_then(reader):
    account = reader(look_back_days=7)
    account.edit(op="delete_campaign")
    key = account.send(10)
    account.read("responses")
    account.emulator.advance(6 * DAY)
    account.edit(op="open", campaign=key, email="reader1@example.com")
    assert (key, "opened", "reader1@example.com") in keys(account.read("responses"))
    account.edit(op="open", campaign=key, email="reader2@example.com")
    account.emulator.advance(30 * DAY)
    assert (key, "opened", "reader2@example.com") in keys(account.read("responses"))
    account.edit(op="open", campaign=key, email="reader3@example.com")
    account.emulator.clear_requests()
    assert account.read("responses").records() == []
    assert account.calls("campaignreports") == []
    assert "campaigns" not in account.state[0]["stream"]["stream_state"]


def test_campaigns_older_than_the_look_back_are_read_once_and_leave_nothing_in_the_state(reader):
    account = reader(look_back_days=1)
    assert keys(account.read("responses")) == vendor_responses(account.vendor())
    assert "campaigns" not in account.state[0]["stream"]["stream_state"]
    account.emulator.clear_requests()
    assert account.read("responses").records() == []
    assert set(account.calls()) == {"recentcampaigns"}


def test_a_campaign_sent_while_nobody_synced_for_months_is_read(reader):
    account = reader(look_back_days=7)
    account.read("responses")
    account.emulator.advance(DAY)
    key = account.send(5)
    account.emulator.advance(60 * DAY)
    assert {one for one in keys(account.read("responses")) if one[1] == "sent"} >= {
        (key, "sent", f"reader{number}@example.com") for number in range(5)
    }


def test_only_campaigns_since_the_start_date(reader):
    account = reader(start_date="2026-01-01T00:00:00Z")
    since = account.emulator.now() - 100 * DAY
    from mailsync.instants import text

    account.config["start_date"] = text(since)
    assert keys(account.read("responses")) == vendor_responses(account.vendor(), since)


def test_a_campaign_that_is_still_being_sent_is_completed_later(account):
    key = account.send(30, first=10)
    account.edit(op="open", campaign=key, email="reader0@example.com")
    first = account.read("responses")
    assert len([one for one in keys(first, "sent") if one[0] == key]) == 10
    account.edit(op="finish", campaign=key)
    second = account.read("responses")
    assert set(held([*first.records(), *second.records()])) == vendor_responses(account.vendor())
    assert account.read("responses").records() == []


def test_responses_that_come_in_over_days_add_up_to_what_the_vendor_holds(account):
    account.send(300, lively=True)
    records = account.read("responses").records()
    for _ in range(4):
        account.emulator.advance(2 * DAY)
        records += account.read("responses").records()
    account.edit(op="settle")
    records += account.read("responses").records()
    assert set(held(records)) == vendor_responses(account.vendor())
    assert sum(row["action"] == "opened" for row in records) < 2 * sum(key[1] == "opened" for key in held(records))


def test_opened_again_brings_the_new_count_when_the_counter_tells(account):
    account.emulator.switch(zoho_campaigns_opens_count="total")
    account.read("responses")
    key = account.campaign("Autumn letter")
    one = account.vendor()["campaigns"][key]["actions"]["openedcontacts"]
    address, times = next(iter(one.items()))
    account.edit(op="open", campaign=key, email=address)
    (row,) = [row for row in account.read("responses").live() if row["address"].lower() == address]
    assert row["count"] == len(times) + 1


def test_a_deleted_campaign_and_an_erased_person_end_nothing(account):
    account.read("responses")
    account.edit(op="delete_campaign", campaign=account.campaign("Product update"))
    account.edit(op="erase", email=unopened(account, "Autumn letter")[0])
    assert account.read("responses").errors() == []


def test_the_forecast_is_told_before_recipients_are_read_and_the_calls_after(account):
    log = account.read("responses").log()
    assert log.index("Forecast: ") < log.index("getcampaignrecipientsdata")
    assert "Done. Calls of this sync so far: " in log


def test_no_address_is_in_the_log(account):
    account.send(50, lively=True)
    account.emulator.advance(DAY)
    output = account.read("responses", "contacts", "campaigns", "campaign_reports")
    assert output.errors() == []
    assert "@" not in output.log()


def test_the_state_of_a_campaign_is_small(reader):
    account = reader()
    account.edit(op="delete_campaign")
    account.send(3000, lively=True)
    account.emulator.advance(20 * DAY)
    account.read("responses")
    opened = len(next(iter(account.vendor()["campaigns"].values()))["actions"]["openedcontacts"])
    (state,) = account.state
    size = len(str(state["stream"]["stream_state"]))
    assert opened > 600
    assert size < 4 * opened
