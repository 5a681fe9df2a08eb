"""What Airbyte's retired acceptance test asked of a source and its test kit no longer does, on source-crm between processes.

Sequential full refresh, two incremental reads in a row, resuming from every intermediate state, a state from the future, statuses and states.
"""

import copy
import re

import pytest
from airbyte_connector import configured
from crms import CRMS
from story import PROVE

POINTS = 4


@pytest.fixture(params=CRMS.values(), ids=CRMS)
def crm(request):
    return request.param


@pytest.fixture
def config(emulator, crm):
    return crm.config(emulator)


@pytest.fixture
def catalog(source_crm, config):
    output = source_crm.run("discover", config=config)
    assert output.code == 0, output.errors
    return output.catalog


def keys(records):
    return {(record["stream"], str(record["data"]["id"])) for record in records}


def live(records):
    """What a warehouse holds after these records: per key the row with the highest cursor, without the deleted."""
    newest = {}
    for record in records:
        key, data = (record["stream"], record["data"]["id"]), record["data"]
        if key not in newest or data["_ab_cdc_cursor"] >= newest[key]["_ab_cdc_cursor"]:
            newest[key] = data
    own = re.compile("^_ab_")
    return {
        key: {name: value for name, value in data.items() if not own.match(name)}
        for key, data in newest.items()
        if not data.get("_ab_cdc_deleted_at")
    }


@pytest.mark.slow
def test_a_second_full_refresh_brings_at_least_the_same_keys_later(source_crm, config, catalog):
    streams = configured(catalog, sync_mode="full_refresh")
    first = source_crm.read(config, streams).records()
    second = source_crm.read(config, streams).records()
    assert keys(first)
    assert keys(first) <= keys(second)
    assert max(record["emitted_at"] for record in first) < min(record["emitted_at"] for record in second)


@pytest.mark.slow
def test_every_configured_stream_has_its_statuses_and_at_least_one_state_that_counts(source_crm, config, catalog):
    output = source_crm.read(config, configured(catalog))
    assert output.code == 0, output.errors
    for stream in catalog["streams"]:
        name = stream["name"]
        statuses = output.statuses(name)
        assert statuses[0] == "STARTED", name
        assert statuses[-1] == "COMPLETE", name
        assert set(statuses[1:-1]) <= {"RUNNING"}, name
        assert not output.records(name) or "RUNNING" in statuses, name
        states = output.states(name)
        assert states, name
        assert {state["type"] for state in states} == {"STREAM"}
        assert sum(state["sourceStats"]["recordCount"] for state in states) == len(output.records(name)), name


def test_the_first_state_of_a_stream_is_the_one_it_was_given(source_crm, config, catalog, crm):
    streams = configured(catalog, crm.read)
    first = source_crm.read(config, streams)
    assert all((first.states(name)[0]["stream"].get("stream_state") or {}) == {} for name in crm.read)
    second = source_crm.read(config, streams, first.last_states)
    given = {state["stream"]["stream_descriptor"]["name"]: state["stream"]["stream_state"] for state in first.last_states}
    assert {name: second.states(name)[0]["stream"]["stream_state"] for name in crm.read} == given


def test_a_second_incremental_read_brings_only_what_changed_with_higher_cursors(source_crm, config, catalog, emulator, crm):
    streams = configured(catalog, crm.read)
    first = source_crm.read(config, streams)
    emulator.advance(600)
    people, others, *_ = crm.read
    changed, gone = (min(emulator.state(crm.name)["modules"][name]) for name in (people, others))
    crm.rename(emulator, changed, "Newly-Named")
    emulator.edit(crm.name, op="delete", module=others, id=gone)
    emulator.advance(600)
    second = source_crm.read(config, streams, first.last_states)
    assert second.code == 0, second.errors
    assert keys(second.records()) == {(people, changed), (others, gone)}
    for name in (people, others):
        before = max(record["data"]["_ab_cdc_cursor"] for record in first.records(name))
        assert min(record["data"]["_ab_cdc_cursor"] for record in second.records(name)) > before
    (tombstone,) = second.records(others)
    assert tombstone["data"]["_ab_deletion_reason"] == "deleted"


@pytest.mark.slow
def test_reading_can_be_resumed_from_intermediate_states(source_crm, config, catalog, crm):
    """As a host does it: the last state of each stream up to a point, then the rest. Nothing may be missing, whatever the point."""
    streams = configured(catalog, crm.read)
    whole = source_crm.read(config, streams)
    expected = live(whole.records())
    points = [at for at, message in enumerate(whole.messages) if message["type"] == "STATE"]
    assert len(points) >= 2 * len(crm.read)
    for point in points if PROVE else points[:: len(points) // POINTS]:
        before = whole.messages[: point + 1]
        kept = {}
        for message in before:
            if message["type"] == "STATE":
                stream = message["state"]["stream"]
                kept[stream["stream_descriptor"]["name"]] = {"type": "STREAM", "stream": stream}
        resumed = source_crm.read(config, streams, kept.values())
        assert resumed.code == 0, resumed.errors
        assert live([message["record"] for message in before if message["type"] == "RECORD"] + resumed.records()) == expected, point


def in_the_future(value):
    """The same state, some decades later: every time stamp and every number that is one."""
    if isinstance(value, dict):
        return {key: in_the_future(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [in_the_future(inner) for inner in value]
    if isinstance(value, str):
        return re.sub(r"^20\d\d-", "2090-", value)
    if isinstance(value, int | float) and not isinstance(value, bool) and 1_000_000_000 < value < 4_000_000_000:
        return value + 2_000_000_000
    return value


def test_a_state_from_the_future_brings_no_records_and_still_a_state(source_crm, config, catalog, crm):
    streams = configured(catalog, [crm.people])
    first = source_crm.read(config, streams)
    later = in_the_future(copy.deepcopy(first.last_states))
    assert later != first.last_states
    output = source_crm.read(config, streams, later)
    assert output.code == 0, output.errors
    assert output.records() == []
    assert output.states(crm.people)


def test_no_line_of_any_verb_holds_a_secret(source_crm, config, catalog, crm):
    wrong = config | {"system": config["system"] | crm.wrong_secret}
    runs = [
        source_crm.run("check", config=config),
        source_crm.run("discover", config=config),
        source_crm.read(config, configured(catalog, [crm.people])),
        source_crm.run("check", config=wrong),
    ]
    for output in runs:
        assert not [line for line in (output.text + output.stderr).splitlines() for secret in (*crm.secrets, "wrong-secret-0001") if secret in line]


def test_a_broken_catalog_is_an_error_in_the_protocol(source_crm, config, catalog, crm):
    broken = configured(catalog, [crm.people])
    broken["streams"][0]["sync_mode"] = "INVALID"
    output = source_crm.read(config, broken)
    assert output.code != 0
    assert output.errors


def test_every_line_is_a_message(source_crm, config, catalog, crm):
    output = source_crm.read(config, configured(catalog, [crm.people]))
    assert output.stray == []
    assert {message["type"] for message in output.messages} <= {"RECORD", "STATE", "LOG", "TRACE", "CONTROL"}
