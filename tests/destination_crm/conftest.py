"""destination-crm against an emulated CRM: its verbs in this process, with everything they print, and what the CRM holds afterwards."""

import io
import json
from pathlib import Path

import orjson
import pytest

from destination_crm.run import main
from emulators.process import EmulatorProcess

from .crms import EVERY, ZohoCrm
from .said import Said


class Connector:
    """destination-crm with a configuration of the emulator and a ledger of its own. `crm` speaks for the emulated system."""

    def __init__(self, emulator, folder, crm):
        self.emulator, self.folder, self.crm = emulator, folder, crm
        self.acknowledged = {}  # the last state of the responses or answers that came back
        given = json.loads((Path(emulator.configs) / f"destination-crm.{crm.name}.json").read_text())
        given["system"] |= crm.system
        self.config = given | {"ledger": {"kind": "sqlite", "path": str(folder / "ledger.db")}}

    def set(self, **options):
        self.config |= options
        return self

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(orjson.dumps(content))
        return str(path)

    def run(self, *arguments, stdin=b""):
        out = io.BytesIO()
        code = main(arguments, stdin=io.BytesIO(stdin), stdout=out)
        return Said(code, out.getvalue().decode())

    def check(self):
        return self.run("check", "--config", self.file("config.json", self.config))

    def arguments(self, catalog):
        return ("write", "--config", self.file("config.json", self.config), "--catalog", self.file("catalog.json", catalog))

    def write(self, source, *, wait=True):
        """One sync; the vendor's clock moves on first, so that what the last run made is seen."""
        if wait:
            self.emulator.advance(120)
        said = self.run(*self.arguments(source.catalog()), stdin=source.taken())
        for state in said.states:
            if state["stream"]["stream_descriptor"]["name"] in ("responses", "survey_responses"):
                self.acknowledged = state["stream"]["stream_state"]
        return said


SCALE = 300


@pytest.fixture(scope="session")
def scaled_emulator(tmp_path_factory):
    """A vendor whose minutes are parts of a second: before something is made, the run waits until all of its earlier calls must be visible."""
    with EmulatorProcess(configs=tmp_path_factory.mktemp("crm"), people=60, time_scale=SCALE) as process:
        yield process


@pytest.fixture
def emulator(scaled_emulator, tmp_path, monkeypatch):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", str(SCALE))
    scaled_emulator.reset()
    scaled_emulator.move_configs(tmp_path / "configs")
    return scaled_emulator


@pytest.fixture
def crm(emulator):
    return ZohoCrm(emulator)


@pytest.fixture
def connector(emulator, tmp_path, crm):
    return Connector(emulator, tmp_path, crm)


@pytest.fixture(params=EVERY, ids=lambda one: one.name)
def any_crm(emulator, request):
    return request.param(emulator)


@pytest.fixture
def any_connector(emulator, tmp_path, any_crm):
    return Connector(emulator, tmp_path, any_crm)
