"""The same pair under PyAirbyte, which lives in an environment of its own: two runs, the second one incremental."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from airbyte_connector import SCRIPTS
from pairs import USUAL

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
configs = json.loads((folder / "configs.json").read_text())
source = ab.get_source("source-crm", config=configs["source"], local_executable=scripts / "source-crm", streams=["Leads", "Contacts"])
destination = ab.get_destination(
    "destination-campaigns", config=configs["destination"], local_executable=scripts / "destination-campaigns"
)
source.check()
destination.check()
result = destination.write(source, cache=False, state_cache=ab.new_local_cache("state", str(folder / "state")))
(folder / "processed.json").write_text(json.dumps(result.processed_records))
"""


@pytest.fixture
def run(emulator, tmp_path):
    configs = {
        "source": emulator.config("source-crm", "zoho_crm"),
        "destination": emulator.config("destination-campaigns", "zoho_campaigns")
        | {"ledger": {"kind": "sqlite", "path": str(tmp_path / "ledger.db")}},
    }
    (tmp_path / "configs.json").write_text(json.dumps(configs))
    environment = os.environ | {"AIRBYTE_OFFLINE_MODE": "1", "DO_NOT_TRACK": "1", "NO_COLOR": "1"}

    def once():
        command = [str(PYAIRBYTE), "-c", RUN, str(tmp_path), str(SCRIPTS)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False, cwd=tmp_path, env=environment)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return json.loads((tmp_path / "processed.json").read_text())

    return once


@pytest.mark.timeout(600)
def test_the_pair_runs_unchanged_under_pyairbyte_and_the_second_run_is_incremental(run, emulator):
    source, tool = USUAL
    before = set(tool.members(emulator))
    first = run()
    crm = emulator.state("zoho_crm")["modules"]
    assert first >= len(crm["Leads"]) + len(crm["Contacts"])
    assert len(set(tool.members(emulator)) - before) > 100
    emulator.advance(120)
    lead, address = source.person(emulator, tool.active(emulator) - before)
    emulator.edit("zoho_crm", op="update", module="Leads", id=lead, record={"Last_Name": "Newly-Named"})
    emulator.advance(120)
    second = run()
    assert second == 1
    assert tool.memberships(emulator)[address]["fields"]["Last Name"] == "Newly-Named"
