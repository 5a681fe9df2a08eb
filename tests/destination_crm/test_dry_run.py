"""A dry run tells what a run would write, and writes nothing: not to the CRM, not to the ledger, and no state comes back."""

import json
from pathlib import Path

from .mailing import first


def days_work():
    return first().campaign("c1", "May news").did("ann@example.com", "sent", "opened", "clicked").did("nobody@example.com", "sent").complete({"n": 1})


def test_a_dry_run_writes_nothing_and_the_run_that_follows_does_what_it_told(connector, crm, emulator):
    ann = crm.person("ann@example.com")
    connector.set(dry_run=True, dry_run_file=str(connector.folder / "plan.json"))
    emulator.clear_requests()
    said = connector.write(days_work())
    assert said.code == 0, said.text
    assert not [one for one in emulator.requests() if one["writes"]]
    assert said.states == []
    assert not (Path(connector.folder) / "ledger.db").exists()
    plan = json.loads((Path(connector.folder) / "plan.json").read_text())
    assert plan["ends"]["how"] == "done"
    assert "@" not in json.dumps(plan)
    told = {(one["action"], one["target"]) for one in plan["writes"]}
    assert {("campaign", "c1"), ("member_status", f"{crm.people}/{ann}")} <= told
    connector.set(dry_run=False)
    connector.write(days_work())
    assert crm.statuses("c1") == {ann: "Responded"}
