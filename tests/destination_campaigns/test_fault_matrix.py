"""Every write endpoint × every fault × before or after it took effect × at which of its calls: the end state is that of an undisturbed history.

A normal run takes a sample; MAILSYNC_PROVE=1 takes all cells. `pytest_terminal_summary` prints the table.
"""

import itertools
import os
import random
from dataclasses import dataclass

import pytest

from emulators.process import EmulatorProcess
from mailsync.http import Http

from .conftest import Connector
from .people import Source, write
from .support import COLUMNS, a_catalog

PROVE = os.environ.get("MAILSYNC_PROVE") == "1"
SCALE = 600  # a lock of half an hour is over in three seconds
READ_TIMEOUT_S = 1.5
KINDS = ("status", "timeout", "reset", "truncate", "slow", "html", "lock", "token")
MOST_RUNS = 8
KEPT_APART = {"Leads": ("Newsletter", "Product news"), "Contacts": ("Product news",)}


@dataclass(frozen=True)
class Endpoint:
    """`path` is searched in the request's path. `calls`: how often the undisturbed history calls it."""

    path: str
    calls: int


ENDPOINTS = {
    one.path: one
    for one in (
        Endpoint("json/listsubscribe", 5),
        Endpoint("addlistsubscribersinbulk", 2),
        Endpoint("json/listunsubscribe", 8),
        Endpoint("json/contactdonotmail", 2),
        Endpoint("addlistandcontacts", 1),
        Endpoint("custom/add", 1),
    )
}


def positions(endpoint):
    """The first, one in the middle, the last."""
    return sorted({0, endpoint.calls // 2, endpoint.calls - 1})


CELLS = [
    (path, kind, processed, at)
    for path, kind, processed in itertools.product(ENDPOINTS, KINDS, (False, True))
    for at in positions(ENDPOINTS[path])
    if not (processed and kind in ("lock", "token"))  # a refused call takes no effect
]
SHOWN = CELLS if PROVE else random.Random(5).sample(CELLS, 24)


def catalog():
    columns = {**COLUMNS, "Shoe_Size": {"type": ["null", "string"], "title": "Shoe Size", "x_data_type": "text"}}
    both = [a_catalog(columns)["streams"][0] for _ in KEPT_APART]
    for entry, name in zip(both, KEPT_APART, strict=True):
        entry["stream"] = {**entry["stream"], "name": name}
    return {"streams": both}


class History:
    """Two streams into two lists, then changes that need every write endpoint."""

    def __init__(self, connector):
        self.connector = connector
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
        fresh = self.entry("Leads", "Fresh", create_list=True, first_contact="first@new.example.com")
        self.connector.config["streams"].append(fresh)
        for entry in self.connector.config["streams"]:
            entry |= {
                "create_fields": True,
                "mapping": [{"column": "First_Name", "field": "First Name"}, {"column": "Shoe_Size", "field": "Shoe Size"}],
            }

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
        lists = {
            one["name"]: {address: (member["status"], member["fields"]) for address, member in one["members"].items()}
            for one in state["lists"].values()
        }
        return {
            "lists": lists,
            "how many lists": len(state["lists"]),
            "suppressed": sorted(state["suppressed"]),
            "fields": sorted(field["name"] if isinstance(field, dict) else field for field in state["contact_fields"]),
            "mails caused": state["mails_caused"],
        }


@pytest.fixture(scope="module")
def vendors():
    with EmulatorProcess(people=20, time_scale=SCALE) as process:
        yield process


@pytest.fixture
def history(vendors, tmp_path, monkeypatch):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", str(SCALE))
    monkeypatch.setitem(Http.__init__.__kwdefaults__, "read_timeout_s", READ_TIMEOUT_S)
    vendors.reset()
    vendors.move_configs(tmp_path / "configs")
    made = History(Connector(vendors, tmp_path))
    made.begins()
    made.asks_for_more()
    return made


@pytest.fixture(scope="module")
def undisturbed():
    return {}


@pytest.fixture
def wanted(undisturbed, vendors, tmp_path_factory, monkeypatch):
    """How the history ends without a fault, and how often it calls each endpoint."""
    if not undisturbed:
        monkeypatch.setenv("MAILSYNC_TIME_SCALE", str(SCALE))
        folder = tmp_path_factory.mktemp("undisturbed")
        vendors.reset()
        vendors.move_configs(folder / "configs")
        calm = History(Connector(vendors, folder))
        calm.begins()
        calm.asks_for_more()
        vendors.clear_requests()
        calm.until_done()
        undisturbed["calls"] = {path: sum(path in one["path"] for one in calm.connector.calls()) for path in ENDPOINTS}
        undisturbed["end"] = calm.ends_as()
    return undisturbed


def test_the_undisturbed_history_needs_every_endpoint(wanted):
    assert wanted["calls"] == {path: one.calls for path, one in ENDPOINTS.items()}


def locks_by_us(connector):
    return sum(one["locks_by_us"] for one in connector.state()["limits"].values())


@pytest.mark.parametrize(("path", "kind", "processed", "at"), SHOWN)
def test_a_fault_anywhere_ends_as_if_there_had_been_none(wanted, history, vendors, record_property, path, kind, processed, at):
    record_property("matrix", f"Zoho Campaigns, a write fails|{path}|{kind}{' after' if processed else ''}")
    before = locks_by_us(history.connector)
    vendors.faults(system="zoho_campaigns", path=path, kind=kind, processed=processed, after=at, seconds=0.2)
    history.until_done()
    assert [one["struck"] for one in vendors.admin("GET", "faults")] == [1], "the fault struck"
    vendors.heal()
    assert history.ends_as() == wanted["end"]
    assert locks_by_us(history.connector) == before
