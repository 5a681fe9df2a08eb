"""The pair under `mailsync sync`: a connection file in its own folder, runs as processes, and what the vendors then hold."""

import json
import os
import subprocess

import yaml
from airbyte_connector import SCRIPTS

NEWSLETTER = "Newsletter"


class Pair:
    """source-crm → destination-campaigns between the emulated vendors of one test."""

    def __init__(self, emulator, folder):
        self.emulator = emulator
        self.folder = folder
        self.file = folder / "newsletter.yaml"
        self.source = emulator.config("source-crm", "zoho_crm")
        self.destination = emulator.config("destination-campaigns", "zoho_campaigns")
        self.destination.pop("ledger")
        self.streams = [entry["stream"] for entry in self.destination["streams"]]
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

    def members(self, name=NEWSLETTER):
        """Address key → status on the list."""
        lists = self.emulator.state("zoho_campaigns")["lists"].values()
        (found,) = (one for one in lists if one["name"] == name)
        return {address: member["status"] for address, member in found["members"].items()}

    def fields(self, address, name=NEWSLETTER):
        lists = self.emulator.state("zoho_campaigns")["lists"].values()
        (found,) = (one for one in lists if one["name"] == name)
        return found["members"][address]["fields"]

    def lists_now(self):
        """Everything that can be compared between two runs: who stands where, with which fields."""
        lists = self.emulator.state("zoho_campaigns")["lists"]
        return {one["name"]: {address: (m["status"], m["fields"]) for address, m in one["members"].items()} for one in lists.values()}
