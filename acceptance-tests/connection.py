"""The pair under `mailsync sync`: a connection file in its own folder, runs as processes, and what the vendors then hold."""

import json
import os
import subprocess

import yaml
from airbyte_connector import SCRIPTS
from pairs import USUAL


class Pair:
    """source-crm → destination-campaigns between the emulated vendors of one test."""

    def __init__(self, emulator, folder, between=USUAL):
        self.emulator = emulator
        self.folder = folder
        self.crm, self.tool = between
        self.file = folder / "newsletter.yaml"
        self.source = self.crm.config(emulator)
        self.destination = self.tool.config(emulator, self.crm)
        self.destination.pop("ledger")
        self.streams = list(self.crm.streams)
        self.write()

    def write(self):
        content = {
            "source": {"connector": "source-crm", "config": self.source},
            "destination": {"connector": "destination-campaigns", "config": self.destination},
            "streams": self.streams,
        }
        self.file.write_text(yaml.safe_dump(content))

    def start(self, verb="sync", *arguments):
        command = [str(SCRIPTS / "mailsync"), verb, str(self.file), *arguments]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)

    def run(self, verb="sync", *arguments):
        process = self.start(verb, *arguments)
        process.out, process.err = process.communicate(timeout=240)
        return process

    def sync(self, *arguments):
        process = self.run("sync", "--json", *arguments)
        result = json.loads(process.out) if process.out.strip() else {}
        return result | {"code": process.returncode, "err": process.err}

    @property
    def state(self):
        path = self.folder / "newsletter.state.json"
        return json.loads(path.read_text()) if path.exists() else None

    def members(self):
        """Address key → status on the list."""
        return self.tool.members(self.emulator)

    def fields(self, address):
        return self.tool.memberships(self.emulator)[address]["fields"]

    def lists_now(self):
        return self.tool.lists_now(self.emulator)

    def added(self, before):
        """(id, address key) of somebody of the CRM who is on the newsletter, but was not `before`."""
        return self.crm.person(self.emulator, self.tool.active(self.emulator) - set(before))
