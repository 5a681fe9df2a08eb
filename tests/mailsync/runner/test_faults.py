"""Connectors that die, lie or are interrupted: the run ends with the right code, nothing is lost, nothing personal is shown."""

import os
import signal
import time

import pytest


def wait_for(condition, seconds=15.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def healed(bench):
    """The same command again, without the fault: everything is there."""
    bench.source.pop("fault", None)
    bench.source.pop("pause_s", None)
    bench.destination.pop("fault", None)
    bench.write()
    result = bench.sync()
    assert result["code"] == 0, result["err"]
    return {record["data"]["id"] for record in bench.records()} == {str(at) for at in range(1, 41)}


def test_a_killed_source_leaves_its_stream_incomplete_and_the_next_run_continues(bench):
    bench.source["fault"] = "kill"
    bench.write()
    result = bench.sync()
    assert result["code"] == 1
    assert "was ended by signal 9" in result["err"]
    assert bench.statuses()[-1] == ("People", "INCOMPLETE")
    assert bench.state["streams"][0]["state"]["stream"]["stream_state"]["at"] == 10
    assert healed(bench)


def test_a_source_that_fails_without_a_word_does_not_leak_what_it_wrote_elsewhere(bench):
    bench.source["fault"] = "stderr"
    bench.write()
    result = bench.sync()
    assert result["code"] == 1
    assert "ended with exit code 1 without saying why" in result["err"]
    assert "there were 1" in result["err"]
    assert "someone@" not in result["err"]


def test_half_a_line_of_a_dying_source_reaches_nobody(bench):
    bench.source["fault"] = "half a line"
    bench.write()
    result = bench.sync()
    assert result["code"] == 1
    assert "someone@" not in result["err"]
    assert len(bench.records()) == 20
    assert healed(bench)


def test_a_line_that_looks_like_a_record_and_is_none_fails_the_run_without_its_content(bench):
    """The destination would have to fail on it: here the fake dies of it, as a real one reports it."""
    bench.source["fault"] = "broken line"
    bench.write()
    result = bench.sync()
    assert result["code"] == 1
    assert "a record may be lost" in result["err"]
    assert "someone@" not in result["err"]


def test_a_stray_line_of_a_library_is_neither_forwarded_nor_shown(bench):
    bench.source["fault"] = "noise"
    bench.write()
    result = bench.sync()
    assert result["code"] == 0
    assert "someone@" not in result["err"]
    assert len(bench.records()) == 40


def test_a_streams_own_error_decides_and_not_the_frameworks_summary(bench):
    bench.source["fault"] = "transient"
    bench.write()
    result = bench.sync()
    assert result["code"] == 3
    assert "fake-source, stream People: Zoho answered 503 to GET /records. Try later." in result["err"]
    assert "streams failed" not in result["err"]


def test_an_error_of_the_destination_stops_the_source_and_is_shown(bench):
    bench.source["people"]["People"] = 200_000
    bench.destination["fault"] = "config"
    bench.write()
    result = bench.sync()
    assert result["code"] == 2
    assert "fake-destination: The contact limit of the account is reached." in result["err"]
    assert result["streams"]["People"]["read"] < 200_000


def test_a_destination_that_stops_early_and_says_all_is_well_is_not_believed(bench):
    bench.source["people"]["People"] = 200_000
    bench.destination["fault"] = "early end"
    bench.write()
    result = bench.sync()
    assert result["code"] == 1
    assert "ended before all records were handed over" in result["err"]


def test_a_killed_destination_keeps_what_it_acknowledged(bench):
    bench.destination["fault"] = "kill"
    bench.write()
    result = bench.sync()
    assert result["code"] == 1
    assert "fake-destination: it was ended by signal 9" in result["err"]
    assert bench.state["streams"][0]["state"]["stream"]["stream_state"]["at"] == 20
    assert healed(bench)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_both_connectors_and_what_was_acknowledged_is_kept(bench, number, code):
    bench.source["pause_s"] = 0.02
    bench.write()
    process = bench.start()
    wait_for(lambda: any(message.get("type") == "STATE" for message in bench.received))
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == code, err
    assert "asked to stop" in err
    assert {"stopped": True} in bench.received
    assert bench.state["streams"][0]["state"]["stream"]["stream_state"]["at"] >= 10
    assert healed(bench)


def test_a_signal_while_connectors_are_being_asked_ends_the_run(bench):
    bench.write(source={"connector": "./sleeper", "config": {}})
    script = bench.folder / "sleeper"
    script.write_text("#!/bin/sh\ntouch asked\nexec sleep 600\n")
    script.chmod(0o700)
    process = bench.start()
    wait_for((bench.folder / "asked").exists)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 143


def test_a_second_run_at_the_same_time_is_refused_and_says_why(bench):
    bench.source["pause_s"] = 0.05
    bench.write()
    first = bench.start()
    wait_for(lambda: bench.received)
    second = bench.sync()
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=30)
    assert second["code"] == 4
    assert "Another run of this connection is under way" in second["err"]


def test_the_lock_outlives_a_killed_runner_until_its_connectors_have_ended(bench):
    bench.destination["fault"] = "linger"
    bench.write()
    first = bench.start()
    wait_for(lambda: bench.received)
    first.kill()
    first.wait()
    assert bench.sync()["code"] == 4
    wait_for(lambda: bench.sync()["code"] != 4)
    assert healed(bench)


def test_a_runner_killed_anywhere_loses_nothing(bench):
    bench.source["pause_s"] = 0.01
    bench.write()
    for moment in (0.25, 0.45, 0.6):
        process = bench.start()
        time.sleep(moment)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    wait_for(lambda: bench.sync()["code"] == 0, seconds=30)
    assert healed(bench)
