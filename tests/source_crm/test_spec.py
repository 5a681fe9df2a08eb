"""The form: one for all systems, answered without the framework."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mailsync.criteria import COMPARATORS
from mailsync.pipedrive.endpoints import GLOBAL_API, OAUTH, company_url
from mailsync.pipedrive.refusals import SCOPES
from mailsync.zoho.data_centers import DATA_CENTERS, ENVIRONMENTS, recruit_api
from mailsync.zoho_crm import scopes as crm_scopes
from mailsync.zoho_recruit import scopes as recruit_scopes
from source_crm.pipedrive.config import ADDRESSES, COMPARE_EVERY_HOURS, LAST_CONTACTED
from source_crm.spec import FORM
from source_crm.systems import SYSTEMS

CONNECTOR = Path(__file__).resolve().parents[2] / "source-crm"


def branch(crm="zoho_crm"):
    branches = FORM.specification()["connectionSpecification"]["properties"]["system"]["oneOf"]
    (found,) = (one["properties"] for one in branches if one["properties"]["name"]["const"] == crm)
    return found


def test_spec_is_answered_with_a_quarter_of_the_frameworks_modules_and_without_it():
    """How long it takes is measured by `make bench`."""

    def lines(code):
        done = subprocess.run([sys.executable, "-c", f"import sys; {code}; print(len(sys.modules))"], check=True, capture_output=True, text=True)
        return done.stdout.splitlines()

    said, framework, ours = lines("sys.argv = ['source-crm', 'spec']; from source_crm.run import run; run(); print('airbyte_cdk' in sys.modules)")
    (frameworks,) = lines("import airbyte_cdk")
    assert framework == "False"
    assert json.loads(said) == {"type": "SPEC", "spec": json.loads(json.dumps(FORM.specification()))}
    assert int(ours) <= int(frameworks) / 4


def test_the_form_offers_every_system_data_centre_environment_and_comparator():
    branches = FORM.specification()["connectionSpecification"]["properties"]["system"]["oneOf"]
    assert [one["properties"]["name"]["const"] for one in branches] == list(SYSTEMS)
    assert set(branch()["data_center"]["enum"]) == set(branch("zoho_recruit")["data_center"]["enum"]) == set(DATA_CENTERS)
    assert branch()["environment"]["enum"] == list(ENVIRONMENTS)
    selection = FORM.specification()["connectionSpecification"]["properties"]["selections"]["items"]["properties"]
    assert selection["criteria"]["items"]["properties"]["comparator"]["enum"] == list(COMPARATORS)


@pytest.mark.parametrize(("crm", "scopes"), [("zoho_crm", crm_scopes), ("zoho_recruit", recruit_scopes)])
def test_the_form_names_every_scope_that_is_needed(crm, scopes):
    for scope in (*scopes.FOR_READING, scopes.CUSTOM_VIEWS, scopes.USERS):
        assert scope in branch(crm)["refresh_token"]["description"]
        assert scope in (CONNECTOR / "README.md").read_text()


def test_what_opens_the_account_is_secret_and_the_base_urls_are_hidden():
    assert all(branch()[name]["airbyte_secret"] is True for name in ("client_id", "client_secret", "refresh_token"))
    token, app = branch("pipedrive")["credentials"]["oneOf"]
    assert token["properties"]["api_token"]["airbyte_secret"] is True
    assert all(app["properties"][name]["airbyte_secret"] is True for name in ("client_id", "client_secret", "refresh_token"))
    assert all(branch(crm)["base_urls"]["airbyte_hidden"] is True for crm in SYSTEMS)


def test_the_form_offers_pipedrives_choices_and_names_its_scopes():
    form = branch("pipedrive")
    assert form["address"]["enum"] == list(ADDRESSES)
    assert form["last_contacted"]["enum"] == list(LAST_CONTACTED)
    assert form["compare_ids_every_hours"]["default"] == COMPARE_EVERY_HOURS
    description = form["credentials"]["oneOf"][1]["properties"]["refresh_token"]["description"]
    assert all(scope in description for scope in {"base", *SCOPES.values()})


def test_the_metadata_names_this_connector_and_every_host_it_calls():
    data = yaml.safe_load((CONNECTOR / "metadata.yaml").read_text())["data"]
    assert data["dockerRepository"].endswith("source-crm")
    hosts = set(data["allowedHosts"]["hosts"])
    for center in DATA_CENTERS.values():
        assert recruit_api(center, "production").removeprefix("https://") in hosts
        assert {center.accounts.removeprefix("https://"), center.crm_api.removeprefix("https://")} <= hosts
    assert {url.removeprefix("https://") for url in (GLOBAL_API, OAUTH, company_url("*"))} <= hosts
    assert (CONNECTOR / data["icon"]).exists()
