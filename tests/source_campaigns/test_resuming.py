"""A run may break off anywhere: what is shown stays shown, the rest follows."""

import os

import pytest

from tests.source_campaigns.reader import held, vendor_responses

DAY = 86400
PROVE = os.environ.get("MAILSYNC_PROVE") == "1"


def until_each_state(output):
    for at, line in enumerate(output.lines):
        if line["type"] == "STATE":
            before = [one["record"]["data"] for one in output.lines[:at] if one["type"] == "RECORD"]
            yield before, [{"type": "STREAM", "stream": line["state"]["stream"]}]


def everything(rows):
    """What a warehouse holds of any stream, by its key."""
    newest = {}
    for row in sorted(rows, key=lambda row: row["_ab_cdc_cursor"]):
        newest[tuple(row.get(name) for name in ("campaign_key", "list_key", "action", "address"))] = {
            name: value for name, value in row.items() if name not in ("_ab_cdc_cursor", "read_at")
        }
    return newest


@pytest.mark.parametrize("stream", ["responses", "campaigns", "campaign_reports", "contacts"])
def test_from_every_checkpoint_the_rest_follows_and_nothing_is_missing(reader, stream):
    whole = reader().read(stream)
    checkpoints = list(until_each_state(whole))
    assert len(checkpoints) >= 8
    for before, state in checkpoints if PROVE or stream == "responses" else checkpoints[::3]:
        rest = reader().read(stream, state=state)
        assert rest.errors() == []
        assert everything([*before, *rest.records()]) == everything(whole.records())
        if before:
            assert min((row["_ab_cdc_cursor"] for row in rest.records()), default=10**18) > max(row["_ab_cdc_cursor"] for row in before)
    assert reader().read(stream, state=checkpoints[-1][1]).records() == []


def test_a_later_run_can_be_resumed_as_well(reader):
    account = reader()
    account.send(200, lively=True)
    first = account.read("responses")
    given = account.state
    account.emulator.advance(3 * DAY)
    account.edit(op="settle")
    second = account.read("responses")
    for before, state in list(until_each_state(second))[:-1]:
        rest = reader().read("responses", state=state)
        assert set(held([*first.records(), *before, *rest.records()])) == vendor_responses(account.vendor())
    assert reader().read("responses", state=given).records()


def test_the_first_state_is_the_one_given(reader):
    account = reader()
    names = ("responses", "campaigns", "campaign_reports", "contacts")
    first = account.read(*names)
    assert all(first.states(name)[0] == {} for name in names)
    given = {state["stream"]["stream_descriptor"]["name"]: state["stream"]["stream_state"] for state in account.state}
    second = account.read(*names)
    assert all(second.states(name)[0] == given[name] for name in names)


def test_a_state_from_the_future_brings_no_record_and_still_a_state(reader):
    account = reader()
    account.read("responses", "campaigns", "campaign_reports")
    for state in account.state:
        state["stream"]["stream_state"]["closed_upto"] = 4e9
    output = account.read("responses", "campaigns", "campaign_reports")
    assert output.errors() == []
    assert output.records() == []
    assert all(output.states(name) for name in ("responses", "campaigns", "campaign_reports"))


@pytest.mark.parametrize(
    ("change", "told"),
    [({"version": 99}, "version 99"), ({"account": "zoho_campaigns:us"}, "account zoho_campaigns:us"), ({"system": "mailigen"}, "system mailigen")],
)
def test_a_state_of_something_else_is_a_config_error_of_that_stream_alone(reader, change, told):
    account = reader()
    account.read("responses", "campaigns")
    for state in account.state:
        if state["stream"]["stream_descriptor"]["name"] == "responses":
            state["stream"]["stream_state"] |= change
    output = account.read("responses", "campaigns", expecting_exception=True)
    (error,) = output.errors("responses")
    assert error["failure_type"] == "config_error"
    assert told in error["message"]
    assert output.statuses("campaigns")[-1] == "COMPLETE"
