"""A dry run tells what a run would write, and writes nothing: not to the CRM, not to the ledger, and no state comes back."""

import json
from pathlib import Path

from .mailing import first
from .test_faults import configured, people_of, responses


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


def test_a_dry_run_prices_every_write_as_the_vendor_does(any_connector, any_crm, emulator):
    """Requests, and the vendor's credits or tokens."""
    configured(any_connector, any_crm)
    if any_crm.name == "zoho_recruit":
        any_connector.set(campaigns={"records": "off"})  # its campaigns are refused when they are written, which no dry run can foresee
    people_of(any_connector, any_crm)
    any_connector.set(dry_run=True, dry_run_file=str(any_connector.folder / "plan.json"))
    assert any_connector.write(responses(0).complete({"n": 1})).code == 0
    planned = json.loads((any_connector.folder / "plan.json").read_text())["totals"].values()
    any_connector.set(dry_run=False)
    emulator.clear_requests()
    assert any_connector.write(responses(0).complete({"n": 1}), wait=False).code == 0
    made = [one for one in emulator.requests() if one["system"] == any_crm.name and one["writes"]]
    unit = {"pipedrive": "tokens"}.get(any_crm.name, "credits")
    assert sum(one["requests"] for one in planned) == len(made)
    assert sum(one[unit] for one in planned) == sum(one["credits"] for one in made)
