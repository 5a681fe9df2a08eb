"""`kill -9` around the call that mails everybody: before it arrives, while it is on its way, after it took effect. Nobody is ever mailed twice."""

import json
import os
import re
import signal
import subprocess
import time

import pytest
from airbyte_connector import SCRIPTS

from emulators.process import EmulatorProcess

pytestmark = pytest.mark.slow
SLOW_S = 4.0
TOKENS_AGAIN_S = 601
PEOPLE = {"ann@new.example.com": 1, "bob@new.example.com": 1}


class Run:
    """destination-campaigns with a launch of two people, as a process."""

    def __init__(self, vendors, folder):
        self.vendors, self.folder = vendors, folder
        folder.mkdir(exist_ok=True)
        config = vendors.config("destination-campaigns", "zoho_campaigns") | {
            "ledger": {"kind": "sqlite", "path": str(folder / "ledger.db")},
            "streams": [],
            "launches": [
                {
                    "launch_key": "spring",
                    "recipients": [{"stream": "Leads", "no_opt_out_field": True}],
                    "list_name": "Spring people",
                    "create_list": True,
                    "first_contact": "seed@example.com",
                    "campaign_name": "Spring",
                    "subject": "Spring is here",
                    "from_email": "letters@example.com",
                    "content_page": vendors.publish("spring.html", "<p>Hello</p>"),
                    "then": "send",
                }
            ],
        }
        self.config = config
        self.write("catalog.json", {"streams": [{"stream": STREAM, "sync_mode": "incremental", "destination_sync_mode": "append_dedup"}]})
        (folder / "messages.jsonl").write_text("".join(json.dumps(one) + "\n" for one in MESSAGES))

    def write(self, name, content):
        (self.folder / name).write_text(json.dumps(content))
        return str(self.folder / name)

    def start(self):
        self.vendors.advance(TOKENS_AGAIN_S)
        command = [str(SCRIPTS / "destination-campaigns"), "write", "--config", self.write("config.json", self.config)]
        command += ["--catalog", str(self.folder / "catalog.json")]
        with (self.folder / "messages.jsonl").open("rb") as messages:
            return subprocess.Popen(command, stdin=messages, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def to_its_end(self):
        said, _ = self.start().communicate(timeout=120)
        return said.decode()

    def killed_while_sending(self):
        process = self.start()
        until = time.monotonic() + 60
        while not any("sendcampaign" in one["path"] for one in self.vendors.requests()):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < until
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)

    def mailed(self):
        campaigns = self.vendors.state("zoho_campaigns")["campaigns"].values()
        counts = [one["mailed"] for one in campaigns if "launch spring" in one["name"]]
        return {address: sum(one.get(address, 0) for one in counts) for one in counts for address in one if address != "seed@example.com"}


STREAM = {
    "name": "Leads",
    "json_schema": {"properties": {name: {"type": ["null", "string"]} for name in ("id", "Email")}},
    "source_defined_primary_key": [["id"]],
}
MESSAGES = [
    {"type": "RECORD", "record": {"stream": "Leads", "emitted_at": 1, "data": {"id": "1", "Email": "ann@new.example.com"}}},
    {"type": "RECORD", "record": {"stream": "Leads", "emitted_at": 1, "data": {"id": "2", "Email": "bob@new.example.com"}}},
    {"type": "STATE", "state": {"type": "STREAM", "stream": {"stream_descriptor": {"name": "Leads"}, "stream_state": {"at": 1}}}},
    {
        "type": "TRACE",
        "trace": {"type": "STREAM_STATUS", "emitted_at": 1, "stream_status": {"stream_descriptor": {"name": "Leads"}, "status": "COMPLETE"}},
    },
]


@pytest.fixture
def vendors(tmp_path):
    with EmulatorProcess(people=10, configs=tmp_path / "configs") as process:
        yield process


def test_killed_after_the_call_took_effect_the_next_run_recognises_it(vendors, tmp_path):
    run = Run(vendors, tmp_path / "run")
    vendors.faults(system="zoho_campaigns", path="sendcampaign", kind="slow", processed=True, seconds=SLOW_S)
    run.killed_while_sending()
    said = run.to_its_end()
    assert run.mailed() == PEOPLE
    assert "was sent" in said


def test_killed_before_the_call_arrived_it_is_held_until_a_person_releases_it(vendors, tmp_path):
    run = Run(vendors, tmp_path / "run")
    vendors.faults(system="zoho_campaigns", path="sendcampaign", kind="timeout")
    run.killed_while_sending()
    said = run.to_its_end()
    assert run.mailed() == {}
    (code,) = re.findall(r"set release to (\w{8})", said)
    run.config["launches"][0]["release"] = code
    run.to_its_end()
    run.to_its_end()
    assert run.mailed() == PEOPLE


def test_killed_while_the_call_is_on_its_way_the_next_run_does_not_overtake_it(vendors, tmp_path):
    run = Run(vendors, tmp_path / "run")
    vendors.faults(system="zoho_campaigns", path="sendcampaign", kind="slow", seconds=100 * SLOW_S)
    run.killed_while_sending()
    said = run.to_its_end()
    assert "is held" in said
    assert run.mailed() == {}
    vendors.heal()  # what was on its way arrives
    assert run.mailed() == PEOPLE
    said = run.to_its_end()
    assert "was sent" in said
    assert run.mailed() == PEOPLE
