"""`dry_run`: the plan, and then the run that does exactly that."""

import json
import sqlite3
import stat
from collections import Counter
from pathlib import Path

import pytest

from .people import Source, write

CALLED = {
    "listsubscribe": ("add", "update", "return", "ask_for_confirmation"),
    "listunsubscribe": ("take_off", "remove"),
    "contactdonotmail": ("suppress",),
}


@pytest.fixture
def source():
    return Source()


def succeeded(said):
    assert said.code == 0, said.text
    return said


def contents(connector):
    """The mailing tool, and the ledger: everything but the count of calls, which reads add to."""
    tool = {key: value for key, value in connector.state().items() if key != "limits"}
    path = connector.folder / "ledger.db"
    if not path.exists():
        return tool, None
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as ledger:
        names = [name for (name,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'") if name not in ("reservation", "lock")]
        return tool, {name: sorted(ledger.execute(f"SELECT * FROM {name}"), key=repr) for name in sorted(names)}


def rehearsed(connector, source):
    """The dry run of what the source has to say, which it then says again."""
    lines, before = list(source.lines), contents(connector)
    path = str(connector.folder / "plan.json")
    connector.emulator.clear_requests()
    connector.set(dry_run=True, dry_run_file=path)
    said = succeeded(write(connector, source))
    connector.set(dry_run=False)
    source.lines = lines
    assert said.of("STATE") == []
    assert connector.calls(writes=True) == []
    assert contents(connector) == before
    document = json.loads(Path(path).read_bytes())
    (line,) = [one["log"]["message"] for one in said.of("LOG") if one["log"]["message"].startswith("Plan (JSON): ")]
    assert json.loads(line.removeprefix("Plan (JSON): ")) == {key: value for key, value in document.items() if key != "writes"}
    assert "@" not in Path(path).read_text()
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    return document


def both(connector, source):
    """Dry run and run; what the plan says is what the vendor was asked."""
    document = rehearsed(connector, source)
    connector.emulator.clear_requests()
    said = succeeded(write(connector, source))
    made = Counter(one["path"].rsplit("/", 1)[1] for one in connector.calls(writes=True))
    told = Counter(one["action"] for one in document["writes"])
    for method, actions in CALLED.items():
        assert made[method] == sum(told[action] for action in actions), (method, made, told)
    assert made["addlistsubscribersinbulk"] == calls_of(document, "addlistsubscribersinbulk")
    assert sum(told.values()) == sum(sum(one["writes"].values()) for one in document["lists"])
    return document, said


def calls_of(document, endpoint):
    return sum(one["calls"] for one in document["calls"] if one["endpoint"] == endpoint)


def writes_of(document, name="Newsletter"):
    (found,) = [one["writes"] for one in document["lists"] if one["name"] == name]
    return found


def test_the_plan_of_a_first_sync_and_of_a_second_one(connector, source):
    connector.stream(required=["Last_Name"])
    source.state({}).record(1, "ann@new.example.com", Last_Name="Lee").record(2, "bob+x@new.example.com", Last_Name="Ray")
    source.record(3, "nonsense", Last_Name="x").record(4, "joe@new.example.com").record(5, "ann@new.example.com", Last_Name="Twin").complete()
    document, _ = both(connector, source)
    assert writes_of(document) == {"add": 2}
    fates = {(one["fate"], one["reason"]): (one["records"], one["examples"]) for one in document["fates"]}
    assert fates["rejected", "required_field_empty"] == (1, ["4"])
    assert fates["rejected", "invalid_address"] == (1, ["3"])
    assert fates["shadowed", ""][0] == 1
    assert {(one["action"], one["record"]) for one in document["writes"]} == {("add", "5"), ("add", "2")}
    connector.emulator.edit("zoho_campaigns", op="unsubscribe", list=connector.key(), email="bob+x@new.example.com")
    source.state().record(2, "bob+x@new.example.com", Last_Name="New").tombstone(5).record(6, "zoe@new.example.com", Last_Name="Zed").complete()
    document, _ = both(connector, source)
    assert writes_of(document) == {"add": 1, "update": 1}, "the twin stays, with her own name"
    assert connector.members()["ann@new.example.com"]["fields"]["Last Name"] == "Lee"


def test_the_plan_of_two_lists_removals_and_opt_outs(connector, source):
    connector.config["streams"] = [{"stream": "Leads", "list_name": "Newsletter"}, {"stream": "Leads", "list_name": "Product news"}]
    people = [f"p{number}@new.example.com" for number in range(12)] + ["plus+tag@new.example.com"]
    source.state({})
    for number, address in enumerate(people):
        source.record(number, address, First_Name="P")
    document, _ = both(connector, source.complete())
    assert writes_of(document) == {"add": 13}
    assert writes_of(document, "Product news") == {"attach": 12, "add": 1}, "an address with a plus goes by itself"
    source.state().tombstone(0).record(1, "p1@new.example.com", First_Name="P", Email_Opt_Out=True).complete()
    document, _ = both(connector, source)
    assert writes_of(document) == writes_of(document, "Product news") == {"remove": 1, "take_off": 1}


def test_the_plan_of_a_braked_run_says_so_and_the_run_ends_so(connector, source):
    source.state({}).record(1, "ann@new.example.com").record(2, "bob@new.example.com").complete()
    both(connector, source)
    source.state().tombstone(1).tombstone(2).complete()
    document = rehearsed(connector, source)
    assert document["ends"]["how"] == "braked"
    assert "2 of the 2 people" in document["ends"]["message"]
    said = write(connector, source)
    assert said.code == 1
    assert said.error["message"] == document["ends"]["message"]


def test_the_plan_of_a_list_and_a_field_that_are_to_be_created(connector, source):
    entry = {
        "create_list": True,
        "first_contact": "seed@example.com",
        "create_fields": True,
        "mapping": [{"column": "First_Name", "field": "Nickname"}],
    }
    connector.config["streams"] = [{"stream": "Leads", "list_name": "Brand new"} | entry]
    source.state({}).record(1, "ann@new.example.com", First_Name="Ann").complete()
    document = rehearsed(connector, source)
    assert document["to_be_created"] == {"lists": ["Brand new"], "fields": ["Nickname"]}
    assert writes_of(document, "Brand new") == {"add": 1}
    assert "Brand new" not in [one["name"] for one in connector.state()["lists"].values()]
    succeeded(write(connector, source))
    assert set(connector.members("Brand new")) == {"seed@example.com", "ann@new.example.com"}


def test_the_plan_of_a_list_with_a_form_counts_the_mails(connector, source):
    connector.set(allow_confirmation_mails=True)
    connector.emulator.edit("zoho_campaigns", op="make_public", list=connector.key())
    document, _ = both(connector, source.state({}).record(1, "ann@new.example.com").record(2, "bob@new.example.com").complete())
    assert document["mails_it_could_cause"] == connector.state()["mails_caused"] == 2


def test_a_dry_run_makes_no_ledger_and_fails_as_the_run_would(connector, source):
    del connector.config["adopt_existing"]
    connector.set(dry_run=True)
    said = write(connector, source.state({}).record(1, "ann@new.example.com").complete())
    assert said.code == 1
    assert "adopt_existing" in said.error["message"]
    assert not (connector.folder / "ledger.db").exists()


def test_the_reads_of_a_dry_run_count_for_every_sync_of_the_account(connector, source):
    succeeded(write(connector, source.state({}).record(1, "ann@new.example.com").complete()))
    document = rehearsed(connector, source.state().record(2, "bob@new.example.com").complete())
    reads = Counter(one["path"].rsplit("/", 1)[1] for one in connector.calls())
    assert reads["getlistsubscribers"] > 0
    left = {one["endpoint"]: one["left"] for one in document["calls"]}
    assert left["listsubscribe"] < 0.9 * 75_000


def test_a_plan_file_that_cannot_be_written_is_a_config_error(connector, source, tmp_path):
    connector.set(dry_run=True, dry_run_file=str(tmp_path / "absent" / "plan.json"))
    said = write(connector, source.state({}).record(1, "ann@new.example.com").complete())
    assert said.code == 1
    assert "dry_run_file" in said.error["message"]


def test_the_plan_for_mailigen_counts_its_batches(mailigen, source):
    source.state({}).record(1, "ann@new.example.com", First_Name="Ann").record(2, "bob@new.example.com").record(3, "eve@new.example.com").complete()
    document = rehearsed(mailigen, source)
    assert writes_of(document) == {"add": 3}
    assert calls_of(document, "listBatchSubscribe") == 1
    succeeded(write(mailigen, source))
    source.state().tombstone(1).record(2, "bob@new.example.com", Email_Opt_Out=True).record(3, "eve@new.example.com", First_Name="Eve").complete()
    document = rehearsed(mailigen, source)
    assert writes_of(document) == {"remove": 1, "take_off": 1, "update": 1}
    mailigen.emulator.clear_requests()
    succeeded(write(mailigen, source))
    made = Counter(one["path"] for one in mailigen.calls(writes=True))
    assert sum(made.values()) == sum(calls_of(document, name) for name in ("listBatchSubscribe", "listBatchUnsubscribe"))
    assert mailigen.status("ann@new.example.com") is None
