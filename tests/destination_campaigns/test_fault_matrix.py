"""Every mailing tool × every call × every fault × before or after it took effect × at which of its calls: the end is that of an undisturbed history.

A normal run takes a sample of each tool; MAILSYNC_PROVE=1 takes all cells. `pytest_terminal_summary` prints the table.
"""

import os
import random

import pytest

from emulators.process import EmulatorProcess
from mailsync.http import Http

from .conftest import Connector
from .people import Source, write
from .support import COLUMNS, a_catalog
from .tools import TOOLS

PROVE = os.environ.get("MAILSYNC_PROVE") == "1"
SCALE = 600  # a lock of half an hour is over in three seconds
READ_TIMEOUT_S = 1.5
KINDS = ("status", "timeout", "reset", "truncate", "slow", "html", "lock", "token")
NO_EFFECT = ("lock", "token")  # a refused call takes none
MOST_RUNS = 8
SAMPLE_OF_WRITES, SAMPLE_OF_READS = 9, 3  # a tool
KEPT_APART = {"Leads": ("Newsletter", "Product news"), "Contacts": ("Product news",)}


def places(calls):
    """The first, one in the middle, the last."""
    return sorted({0, calls // 2, calls - 1})


def cells(tool, endpoints, processed):
    """(tool, path, kind, processed, place) of each fault there is."""
    return [
        (tool.name, path, kind, done, at)
        for path, calls in endpoints.items()
        for kind in KINDS
        for done in processed
        for at in places(calls)
        if kind not in tool.no_fault and not (done and kind in NO_EFFECT)
    ]


def shown():
    dice = random.Random(5)
    for tool in TOOLS.values():
        writes, reads = cells(tool, tool.writes, (False, True)), cells(tool, tool.reads, (False,))
        yield from writes + reads if PROVE else dice.sample(writes, SAMPLE_OF_WRITES) + dice.sample(reads, SAMPLE_OF_READS)


def catalog():
    columns = {**COLUMNS, "Shoe_Size": {"type": ["null", "string"], "title": "Shoe Size", "x_data_type": "text"}}
    both = [a_catalog(columns)["streams"][0] for _ in KEPT_APART]
    for entry, name in zip(both, KEPT_APART, strict=True):
        entry["stream"] = {**entry["stream"], "name": name}
    return {"streams": both}


class History:
    """Two streams into two lists, then changes that need every write endpoint."""

    def __init__(self, connector):
        self.connector = connector.system(**connector.tool.in_matrix)
        self.connector.config |= {"streams": [self.entry(stream, one) for stream, lists in KEPT_APART.items() for one in lists]}

    def entry(self, stream, name, **more):
        return {"stream": stream, "list_name": name, "on_delete": "suppress" if stream == "Contacts" else "remove", **more}

    def begins(self):
        leads, contacts = Source("Leads").state({}), Source("Contacts").state({})
        for number in range(1, 6):
            leads.record(number, f"lead{number}@new.example.com", First_Name=f"L{number}", Shoe_Size="42")
        for number in range(1, 4):
            contacts.record(number, f"contact{number}@new.example.com", First_Name=f"C{number}")
        self.cursors = (leads.cursor, contacts.cursor)
        assert self.run(leads.complete(), contacts.complete()).code == 0

    def asks_for_more(self):
        """From now on a list and a field have to be made, too."""
        tool = self.connector.tool
        mapping = [{"column": "First_Name", "field": tool.named["First_Name"]}, {"column": "Shoe_Size", "field": tool.named["New"]}]
        self.connector.config["streams"].append(self.entry("Leads", "Fresh", create_list=True, **tool.creation))
        for entry in self.connector.config["streams"]:
            entry |= {"create_fields": True, "mapping": mapping}

    def changes(self):
        leads, contacts = Source("Leads"), Source("Contacts")
        leads.cursor, contacts.cursor = self.cursors
        leads.state({"cursor": leads.cursor}).record(1, "lead1@new.example.com", First_Name="Newly", Shoe_Size="43")
        for number in range(11, 14):
            leads.record(number, f"lead{number}@new.example.com", First_Name=f"L{number}", Shoe_Size="44")
        for number in (2, 3, 4):
            leads.tombstone(number)
        leads.record(5, "lead5@new.example.com", First_Name="L5", Email_Opt_Out=True)
        contacts.state({"cursor": contacts.cursor}).tombstone(1).tombstone(2).record(3, "contact3@new.example.com", First_Name="C3")
        return self.run(leads.complete(), contacts.complete())

    def run(self, *sources):
        joined = Source("Leads")
        joined.lines = [line for source in sources for line in source.lines]
        return write(self.connector, joined, catalog())

    def until_done(self):
        """The host runs the same sync again until it goes well, from the last acknowledged state: the same messages. Once more for what only a read tells."""
        for _ in range(MOST_RUNS):
            said = self.changes()
            if said.code == 0:
                break
            assert said.error["failure_type"] == "transient_error", said.error["message"]
        assert said.code == 0, said.text
        said = self.changes()
        assert said.code == 0, said.text

    def ends_as(self):
        """Everything of the account that can be compared."""
        state = self.connector.state()
        lists = state["lists"].values()
        return {
            "lists": {one["name"]: {address: (member["status"], member["fields"]) for address, member in one["members"].items()} for one in lists},
            "how many lists": len(lists),
            "suppressed": sorted(state["suppressed"]),
            "fields of the account": sorted(field["name"] for field in state.get("contact_fields", ())),
            "fields of lists": {one["name"]: sorted(field["tag"] for field in one.get("fields", ())) for one in lists},
            "mails caused": state["mails_caused"],
        }

    def locks_by_us(self):
        return sum(one["locks_by_us"] for one in self.connector.state().get("limits", {}).values())


@pytest.fixture(scope="module")
def vendors():
    with EmulatorProcess(people=20, time_scale=SCALE) as process:
        yield process


@pytest.fixture
def begun(vendors, tmp_path_factory, monkeypatch):
    """A history with this tool that has begun, on a fresh account."""

    def history(tool):
        folder = tmp_path_factory.mktemp(tool)
        monkeypatch.setenv("MAILSYNC_TIME_SCALE", str(SCALE))
        monkeypatch.setitem(Http.__init__.__kwdefaults__, "read_timeout_s", READ_TIMEOUT_S)
        vendors.reset()
        vendors.move_configs(folder / "configs")
        made = History(Connector(vendors, folder, TOOLS[tool]))
        made.begins()
        made.asks_for_more()
        vendors.clear_requests()
        return made

    return history


@pytest.fixture(scope="module")
def calm():
    return {}


@pytest.fixture
def undisturbed(calm, begun):
    """How the history of a tool ends without a fault, and how often it makes each call."""

    def lived(tool):
        if tool not in calm:
            history = begun(tool)
            history.until_done()
            made = [one["path"] for one in history.connector.calls()]
            calm[tool] = (history.ends_as(), {call: sum(call in path for path in made) for call in (*TOOLS[tool].writes, *TOOLS[tool].reads)})
        return calm[tool]

    return lived


@pytest.mark.parametrize("tool", TOOLS)
def test_the_undisturbed_history_makes_every_call(undisturbed, tool):
    _, calls = undisturbed(tool)
    known = TOOLS[tool]
    assert {path: calls[path] for path in known.writes} == known.writes
    assert {path: calls[path] for path, least in known.reads.items() if calls[path] < least} == {}


@pytest.mark.parametrize(("tool", "path", "kind", "processed", "at"), list(shown()))
def test_a_fault_anywhere_ends_as_if_there_had_been_none(undisturbed, begun, vendors, record_property, tool, path, kind, processed, at):
    record_property("matrix", f"Mailing tools, a call fails|{tool} {path}|{kind}{' after' if processed else ''}")
    wanted, _ = undisturbed(tool)
    history = begun(tool)
    before = history.locks_by_us()
    vendors.faults(system=tool, path=path, kind=kind, processed=processed, after=at, seconds=0.2)
    history.until_done()
    assert [one["struck"] for one in vendors.admin("GET", "faults")] == [1], "the fault struck"
    vendors.heal()
    assert history.ends_as() == wanted
    assert history.locks_by_us() == before
