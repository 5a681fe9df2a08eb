"""A compact story of the whole pair, both connectors in this process: people arrive, change, leave in every way, and two more runs follow.

What a run did is judged by what the vendors hold afterwards, not by what the connectors say.
"""

import io
import json
import os
from contextlib import redirect_stderr

from airbyte_connector import configured
from pairs import USUAL

from destination_campaigns.run import main
from tests.source_crm.crm_reader import Reader

PROVE = os.environ.get("MAILSYNC_PROVE") == "1"


class Run:
    """One sync: `problem` is the first error's words, empty when all went well; `shown` is all that a log would hold, in lower case."""

    def __init__(self, source, code, written, stderr):
        told = [line for line in source.lines if line["type"] in ("LOG", "TRACE")]
        errors = [*source.errors(), *(one["trace"]["error"] for one in written if one["type"] == "TRACE" and one["trace"]["type"] == "ERROR")]
        self.code = code
        self.kinds = {error["failure_type"] for error in errors}
        self.problem = " ".join(error["message"] for error in errors)
        self.shown = (json.dumps(told, ensure_ascii=False) + json.dumps(written, ensure_ascii=False) + stderr).lower()


class Story:
    """A pair between the vendors of `emulator`, with a ledger in `folder`. `source`: options of the CRM's configuration."""

    def __init__(self, emulator, folder, between=USUAL, **source):
        self.emulator, self.folder, self.runs = emulator, folder, []
        self.crm, self.tool = between
        self.reader = Reader(emulator, self.crm.name)
        self.reader.config = self.crm.config(emulator, **source)
        self.config = self.tool.config(emulator, self.crm) | {"ledger": {"kind": "sqlite", "path": str(folder / "ledger.db")}}
        self.before = self.members()
        self.addresses = set(self.before)
        self.picked = set()
        self.left = {address for address, status in self.before.items() if status != "active"}
        self.gone = set()

    # what the vendors hold

    def memberships(self):
        return self.tool.memberships(self.emulator)

    def members(self):
        return self.tool.members(self.emulator)

    # what happens

    def sync(self):
        """One run of the pair; remembers it."""
        self.addresses.update(filter(None, self.crm.addresses(self.emulator)))
        stderr = io.StringIO()
        with redirect_stderr(stderr):
            self.emulator.advance(120)
            self.reader.discover()
            source = self.reader.read(*self.crm.streams, expecting_exception=True)
            said = "".join(json.dumps(line) + "\n" for line in source.lines if line["type"] in ("RECORD", "STATE", "TRACE"))
            out = io.BytesIO()
            code = main(["write", "--config", self._file("config", self.config), "--catalog", self._file("catalog", self._catalog())],
                        stdin=io.BytesIO(said.encode()), stdout=out)  # fmt: skip
        self.runs.append(Run(source, code, [json.loads(line) for line in out.getvalue().splitlines()], stderr.getvalue()))
        return self.runs[-1]

    def person(self, *, foreign=False):
        """(id, address key) of somebody who has an address alone and is active: through us, or (`foreign`) since before. Never the same twice."""
        active = self.tool.active(self.emulator)
        wanted = active & set(self.before) if foreign else active - set(self.before)
        identity, address = self.crm.person(self.emulator, wanted, without=self.picked)
        self.picked.add(address)
        return identity, address

    def does(self, op, address):
        """What a person does at the mailing tool."""
        self.tool.does(self.emulator, op, address)

    def _catalog(self):
        return configured({"streams": [self.reader.discover()[name] for name in self.crm.streams]})

    def _file(self, name, content):
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(content))
        return str(path)


def safe(story):
    """What must hold after every run under every reading; one sentence for each way in which it does not."""
    state, now = story.emulator.state(story.tool.name), story.members()
    broken = [f"{status}: somebody who left is active again" for address, status in now.items() if address in story.left and status == "active"]
    foreign = {address for address, status in story.before.items() if status == "active"} - story.left - story.gone
    broken += [f"a foreign member became {now.get(address)}" for address in foreign if now.get(address) != "active"]
    broken += [f"{one} was locked by us" for one, limits in state.get("limits", {}).items() if limits["locks_by_us"]]
    broken += ["a confirmation mail was caused"] if state["mails_caused"] else []
    for run in story.runs:
        broken += ["an address was shown" for address in story.addresses if address in run.shown]
        broken += ["a secret was shown" for secret in (*story.crm.secrets, *story.tool.secrets) if secret in run.shown]
        broken += ["a run failed without saying why"] if run.code and not run.problem else []
        broken += [f"a run failed as a bug: {run.problem}"] if "system_error" in run.kinds else []
    return broken
