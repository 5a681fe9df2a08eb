"""Every call of a launch × every fault × before or after it took effect × once or twice: nobody gets the campaign twice, and nobody goes without it
whose call was not lost. A call that was lost is held, and goes out once a person releases it.

A normal run takes a sample; MAILSYNC_PROVE=1 takes all cells. `pytest_terminal_summary` prints the table.
"""

import itertools
import os
import random
import re

import pytest

from emulators.process import EmulatorProcess
from mailsync.http import Http

from .conftest import Connector
from .launches import got, launch, once, people, scheduled
from .people import Source, write
from .tools import TOOLS

PROVE = os.environ.get("MAILSYNC_PROVE") == "1"
SCALE = 600
READ_TIMEOUT_S = 1.5
MARGIN_S = 2400
KINDS = ("status", "timeout", "reset", "truncate", "html", "lock", "token")
ANSWERED = ("lock", "token")  # a refused call takes no effect, and says so
MOST_RUNS = 8
PATHS = {
    "zoho_campaigns": {"create": "createCampaign", "send": "sendcampaign", "schedule": "sendcampaign", "look-up": "recentcampaigns"},
    "mailigen": {"create": "campaignCreate", "send": "campaignSendNow", "schedule": "campaignSchedule", "look-up": "/campaigns$"},
}
CELLS = [
    (tool, call, kind, processed, times)
    for tool, call, kind, processed, times in itertools.product(TOOLS, PATHS["mailigen"], KINDS, (False, True), (1, 2))
    if not (processed and kind in ANSWERED) and kind not in TOOLS[tool].no_fault and not (processed and call == "look-up")
]
SHOWN = CELLS if PROVE else random.Random(11).sample(CELLS, 10)


@pytest.fixture(scope="module")
def vendors():
    with EmulatorProcess(people=20, time_scale=SCALE) as process:
        yield process


@pytest.fixture
def connector(vendors, tmp_path, monkeypatch, request):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", str(SCALE))
    monkeypatch.setitem(Http.__init__.__kwdefaults__, "read_timeout_s", READ_TIMEOUT_S)
    vendors.reset()
    vendors.move_configs(tmp_path / "configs")
    made = Connector(vendors, tmp_path, TOOLS[request.getfixturevalue("tool")])
    made.config["streams"] = []
    return made


def until_rest(connector, failures=("transient_error",)):
    """The host runs the sync until a run that goes well makes no call of a launch any more; an hour passes between two runs."""
    for _ in range(MOST_RUNS):
        source = people(Source().state({}), 1, 2, 3).complete()
        connector.emulator.clear_requests()
        said = write(connector, source)
        if said.code == 0 and not any(
            re.search("[cC]ampaign(Create|Send|Schedule)|createCampaign|sendcampaign", one["path"]) for one in connector.calls(writes=True)
        ):
            if "waits for a later run" not in said.logs:
                return said
        else:
            assert said.code == 0 or said.error["failure_type"] in failures, said.text
        connector.emulator.advance(MARGIN_S)
    raise AssertionError(said.logs)


@pytest.mark.parametrize(("tool", "call", "kind", "processed", "times"), SHOWN)
def test_a_fault_never_mails_anybody_twice(connector, record_property, tool, call, kind, processed, times):
    record_property("matrix", f"A launch's call fails, {tool}|{call}{' twice' if times == 2 else ''}|{kind}{' after' if processed else ''}")
    more = scheduled(connector) if call == "schedule" else {}
    connector.set(launches=[launch(connector, **more)])
    connector.emulator.faults(system=tool, path=PATHS[tool][call], kind=kind, processed=processed, times=times)
    # A new token that is refused as well looks like a wrong account.
    said = until_rest(connector, ("transient_error", "config_error") if kind == "token" else ("transient_error",))
    lost = call in ("send", "schedule") and not processed and kind not in ANSWERED
    for _ in range(times if lost else 0):
        assert "is held" in said.logs
        assert got(connector) == {}, "nobody is mailed by a call that did not arrive"
        (code,) = re.findall(r"set release to (\w{8})", said.logs)
        connector.config["launches"][0]["release"] = code
        said = until_rest(connector)
    connector.emulator.advance(11 * 3600)
    assert got(connector) == once(1, 2, 3)
    until_rest(connector)
    assert got(connector) == once(1, 2, 3)
