"""The same pairs under PyAirbyte, which lives in an environment of its own: two runs, the second one incremental."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from airbyte_connector import SCRIPTS
from pairs import USUAL

PARTS = {
    "source-crm": ("source-crm", "zoho_crm"),
    "destination-campaigns": ("destination-campaigns", "zoho_campaigns"),
    "source-campaigns": ("source-campaigns", "zoho_campaigns"),
    "destination-crm": ("destination-crm", "zoho_crm"),
}
ROOT = Path(__file__).resolve().parent.parent
PYAIRBYTE = ROOT / ".venv-pyairbyte/bin/python"

pytestmark = [
    pytest.mark.pyairbyte,
    pytest.mark.slow,
    pytest.mark.skipif(not PYAIRBYTE.exists(), reason="there is no .venv-pyairbyte; `make test` builds it"),
]
RUN = """
import json, sys
from pathlib import Path
import airbyte as ab

folder, scripts = Path(sys.argv[1]), Path(sys.argv[2])
pair = json.loads((folder / "pair.json").read_text())
(reads, reading), (writes, writing) = pair["source"], pair["destination"]
source = ab.get_source(reads, config=reading, local_executable=scripts / reads, streams=pair["streams"])
destination = ab.get_destination(writes, config=writing, local_executable=scripts / writes)
source.check()
destination.check()
result = destination.write(source, cache=False, state_cache=ab.new_local_cache("state", str(folder / "state")))
(folder / "processed.json").write_text(json.dumps(result.processed_records))
"""


@pytest.fixture
def run(emulator, tmp_path):
    """One run of a pair, each with its configuration; how many records went through it."""
    environment = os.environ | {"AIRBYTE_OFFLINE_MODE": "1", "DO_NOT_TRACK": "1", "NO_COLOR": "1"}
    ledger = {"ledger": {"kind": "sqlite", "path": str(tmp_path / "ledger.db")}}

    def once(source, destination, streams):
        emulator.advance(601)  # ten tokens in ten minutes
        pair = {"source": [source, emulator.config(*PARTS[source])], "destination": [destination, emulator.config(*PARTS[destination]) | ledger]}
        (tmp_path / "pair.json").write_text(json.dumps(pair | {"streams": streams}))
        command = [str(PYAIRBYTE), "-c", RUN, str(tmp_path), str(SCRIPTS)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False, cwd=tmp_path, env=environment)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return json.loads((tmp_path / "processed.json").read_text())

    return once


@pytest.mark.timeout(600)
def test_the_pair_runs_unchanged_under_pyairbyte_and_the_second_run_is_incremental(run, emulator):
    source, tool = USUAL
    forward = ("source-crm", "destination-campaigns", ["Leads", "Contacts"])
    before = set(tool.members(emulator))
    first = run(*forward)
    crm = emulator.state("zoho_crm")["modules"]
    assert first >= len(crm["Leads"]) + len(crm["Contacts"])
    assert len(set(tool.members(emulator)) - before) > 100
    lead, address = source.person(emulator, tool.active(emulator) - before)
    emulator.edit("zoho_crm", op="update", module="Leads", id=lead, record={"Last_Name": "Newly-Named"})
    second = run(*forward)
    assert second == 1
    assert tool.memberships(emulator)[address]["fields"]["Last Name"] == "Newly-Named"


@pytest.mark.timeout(600)
def test_the_way_back_runs_unchanged_under_pyairbyte_and_its_second_run_writes_nothing(run, emulator):
    back = ("source-campaigns", "destination-crm", ["campaigns", "campaign_reports", "responses"])
    assert run(*back) > 0
    assert [one["members"] for one in emulator.state("zoho_crm")["campaigns"].values() if one["members"]]
    emulator.clear_requests()
    run(*back)
    assert not [one for one in emulator.requests() if one["system"] == "zoho_crm" and one["writes"]]
