"""Lists, topics, campaigns, figures and contacts."""

import pytest

from tests.source_campaigns.reader import kept

DAY = 86400


@pytest.fixture
def account(reader):
    return reader()


def test_every_stream_is_discovered_and_has_its_key_and_cursor(account):
    catalog = account.discover()
    assert set(catalog) == {"lists", "topics", "campaigns", "campaign_reports", "responses", "contacts"}
    assert catalog["responses"]["source_defined_primary_key"] == [["campaign_key"], ["action"], ["address"]]
    for name in ("campaigns", "campaign_reports", "responses", "contacts"):
        assert catalog[name]["default_cursor_field"] == ["_ab_cdc_cursor"]
        assert "incremental" in catalog[name]["supported_sync_modes"]


def test_lists_and_topics_are_as_the_vendor_sends_them(account):
    for number in range(130):
        account.edit(op="create_list", name=f"List {number}")
    vendor, output = account.vendor(), account.read("lists", "topics")
    assert {row["listkey"]: row["listname"] for row in output.records("lists")} == {key: one["name"] for key, one in vendor["lists"].items()}
    assert {row["topicId"]: row["topicName"] for row in output.records("topics")} == vendor["topics"]


def test_a_campaign_names_its_lists_and_a_test_its_variants(account):
    vendor, rows = account.vendor()["campaigns"], {row["campaign_key"]: row for row in account.read("campaigns").records()}
    assert {key: row["name"].removesuffix(" (A)").removesuffix(" (B)") for key, row in rows.items()} == {
        key: one["name"].removesuffix(" (a)").removesuffix(" (b)") for key, one in vendor.items()
    }
    for key, row in rows.items():
        assert row["list_keys"] == vendor[key]["lists"]
        assert row.get("parent_key", "") == vendor[key]["parent"]
        assert row["type"] == ("ab_variant" if vendor[key]["parent"] else "ab_test" if vendor[key]["children"] else "normal")
        assert row["status"] == "sent"


def test_a_campaign_is_shown_again_when_it_changed_and_costs_a_call_only_then(account):
    key = account.send(9, first=3)
    account.read("campaigns")
    account.emulator.clear_requests()
    assert account.read("campaigns").records() == []
    assert set(account.calls()) == {"recentcampaigns"}
    account.edit(op="finish", campaign=key)
    (row,) = account.read("campaigns").records()
    assert (row["campaign_key"], row["status"]) == (key, "sent")


def test_a_campaign_is_shown_at_each_of_its_states_and_one_that_was_not_sent_costs_no_call_of_its_own(account):
    account.edit(op="settle")
    account.read("campaigns", "campaign_reports", "responses")
    listkey = account.edit(op="create_list", name="Spring people")["list"]
    account.edit(op="populate", list=listkey, n=2)
    key = account.edit(op="compose", list=listkey, name="Spring - launch 572000000000000001")["campaign"]
    account.emulator.clear_requests()
    (row,) = account.read("campaigns").records()
    assert (row["campaign_key"], row["state"], row["launch_key"]) == (key, "draft", "572000000000000001")
    assert "sent_at" not in row
    assert "list_keys" not in row
    assert set(account.calls()) == {"recentcampaigns"}
    assert account.read("campaigns", "campaign_reports", "responses").records() == []
    seen = []
    for op, more in (("review", {"kind": "approve"}), ("send_draft", {})):
        account.edit(op=op, campaign=key, **more)
        rows = account.read("campaigns").records()
        seen += [row["state"] for row in rows]
    assert seen[0] == "reviewed"
    assert set(seen[1:]) <= {"sending", "sent"}
    assert len(seen) == 2
    account.emulator.advance(3600)
    account.read("campaigns")
    assert account.read("campaigns").records() == []


def test_a_campaign_that_was_cancelled_is_shown_as_such(account):
    listkey = account.edit(op="create_list", name="Spring people")["list"]
    account.edit(op="populate", list=listkey, n=2)
    key = account.edit(op="compose", list=listkey, name="Spring")["campaign"]
    account.read("campaigns")
    account.edit(op="halt", campaign=key, kind="cancel")
    (row,) = account.read("campaigns").records()
    assert (row["state"], row.get("launch_key")) == ("cancelled", None)


def test_drafts_made_before_the_start_date_are_left_out(reader):
    account = reader(start_date="2035-01-01T00:00:00Z")
    listkey = account.edit(op="create_list", name="Spring people")["list"]
    account.edit(op="compose", list=listkey, name="Spring")
    assert account.read("campaigns").records() == []


def test_figures_are_the_vendors_and_shown_again_when_they_changed(account):
    vendor, rows = account.vendor()["campaigns"], {row["campaign_key"]: row for row in account.read("campaign_reports").records()}
    assert rows.keys() == vendor.keys()
    for key, row in rows.items():
        one = vendor[key]
        counts = {name: len(one["actions"].get(action, ())) for name, action in (("opened", "openedcontacts"), ("clicked", "clickedcontacts"))}
        bounces = len(one["actions"].get("senthardbounce", ())) + len(one["actions"].get("sentsoftbounce", ()))
        told = {name: row[name] for name in ("sent", "delivered", "opened", "clicked", "unsent")}
        assert told == {"sent": len(one["recipients"]), "delivered": len(one["recipients"]) - bounces, "unsent": len(one["unsent"]), **counts}
    account.edit(op="click", campaign=account.campaign("Autumn letter"), email=vendor[account.campaign("Autumn letter")]["recipients"][0])
    assert [row["name"] for row in account.read("campaign_reports").records()] == ["Autumn letter"]
    assert account.read("campaign_reports").records() == []


def test_contacts_are_everybody_on_every_list_with_their_status(account):
    rows = account.read("contacts").records()
    words = {"spam": "spam", "active": "active", "unsubscribed": "unsubscribed", "bounced": "bounced"}
    assert {(row["list_key"], row["address"].lower(), row["status"]) for row in rows} == {
        (key, address, words[member["status"]]) for key, one in account.vendor()["lists"].items() for address, member in one["members"].items()
    }
    assert all(row["added_at"] for row in rows)
    assert any(row.get("first_name") and row.get("company") for row in rows)


def test_only_contacts_that_changed_are_shown_again(account):
    vendor = account.vendor()["lists"]
    account.read("contacts")
    newsletter, one = next((key, one) for key, one in vendor.items() if one["name"] == "Newsletter")
    leaver = next(address for address, member in one["members"].items() if member["status"] == "active")
    account.edit(op="add", list=newsletter, email="new@example.com", fields={"First Name": "Newly"})
    account.edit(op="unsubscribe", list=newsletter, email=leaver)
    rows = {row["address"].lower(): row["status"] for row in account.read("contacts").records()}
    assert rows["new@example.com"] == "active"
    assert rows[leaver] == "unsubscribed"
    assert len(rows) < 10
    assert account.read("contacts").records() == []


def test_lists_of_thousands_are_read_completely(account):
    key = account.edit(op="create_list", name="Large")["list"]
    account.edit(op="populate", list=key, n=2100)
    rows = [row for row in account.read("contacts").records() if row["list_key"] == key]
    assert len({row["address"] for row in rows}) == len(rows) == 2100


def test_streams_that_need_the_same_reads_make_them_once(account):
    account.emulator.clear_requests()
    account.read("campaigns", "campaign_reports", "responses")
    campaigns = account.vendor()["campaigns"]
    assert len(account.calls("getcampaigndetails")) == sum(not one["parent"] for one in campaigns.values())
    assert len(account.calls("campaignreports")) <= len(campaigns)
    assert len(account.calls("recentcampaigns")) == 11


def test_a_full_refresh_brings_the_same_as_a_first_incremental_read(account, reader):
    catalog = account.discover()
    once, again = account.read(*catalog), reader().read(*catalog)
    for name in catalog:
        assert sorted(map(str, map(kept, once.records(name)))) == sorted(map(str, map(kept, again.records(name))))
        assert once.records(name)
