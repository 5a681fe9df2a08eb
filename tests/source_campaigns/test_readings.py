"""Whatever the vendor means where nobody knows: the same responses, only less about them."""

import os
import random

import pytest

from emulators.zoho_campaigns.switches import ALL
from tests.source_campaigns.reader import held, vendor_responses

DAY = 86400
PROVE = os.environ.get("MAILSYNC_PROVE") == "1"
# The forward sync's own calls; they change nothing here.
WRITING = (
    *("double_decode", "empty_value", "unknown_field", "value_too_long", "wrong_type", "update_on_form_list", "bounced_resubscribed"),
    *("do_not_mail_subscribe", "do_not_mail_unknown", "bulk_readd", "bulk_on_form_list", "bulk_more_than_ten", "bulk_at_contact_limit"),
    *("contact_limit_code", "unsubscribe_stranger", "field_details", "new_list_key", "delete_contacts_default"),
)
READINGS = [
    pytest.param(switch.name, reading, id=f"{switch.name}={reading}")
    for switch in ALL
    for reading in switch.readings[1:]
    if switch.name.removeprefix("zoho_campaigns_") not in (*WRITING, "lock_answer", "lock_starts", "counter_owner")
    and not switch.reference.endswith("#launching")
]


@pytest.mark.parametrize(("switch", "reading"), READINGS)
def test_every_reading_brings_the_same_responses(reader, switch, reading):
    account = reader()
    account.emulator.switch(**{switch: reading})
    account.send(60, lively=True)
    account.send(60, lively=True, kind="abtesting", name="Fresh test")
    first = account.read("responses", "campaigns", "campaign_reports", "contacts", "lists", "topics")
    account.emulator.advance(5 * DAY)
    account.edit(op="settle")
    second = account.read("responses")
    assert first.errors() == second.errors() == []
    assert set(held([*first.records("responses"), *second.records("responses")])) == vendor_responses(account.vendor())
    for name in ("campaigns", "campaign_reports", "contacts", "lists", "topics"):
        assert first.records(name)


def test_where_the_form_with_times_does_not_come_names_do(reader):
    account = reader()
    account.emulator.switch(zoho_campaigns_timelines="twin_of_json")
    opened = [row for row in account.read("responses").live() if row["action"] == "opened"]
    assert opened
    assert all("first_at" not in row and "count" not in row for row in opened)
    assert any(row.get("first_name") for row in opened)


def test_a_campaign_that_lay_long_in_draft_is_found_however_campaigns_are_ordered(reader):
    account = reader()
    account.emulator.switch(zoho_campaigns_recent_order="created_time")
    account.read("responses")
    key = account.send(3, created_days_ago=200, name="Long in draft")
    for number in range(120):
        account.edit(op="send", list="List for Long in draft", name=f"Later {number}")
    account.emulator.clear_requests()
    output = account.read("responses", "campaigns")
    assert (key, "sent") in {(row["campaign_key"], row["action"]) for row in output.live("responses")}
    assert key in {row["campaign_key"] for row in output.records("campaigns")}


@pytest.mark.parametrize("number", range(20 if PROVE else 2))
def test_random_mixes_of_all_readings_bring_the_same_responses(reader, number):
    account, dice = reader(), random.Random(f"mix {number}")
    account.emulator.switch(**{switch.name: dice.choice(switch.readings) for switch in ALL})
    account.send(60, lively=True, kind=dice.choice(("normal", "abtesting")))
    records = account.read("responses").records()
    for _ in range(2):
        account.emulator.advance(3 * DAY)
        output = account.read("responses", "contacts")
        assert output.errors() == []
        records += output.records("responses")
    account.edit(op="settle")
    records += account.read("responses").records()
    assert set(held(records)) == vendor_responses(account.vendor())
