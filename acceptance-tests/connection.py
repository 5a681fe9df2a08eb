"""The pair under `mailsync sync`: a connection file in its own folder, runs as processes, and what the vendors then hold."""

import json
import os
import subprocess

import yaml
from airbyte_connector import SCRIPTS

NEWSLETTER = "Newsletter"


def members(emulator, name=NEWSLETTER):
    """Address key → membership on the list of that name."""
    (found,) = (one for one in emulator.state("zoho_campaigns")["lists"].values() if one["name"] == name)
    return found["members"]


def lead_on_list(emulator, before):
    """(id, address key) of a lead whose address is its own and who is on the newsletter, but was not `before`."""
    modules = emulator.state("zoho_crm")["modules"]
    records = [(module, identity, (row.get("Email") or "").lower()) for module in ("Leads", "Contacts") for identity, row in modules[module].items()]
    addresses = [address for _, _, address in records]
    active = {address for address, member in members(emulator).items() if member["status"] == "active"} - set(before)
    return next(
        (identity, address) for module, identity, address in records if module == "Leads" and addresses.count(address) == 1 and address in active
    )


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
        return {address: member["status"] for address, member in members(self.emulator, name).items()}

    def fields(self, address, name=NEWSLETTER):
        return members(self.emulator, name)[address]["fields"]

    def lists_now(self):
        """Everything that can be compared between two runs: who stands where, with which fields."""
        lists = self.emulator.state("zoho_campaigns")["lists"]
        return {one["name"]: {address: (m["status"], m["fields"]) for address, m in one["members"].items()} for one in lists.values()}
