"""Airbyte's standard suites on both connectors, in their strict form: advice about the catalog counts as failure, strictness is high.

The suites' own Docker tests are left out: they need a daemon and the network.
"""

import json
from pathlib import Path

import pytest
from airbyte_cdk.test.models import ConnectorTestScenario
from airbyte_cdk.test.standard_tests import DestinationTestSuiteBase, SourceTestSuiteBase

from destination_campaigns.systems import FRAGMENTS as TOOLS
from destination_crm.systems import SYSTEMS as WRITTEN_CRMS
from source_campaigns.systems import SYSTEMS as READ_TOOLS
from source_crm.systems import SYSTEMS

ROOT = Path(__file__).resolve().parent.parent

pytestmark = [
    pytest.mark.filterwarnings("error::airbyte_cdk.test.standard_tests.DiscoveredCatalogWarning"),
    pytest.mark.slow,
]


def scenario_of(folder, config, *sections, status):
    path = folder / f"{status}.json"
    path.write_text(json.dumps(config))
    return ConnectorTestScenario(config_path=path, sections=sections, status=status, test_strictness_level="high")


def with_wrong_token(config):
    system = config["system"]
    if "api_key" in system:
        return config | {"system": system | {"api_key": "revoked-key-0000"}}
    if "account" in system:
        return config | {"system": system | {"account": system["account"] | {"refresh_token": "1000.revoked.refresh0"}}}
    if "credentials" in system:
        dead = {"api_token": "0000" * 10} if "api_token" in system["credentials"] else {"refresh_token": "revoked-token-0000"}
        return config | {"system": system | {"credentials": system["credentials"] | dead}}
    return config | {"system": system | {"refresh_token": "1000.revoked.refresh0"}}


def link_a_member(emulator, crm):
    """The campaigns of the emulated CRM are seeded without members, and every stream needs a record."""
    modules = emulator.state(crm)["modules"]
    if "Campaigns" in modules:
        people = "Leads" if "Leads" in modules else "Candidates"
        emulator.edit(crm, op="set_member_status", campaign=min(modules["Campaigns"]), module=people, id=min(modules[people]))


def let_something_happen(emulator):
    """Mailigen is seeded without campaigns, and every stream needs a record."""
    reader = next(iter(next(one for one in emulator.state("mailigen")["lists"].values() if one["name"] == "Newsletter")["members"]))
    campaign = emulator.edit("mailigen", op="send", list="Newsletter")["campaign"]
    emulator.edit("mailigen", op="open", campaign=campaign, email=reader)
    emulator.edit("mailigen", op="suppress", email="never@example.com")


class LeftOutDocker:
    """Not collected here: the images are built elsewhere."""

    test_docker_image_build_and_spec = None
    test_docker_image_build_and_check = None
    test_docker_image_build_and_config_matches_spec = None
    test_docker_image_build_and_discover = None
    test_docker_image_build_and_read = None
    test_docker_image_spec_backward_compatibility = None


class TestSourceCrm(LeftOutDocker, SourceTestSuiteBase):
    @classmethod
    def get_connector_root_dir(cls):
        return ROOT / "source-crm"

    @pytest.fixture(params=[(crm, state) for crm in SYSTEMS for state in ("works", "revoked")], ids="-".join)
    def scenario(self, request, emulator, tmp_path):
        crm, state = request.param
        link_a_member(emulator, crm)
        config = emulator.config("source-crm", crm)
        if state == "revoked":
            return scenario_of(tmp_path, with_wrong_token(config), "spec", "connection", status="failed")
        return scenario_of(tmp_path, config, "spec", "connection", "discovery", "basic_read", status="succeed")


class TestSourceCampaigns(LeftOutDocker, SourceTestSuiteBase):
    @classmethod
    def get_connector_root_dir(cls):
        return ROOT / "source-campaigns"

    @pytest.fixture(params=[(tool, state) for tool in READ_TOOLS for state in ("works", "revoked")], ids="-".join)
    def scenario(self, request, emulator, tmp_path):
        tool, state = request.param
        if tool == "mailigen":
            let_something_happen(emulator)
        config = emulator.config("source-campaigns", tool)
        if state == "revoked":
            return scenario_of(tmp_path, with_wrong_token(config), "spec", "connection", status="failed")
        return scenario_of(tmp_path, config, "spec", "connection", "discovery", "basic_read", status="succeed")


class TestDestinationCampaigns(LeftOutDocker, DestinationTestSuiteBase):
    @classmethod
    def get_connector_root_dir(cls):
        return ROOT / "destination-campaigns"

    @pytest.fixture(params=[(tool, state) for tool in TOOLS for state in ("works", "revoked")], ids="-".join)
    def scenario(self, request, emulator, tmp_path):
        tool, state = request.param
        config = emulator.config("destination-campaigns", tool)
        if state == "revoked":
            return scenario_of(tmp_path, with_wrong_token(config), "spec", "connection", status="failed")
        return scenario_of(tmp_path, config, "spec", "connection", status="succeed")


class TestDestinationCrm(LeftOutDocker, DestinationTestSuiteBase):
    @classmethod
    def get_connector_root_dir(cls):
        return ROOT / "destination-crm"

    @pytest.fixture(params=[(crm, state) for crm in WRITTEN_CRMS for state in ("works", "revoked")], ids="-".join)
    def scenario(self, request, emulator, tmp_path):
        crm, state = request.param
        config = emulator.config("destination-crm", crm)
        if state == "revoked":
            return scenario_of(tmp_path, with_wrong_token(config), "spec", "connection", status="failed")
        return scenario_of(tmp_path, config, "spec", "connection", status="succeed")


def test_no_docker_test_is_new_in_the_framework():
    """A Docker test that a newer framework adds must be left out by name, knowingly."""
    named = {name for name in vars(LeftOutDocker) if name.startswith("test_")}
    inherited = {
        name for suite in (SourceTestSuiteBase, DestinationTestSuiteBase) for name in dir(suite) if "docker" in name and name.startswith("test_")
    }
    assert inherited == named
