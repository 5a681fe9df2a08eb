"""The pair as processes: `mailsync sync --dry-run`, then the run that does what was told."""

import json
from collections import Counter

import pytest
from connection import Pair


@pytest.mark.slow
def test_the_plan_of_the_pair_is_what_the_run_does(emulator, tmp_path):
    pair = Pair(emulator, tmp_path)
    before = pair.members()
    emulator.clear_requests()
    process = pair.run("sync", "--dry-run", "--plan", str(tmp_path / "plan.json"))
    assert process.returncode == 0, process.err
    assert not [request for request in emulator.requests() if request["writes"]]
    assert pair.members() == before
    assert not list(tmp_path.glob("*.ledger.db*"))
    assert not list(tmp_path.glob("*.state.json"))
    plan = json.loads((tmp_path / "plan.json").read_text())
    emulator.clear_requests()
    process = pair.run("sync")
    assert process.returncode == 0, process.err
    made = Counter(
        request["path"].rsplit("/", 1)[1] for request in emulator.requests() if request["writes"] and request["system"] == "zoho_campaigns"
    )
    told = Counter(write["action"] for write in plan["writes"])
    assert made["listsubscribe"] == told["add"] + told["update"] > 0
    assert made["listunsubscribe"] == told["take_off"] + told["remove"]
    assert plan["mails_it_could_cause"] == emulator.state("zoho_campaigns")["mails_caused"] == 0
