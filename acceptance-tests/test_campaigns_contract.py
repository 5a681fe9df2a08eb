"""source-campaigns between processes: what Airbyte's retired acceptance test asked of a source, and that the forward sync's work is known as ours."""

import json
import subprocess

import pytest
from airbyte_connector import SCRIPTS, Connector, configured
from connection import Pair
from mailing_tools import NEWSLETTER

from tests.source_campaigns.reader import held, vendor_responses

RESPONSES = ["responses", "campaigns", "campaign_reports", "contacts"]
TOOLS = ("zoho_campaigns", "zoho_survey")
POINTS = 10


@pytest.fixture
def source(tmp_path, emulator):
    return Connector("source-campaigns", tmp_path, before=lambda: emulator.advance(61))


@pytest.fixture
def config(emulator):
    emulator.edit("zoho_campaigns", op="settle")
    return emulator.config("source-campaigns", "zoho_campaigns")


@pytest.fixture(params=TOOLS)
def any_config(request, emulator):
    emulator.edit("zoho_campaigns", op="settle")
    return emulator.config("source-campaigns", request.param)


@pytest.fixture
def any_catalog(source, any_config):
    return discovered(source, any_config)


@pytest.fixture
def catalog(source, config):
    return discovered(source, config)


def discovered(source, config):
    output = source.run("discover", config=config)
    assert output.code == 0, output.errors
    return output.catalog


def data(output, stream):
    return [record["data"] for record in output.records(stream)]


@pytest.mark.slow
def test_every_stream_has_records_statuses_and_states_that_count_in_both_modes(source, any_config, any_catalog):
    for mode in ("incremental", "full_refresh"):
        output = source.read(any_config, configured(any_catalog, sync_mode=mode))
        assert output.code == 0, output.errors
        assert output.stray == []
        for stream in any_catalog["streams"]:
            name = stream["name"]
            statuses = output.statuses(name)
            assert (statuses[0], statuses[-1]) == ("STARTED", "COMPLETE"), name
            assert "RUNNING" in statuses, name
            assert sum(state["sourceStats"]["recordCount"] for state in output.states(name)) == len(output.records(name)) > 0, name


@pytest.mark.slow
def test_reading_can_be_resumed_from_intermediate_states_as_a_host_keeps_them(source, config, catalog, emulator):
    streams = configured(catalog, RESPONSES)
    whole = source.read(config, streams)
    assert set(held(data(whole, "responses"))) == vendor_responses(emulator.state("zoho_campaigns"))
    points = [at for at, message in enumerate(whole.messages) if message["type"] == "STATE"]
    for point in points[:: max(1, len(points) // POINTS)]:
        before, kept = whole.messages[: point + 1], {}
        for message in before:
            if message["type"] == "STATE":
                stream = message["state"]["stream"]
                kept[stream["stream_descriptor"]["name"]] = {"type": "STREAM", "stream": stream}
        resumed = source.read(config, streams, kept.values())
        assert resumed.code == 0, resumed.errors
        shown = [message["record"]["data"] for message in before if message["type"] == "RECORD" and message["record"]["stream"] == "responses"]
        assert held(shown + data(resumed, "responses")) == held(data(whole, "responses"))


def test_no_line_of_any_verb_holds_a_secret_and_none_but_records_an_address(source, config, catalog):
    secrets = [config["system"][name] for name in ("client_secret", "refresh_token")]
    runs = [
        source.run("check", config=config),
        source.read(config, configured(catalog)),
        source.run("check", config=config | {"system": config["system"] | {"client_secret": "wrong-secret-0001"}}),
        source.run("read", config=config, catalog=configured(catalog, ["responses"]), state=[]),
    ]
    for output in runs:
        lines = (output.text + output.stderr).splitlines()
        assert not [line for line in lines for secret in [*secrets, "wrong-secret-0001"] if secret in line]
        assert not [line for line in lines if "@" in line and not line.startswith('{"type":"RECORD"')]


@pytest.mark.slow
def test_debug_lines_hold_neither_secret_nor_address(source, config, catalog, tmp_path):
    paths = {"config": config, "catalog": configured(catalog, ["responses", "lists"])}
    for name, content in paths.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    command = [SCRIPTS / "source-campaigns", "read", "--debug", *(part for name in paths for part in (f"--{name}", tmp_path / f"{name}.json"))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith('{"type":"RECORD"')]
    assert not [line for line in lines if "@" in line or config["system"]["refresh_token"] in line or "Zoho-oauthtoken" in line]


@pytest.mark.slow
@pytest.mark.parametrize("reported", ["nowhere", "last_campaign"])
def test_who_our_own_sync_took_off_is_known_as_ours(source, config, catalog, emulator, tmp_path, reported):
    emulator.switch(zoho_campaigns_unsubscribe_in_reports=reported)
    pair = Pair(emulator, tmp_path)
    before = set(pair.members())
    assert pair.sync()["code"] == 0
    emulator.advance(120)
    campaign = emulator.edit("zoho_campaigns", op="send", list=NEWSLETTER, name="After the first run")["campaign"]
    lead, ours = pair.added(before)
    theirs = next(address for address, status in pair.members().items() if status == "active" and address != ours)
    emulator.edit("zoho_crm", op="delete", module="Leads", id=lead)
    emulator.edit("zoho_campaigns", op="unsubscribe", campaign=campaign, email=theirs)
    emulator.advance(120)
    assert pair.sync()["code"] == 0
    assert pair.members()[ours] == "unsubscribed"
    ledger = {"kind": "sqlite", "path": str(tmp_path / "newsletter.ledger.db")}
    output = source.read(config | {"ledger": ledger}, configured(catalog, ["responses", "contacts"]))
    assert output.code == 0, output.errors
    marks = {row["address"].lower(): row["is_ours"] for row in data(output, "contacts") if row["status"] == "unsubscribed"}
    assert (marks[ours], marks[theirs]) == (True, False)
    left = {
        row["address"].lower(): row["is_ours"]
        for row in data(output, "responses")
        if (row["campaign_key"], row["action"]) == (campaign, "unsubscribed")
    }
    assert left == {theirs: False} | ({ours: True} if reported == "last_campaign" else {})
