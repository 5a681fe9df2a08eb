"""The connector as a process: signals, time-outs, locks under every answer, what is imported."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import orjson
import pytest

from .conftest import Connector, Said
from .people import Source
from .support import a_catalog

SCRIPT = Path(sys.executable).parent / "destination-campaigns"
LOCK_ANSWERS = ["http_429_json", "http_200_text_code", "http_200_number_code", "http_400_json", "http_429_html", "http_200_html"]
SCALE = 1200


class Running:
    """A `write` that is fed line by line."""

    def __init__(self, connector, **environment):
        arguments = ["write", "--config", connector.file("config.json", connector.config), "--catalog", connector.file("catalog.json", a_catalog())]
        self.process = subprocess.Popen([SCRIPT, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **environment})
        self.lines, self.seen = [], threading.Condition()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self.seen:
                self.lines.append(line.decode())
                self.seen.notify_all()

    def say(self, source):
        self.process.stdin.write(source.taken())
        self.process.stdin.flush()

    def wait_for(self, text, seconds=30):
        with self.seen:
            assert self.seen.wait_for(lambda: any(text in line for line in self.lines), seconds), "".join(self.lines)

    def ended(self, seconds=60):
        self.process.stdin.close()
        code = self.process.wait(seconds)
        self.reader.join()
        self.process.stdout.close()
        return Said(code, "".join(self.lines))


def test_a_state_is_printed_at_once_and_not_when_the_buffer_is_full(connector):
    running = Running(connector)
    running.say(Source().state({}).record(1, "ann@new.example.com").state({"n": 1}))
    running.wait_for('"n":1')
    assert running.ended().code == 0


@pytest.mark.parametrize("moment", ["waiting for input", "writing"])
def test_sigterm_ends_between_two_calls_and_the_same_command_carries_on(connector, moment):
    source, running = Source(), Running(connector)
    source.state({})
    if moment == "writing":
        connector.emulator.faults(system="zoho_campaigns", path="json/listsubscribe", kind="slow", seconds=0.2, times=0)
        for number in range(40):
            source.record(number, f"p{number}@new.example.com")
        source.state({"n": 1})
    running.say(source)
    if moment == "writing":
        deadline = time.monotonic() + 30
        while "p2@new.example.com" not in connector.members() and time.monotonic() < deadline:
            time.sleep(0.05)
    else:
        running.wait_for('"STATE"')
    running.process.send_signal(signal.SIGTERM)
    said = running.ended()
    assert said.code == 1, said.text
    assert said.error["failure_type"] == "transient_error"
    assert len(said.of("STATE")) == 1
    connector.emulator.heal()
    again, source = Running(connector), Source()
    source.state({})
    for number in range(40):
        source.record(number, f"p{number}@new.example.com")
    again.say(source.complete())
    assert again.ended().code == 0
    members = connector.members()
    assert all(members[f"p{number}@new.example.com"]["status"] == "active" for number in range(40))


@pytest.mark.parametrize("processed", [False, True])
def test_a_write_that_times_out_is_settled_by_the_next_complete_read(connector, processed):
    connector.emulator.faults(system="zoho_campaigns", path="json/listsubscribe", kind="timeout", processed=processed)
    running = Running(connector)
    running.say(Source().state({}).record(1, "ann@new.example.com", First_Name="Ann").complete())
    deadline = time.monotonic() + 30
    while not any(one["struck"] for one in connector.emulator.admin("GET", "/__admin/faults")) and time.monotonic() < deadline:
        time.sleep(0.05)
    connector.emulator.heal()
    assert running.ended().code == 0
    assert connector.members()["ann@new.example.com"]["fields"] == {"First Name": "Ann"}


@pytest.mark.parametrize("answer", LOCK_ANSWERS)
def test_a_lock_caused_by_others_is_waited_out_and_everybody_is_written(start_emulator, tmp_path, answer):
    emulator = start_emulator(people=20, time_scale=SCALE)
    connector, source = Connector(emulator, tmp_path), Source()
    emulator.edit("zoho_campaigns", op="delete_campaign")  # reading them takes longer than the lock lasts here
    emulator.switch(zoho_campaigns_lock_answer=answer)
    emulator.faults(system="zoho_campaigns", path="json/listsubscribe", kind="lock", after=1)
    running = Running(connector, MAILSYNC_TIME_SCALE=str(SCALE))
    source.state({})
    for number in range(5):
        source.record(number, f"p{number}@new.example.com")
    running.say(source.complete())
    said = running.ended()
    assert said.code == 0, said.text
    assert {f"p{number}@new.example.com" for number in range(5)} <= set(connector.members())
    assert "aiting" in said.logs


def test_spec_comes_without_the_framework_and_without_the_ledger():
    code = (
        "import sys; from destination_campaigns.run import main; main(['spec']); "
        "print([name for name in ('airbyte_cdk', 'sqlalchemy', 'pandas') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert json.loads(done.stdout)["type"] == "SPEC"


def test_write_does_not_import_the_framework():
    code = "import sys, destination_campaigns.write, destination_campaigns.check; print('airbyte_cdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"


def test_discover_without_a_configuration_says_what_it_needs():
    done = subprocess.run([SCRIPT, "discover"], capture_output=True, check=False)
    assert done.returncode == 1
    assert "discover needs --config" in orjson.loads(done.stdout)["trace"]["error"]["message"]
