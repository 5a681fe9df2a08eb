"""The pair as processes: `mailsync sync --dry-run`, then the run that does what was told."""

import json
from collections import Counter

import pytest
from connection import Pair


def planned(pair, emulator, folder):
    """The plan of a dry run, which wrote nothing anywhere."""
    before = pair.members()
    emulator.clear_requests()
    process = pair.run("sync", "--dry-run", "--plan", str(folder / "plan.json"))
    assert process.returncode == 0, process.err
    assert not [request for request in emulator.requests() if request["writes"]]
    assert pair.members() == before
    assert not list(folder.glob("*.ledger.db*"))
    assert not list(folder.glob("*.state.json"))
    return json.loads((folder / "plan.json").read_text())


def done(pair, emulator):
    """Calls of the run that follows by endpoint, and how many records were rejected."""
    emulator.clear_requests()
    result = pair.sync()
    assert result["code"] == 0, result["err"]
    writes = [request for request in emulator.requests() if request["writes"] and request["system"] == "zoho_campaigns"]
    rejected = sum(tally["rejected"] for tally in result["streams"].values())
    return Counter(request["path"].rsplit("/", 1)[1] for request in writes), rejected


@pytest.mark.slow
def test_the_plan_of_a_stream_is_call_by_call_what_the_run_does(emulator, tmp_path):
    pair = Pair(emulator, tmp_path)
    pair.streams = pair.streams[:1]
    pair.destination["streams"] = [one for one in pair.destination["streams"] if one["stream"] in pair.streams]
    pair.write()
    plan = planned(pair, emulator, tmp_path)
    made, _ = done(pair, emulator)
    told = Counter(write["action"] for write in plan["writes"])
    assert made["listsubscribe"] == told["add"] + told["update"] > 0
    assert made["listunsubscribe"] == told["take_off"] + told["remove"]
    assert plan["mails_it_could_cause"] == emulator.state("zoho_campaigns")["mails_caused"] == 0


@pytest.mark.slow
def test_the_plan_of_several_streams_names_the_people_whom_the_run_writes(emulator, tmp_path):
    """How often somebody with several records is written depends on the order in which the streams arrive, and that differs from run to run."""
    pair = Pair(emulator, tmp_path)
    plan = planned(pair, emulator, tmp_path)
    before = pair.tool.active(emulator)
    made, rejected = done(pair, emulator)
    told = Counter(write["action"] for write in plan["writes"])
    people = {(write["stream"], write["record"]) for write in plan["writes"] if write["action"] in ("add", "update")}
    assert len(pair.tool.active(emulator) - before) == told["add"] - rejected > 0
    records = sum(one["records"] for one in plan["fates"] if one["fate"] in ("written", "shadowed"))
    assert len(people) <= made["listsubscribe"] <= records
    assert made["listunsubscribe"] == told["take_off"] + told["remove"]
    assert plan["mails_it_could_cause"] == emulator.state("zoho_campaigns")["mails_caused"] == 0
