"""`mailsync sync` as a process, between two small fake connectors."""

import json
import stat


def test_every_record_arrives_once_and_the_state_is_kept(bench):
    result = bench.sync()
    assert result["code"] == 0, result["err"]
    assert [record["data"]["id"] for record in bench.records()] == [str(at) for at in range(1, 41)]
    assert result["streams"]["People"]["read"] == result["streams"]["People"]["settled"] == 40
    assert bench.state["streams"][0]["state"]["stream"]["stream_state"] == {"at": 40, "nothing": None, "float": 1.0}


def test_a_second_run_continues_from_the_acknowledged_state(bench):
    bench.sync()
    bench.source["people"]["People"] = 43
    bench.write()
    assert bench.sync()["streams"]["People"]["read"] == 3
    assert len(bench.records()) == 43


def test_each_state_is_stamped_with_an_id_of_its_own_and_what_hosts_add_is_not_kept(bench):
    bench.sync()
    ids = [message["state"]["id"] for message in bench.received if message.get("type") == "STATE"]
    assert ids == list(range(1, len(ids) + 1))
    assert set(bench.state["streams"][0]["state"]) == {"type", "stream"}


def test_an_echo_without_its_id_acknowledges_nothing_and_fails_the_run(bench):
    bench.destination["fault"] = "no id"
    bench.write()
    result = bench.sync()
    assert result["code"] == 1
    assert "without the id" in result["err"]
    assert "state" not in bench.state["streams"][0]


def test_states_that_are_not_given_back_are_not_kept_and_that_is_said(bench):
    bench.destination["fault"] = "hold"
    bench.write()
    result = bench.sync()
    assert result["code"] == 0
    assert result["unacknowledged"] == 5
    assert "5 checkpoints were not acknowledged" in result["err"]
    assert "state" not in bench.state["streams"][0]


def test_stream_statuses_are_forwarded_in_order(bench):
    bench.source["people"] = {"People": 5, "Others": 5}
    bench.streams = ["People", "Others"]
    bench.write()
    bench.sync()
    assert bench.statuses() == [("People", "STARTED"), ("People", "COMPLETE"), ("Others", "STARTED"), ("Others", "COMPLETE")]


def test_estimates_reach_the_destination_before_the_records_they_announce(bench):
    bench.source["estimate"] = True
    bench.write()
    assert bench.sync()["code"] == 0
    kinds = [message.get("trace", {}).get("type") or message.get("type") for message in bench.received]
    assert kinds.index("ESTIMATE") < kinds.index("RECORD")


def test_rejected_counts_of_the_destination_reach_the_result(bench):
    assert bench.sync()["streams"]["People"]["rejected"] == 5


def test_a_stream_without_a_key_is_appended_and_asks_for_one_where_dedup_is_wanted(bench):
    bench.streams = ["Keyless"]
    bench.write()
    assert bench.sync()["code"] == 0
    assert bench.catalogs()[0]["streams"][0]["destination_sync_mode"] == "append"
    bench.streams = [{"name": "Keyless", "destination_sync_mode": "append_dedup"}]
    bench.write()
    result = bench.sync()
    assert result["code"] == 2
    assert "primary key" in result["err"]


def test_the_default_is_incremental_with_dedup_by_the_sources_key(bench):
    bench.sync()
    stream = bench.catalogs()[0]["streams"][0]
    assert (stream["sync_mode"], stream["destination_sync_mode"], stream["primary_key"]) == ("incremental", "append_dedup", [["id"]])


def test_a_destination_that_keeps_a_ledger_gets_one_beside_the_connection_file(bench):
    bench.sync()
    config = bench.received[0]["config"]
    assert config["ledger"] == {"kind": "sqlite", "path": str(bench.folder / "people.ledger.db")}


def test_a_ledger_that_is_named_is_left_alone(bench):
    bench.destination["ledger"] = {"kind": "postgresql", "url": "somewhere"}
    bench.write()
    bench.sync()
    assert bench.received[0]["config"]["ledger"]["url"] == "somewhere"


def test_state_and_lock_are_readable_by_their_owner_only(bench):
    bench.sync()
    modes = {stat.S_IMODE((bench.folder / name).stat().st_mode) for name in ("people.state.json", "people.state.json.lock")}
    assert modes == {0o600}


def test_a_quiet_run_that_goes_well_says_nothing_but_warnings(bench):
    process = bench.run("sync", "--quiet")
    assert process.out == ""
    assert [line.split(" ", 1)[1] for line in process.err.splitlines()] == ["WARN  fake-source: one  [31mwarning"]


def test_the_framework_chatter_of_the_source_is_hidden_and_the_destinations_report_is_shown(bench):
    err = bench.run().err
    assert "framework chatter" not in err
    assert "everything has its fate" in err
    assert "framework chatter" in bench.run("sync", "--verbose").err


def test_no_terminal_escape_of_a_connector_reaches_the_screen(bench):
    assert "\x1b" not in bench.run("sync", "--verbose").err


def test_a_plain_run_ends_with_a_summary_on_standard_output(bench):
    lines = bench.run().out.splitlines()
    assert lines[0].split() == ["People", "40", "read", "40", "settled", "5", "rejected", "complete"]
    assert lines[-1].startswith("done in ")


def test_check_asks_both_connectors_and_writes_nothing(bench):
    process = bench.run("check")
    assert (process.returncode, process.out.strip()) == (0, "people: both connectors are ready.")
    assert {path.name for path in bench.folder.iterdir()} == {"people.yaml", "fake-source", "fake-destination"}


def test_check_shows_why_a_connector_is_not_ready(bench):
    bench.source["revoked"] = True
    bench.write()
    process = bench.run("check")
    assert process.returncode == 2
    assert "fake-source: The refresh token was revoked." in process.err


def test_check_finds_a_stream_that_does_not_exist(bench):
    bench.streams = ["Peeple"]
    bench.write()
    process = bench.run("check")
    assert process.returncode == 2
    assert "'Peeple', which is not known here. Accepted: Keyless, People." in process.err


def test_the_json_result_is_one_line_of_json(bench):
    out = bench.run("sync", "--json", "--quiet").out
    assert json.loads(out)["exit_code"] == 0
    assert out.count("\n") == 1


def test_a_record_of_many_megabytes_passes_unchanged(bench):
    bench.source = {"people": {"People": 3}, "length": 5_000_000}
    bench.write()
    assert bench.sync()["code"] == 0
    assert [record["data"]["name"] for record in bench.records()] == ["ß" * 5_000_000] * 3


def test_a_stream_whose_name_needs_escapes_is_counted_under_its_own_name(bench):
    name = 'Le "grand" café\\'
    bench.source = {"people": {name: 7}}
    bench.streams = [name]
    bench.write()
    assert bench.sync()["streams"][name]["read"] == 7
