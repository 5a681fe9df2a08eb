"""Every source × every call that it makes × every fault × at which of its calls: the same records as without it, or an error with a class; never "nothing".

A fault that passes is ridden out, or the same command again brings the rest. A fault that lasts is an error of the streams that need the call, nobody is
said to be gone because of it, and after it the rest follows. A normal run takes a sample of each way; MAILSYNC_PROVE=1 takes all cells.
"""

import itertools
import os
import random
import re

import pytest

from emulators.process import EmulatorProcess
from mailsync.http import Http
from tests.sources.ways import WAYS

PROVE = os.environ.get("MAILSYNC_PROVE") == "1"
SCALE = 600
READ_TIMEOUT_S = 1.5
KINDS = ("status", "timeout", "reset", "truncate", "slow", "html", "lock", "token")
LASTING = ("status", "html", "reset", "truncate")
PLACES = ("first", "middle", "last")
# A renewal that is refused is no fault that passes: the refresh token was taken back.
REFUSED = ("/oauth/v2/token", "token")
MOST_RUNS = 4
SAMPLE_PASSING, SAMPLE_LASTING = 3, 1  # a way


def shown(kinds, places, sample):
    """(way, endpoint, kind, place) of each fault there is, or of a sample of each way."""
    dice = random.Random(3)
    for way in WAYS:
        cells = [(way, *cell) for cell in itertools.product(way.endpoints, kinds, places) if cell[1] not in way.no_fault and cell[:2] != REFUSED]
        for cell in cells if PROVE else dice.sample(cells, sample):
            yield pytest.param(*cell, id="-".join((way.name, *cell[1:])))


@pytest.fixture(scope="module")
def process():
    with EmulatorProcess(people=60, limits="off", time_scale=SCALE) as started:
        yield started


@pytest.fixture
def vendors(process, tmp_path, monkeypatch):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", str(SCALE))
    monkeypatch.setitem(Http.__init__.__kwdefaults__, "read_timeout_s", READ_TIMEOUT_S)
    process.reset()
    process.edit("zoho_campaigns", op="settle")
    process.move_configs(tmp_path / "configs")
    return process


class Story:
    """A first read, changes, a second read; each again, from the state it left, until it goes well."""

    def __init__(self, vendors, way):
        self.vendors, self.way, self.outputs, self.errors = vendors, way, [], []
        way.begins(vendors)
        self.host = way.host(vendors)

    def read(self):
        """Once; what it says is kept. No one who is there may be said to be gone, and each error has a class and words."""
        output = self.host.read(*self.way.streams, expecting_exception=True)
        self.outputs.append(output)
        errors = [error for stream in self.way.streams for error in output.errors(stream)]
        assert {error["failure_type"] for error in errors} <= {"transient_error"}, errors
        assert self.way.tombstones_of_the_living(self.vendors, output) == set()
        assert {output.statuses(stream)[-1] for stream in self.way.streams} <= {"COMPLETE", "INCOMPLETE"}
        self.errors += errors
        return errors

    def read_until_done(self):
        for _ in range(MOST_RUNS):
            if not self.read():
                return
        raise AssertionError(self.errors)

    def lives(self):
        self.read_until_done()
        self.way.changes(self.vendors)
        self.read_until_done()

    def is_right(self):
        self.way.agrees(self.vendors, self.outputs)


def struck_by(path):
    """Method and path of a fault."""
    method, _, path = path.rpartition(" ")
    return {"path": path, **({"method": method} if method else {})}


@pytest.fixture(scope="module")
def calm():
    return {}


@pytest.fixture
def calls(calm, vendors, tmp_path):
    """How often the undisturbed story of a way makes each call. It has a folder of its own: what is pushed into files outlives a reset."""

    def made(way):
        if way.name not in calm:
            vendors.move_configs(tmp_path / "undisturbed")
            vendors.clear_requests()
            story = Story(vendors, way)
            story.lives()
            story.is_right()
            assert story.errors == []
            asked = [(one["method"], one["path"]) for one in vendors.requests()]
            calm[way.name] = {path: sum(_matches(path, *one) for one in asked) for path in way.endpoints}, asked
            vendors.reset()
            vendors.edit("zoho_campaigns", op="settle")
            vendors.move_configs(tmp_path / "configs")
        return calm[way.name]

    return made


def _matches(endpoint, method, path):
    wanted = struck_by(endpoint)
    return wanted.get("method", method) == method and re.search(wanted["path"], path) is not None


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_the_table_knows_every_call_of_the_story(calls, way):
    counted, asked = calls(way)
    assert [path for path, count in counted.items() if not count] == []
    assert ", ".join(" ".join(one) for one in sorted(set(asked)) if not any(_matches(path, *one) for path in way.endpoints)) == ""


@pytest.mark.parametrize(("way", "path", "kind", "place"), list(shown(KINDS, PLACES, SAMPLE_PASSING)))
def test_a_fault_that_passes_costs_no_record(calls, vendors, record_property, way, path, kind, place):
    record_property("matrix", f"Sources, a call fails once|{way.name} {path}|{kind}")
    counted, _ = calls(way)
    at = {"first": 0, "middle": counted[path] // 2, "last": counted[path] - 1}[place]
    if place != "first" and at == 0:
        pytest.skip("it is called once")
    story = Story(vendors, way)
    vendors.faults(**struck_by(path), kind=kind, after=at, seconds=0.2)
    story.lives()
    assert [one["struck"] for one in vendors.admin("GET", "faults")] == [1], "the fault struck"
    vendors.heal()
    story.is_right()


@pytest.mark.parametrize(("way", "path", "kind", "place"), list(shown(LASTING, ("first", "second read"), SAMPLE_LASTING)))
def test_a_fault_that_lasts_is_an_error_and_never_an_empty_answer(vendors, record_property, way, path, kind, place):
    record_property("matrix", f"Sources, a call fails until healed|{way.name} {path}|{kind}")
    story = Story(vendors, way)
    if place != "first":
        story.read_until_done()
        way.changes(vendors)
    vendors.faults(**struck_by(path), kind=kind, times=0)
    errors = story.read()
    struck = sum(one["struck"] for one in vendors.admin("GET", "faults"))
    assert bool(errors) == bool(struck), "who needs the call fails, with an error"
    vendors.heal()
    story.read_until_done()
    if place == "first":
        way.changes(vendors)
        story.read_until_done()
    story.is_right()
