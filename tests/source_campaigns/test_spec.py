"""The form, the metadata and the schemas: complete, and told without the framework."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mailsync.mailings import ACTIONS
from mailsync.zoho.data_centers import DATA_CENTERS
from mailsync.zoho_campaigns.settings import READING_SCOPES
from mailsync.zoho_survey.access import READING_SCOPES as SURVEY_SCOPES
from mailsync.zoho_survey.access import survey_host
from source_campaigns.spec import FORM
from source_campaigns.streams import PRIMARY_KEYS, schema
from source_campaigns.zoho_survey.reading import PRIMARY_KEYS as SURVEY_KEYS

CONNECTOR = Path(__file__).resolve().parents[2] / "source-campaigns"


def branches():
    return {
        one["properties"]["name"]["const"]: one["properties"]
        for one in FORM.specification()["connectionSpecification"]["properties"]["system"]["oneOf"]
    }


def test_spec_comes_without_the_framework_and_without_the_ledger():
    code = "import sys; sys.argv = ['source-campaigns', 'spec']; from source_campaigns.run import run; run(); "
    code += "print([name for name in ('airbyte_cdk', 'sqlalchemy', 'requests') if name in sys.modules])"
    line, loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.splitlines()
    assert loaded == "[]"
    assert json.loads(line) == {"type": "SPEC", "spec": json.loads(json.dumps(FORM.specification()))}


def test_the_form_offers_every_system_data_centre_and_action():
    assert set(branches()) == set(FORM.systems)
    assert set(branches()["zoho_campaigns"]["data_center"]["enum"]) == set(DATA_CENTERS)
    assert set(branches()["zoho_survey"]["account"]["properties"]["data_center"]["enum"]) == set(DATA_CENTERS)
    options = FORM.specification()["connectionSpecification"]["properties"]
    assert options["actions"]["items"]["enum"] == list(ACTIONS)
    assert schema("responses")["properties"]["action"]["enum"] == list(ACTIONS)


def test_the_form_and_the_readme_name_every_scope():
    for scope in READING_SCOPES:
        assert scope in branches()["zoho_campaigns"]["refresh_token"]["description"]
    for scope in SURVEY_SCOPES:
        assert scope in branches()["zoho_survey"]["account"]["properties"]["refresh_token"]["description"]
    readme = (CONNECTOR / "README.md").read_text()
    assert [scope for scope in (*READING_SCOPES, *SURVEY_SCOPES) if scope not in readme] == []


def test_what_opens_an_account_is_secret_and_the_base_urls_are_hidden():
    assert all(branches()["zoho_campaigns"][name]["airbyte_secret"] is True for name in ("client_id", "client_secret", "refresh_token"))
    survey = branches()["zoho_survey"]
    assert all(survey["account"]["properties"][name]["airbyte_secret"] is True for name in ("client_secret", "refresh_token"))
    assert survey["storage_options"]["airbyte_secret"] is True
    assert branches()["mailigen"]["api_key"]["airbyte_secret"] is True
    assert all(one["base_urls"]["airbyte_hidden"] is True for one in branches().values())


def test_the_metadata_names_every_host_that_is_called():
    data = yaml.safe_load((CONNECTOR / "metadata.yaml").read_text())["data"]
    hosts = set(data["allowedHosts"]["hosts"])
    for center in DATA_CENTERS.values():
        assert {center.accounts.removeprefix("https://"), center.campaigns_api.removeprefix("https://")} <= hosts
        assert survey_host(center).removeprefix("https://") in hosts
    assert "api.mailigen.com" in hosts
    assert set(data["suggestedStreams"]["streams"]) <= set(PRIMARY_KEYS)


@pytest.mark.parametrize("name", [*PRIMARY_KEYS, *SURVEY_KEYS])
def test_every_column_says_what_it_is_and_keys_are_never_null(name):
    columns = schema(name)["properties"]
    assert all(len(column["description"]) > 8 for column in columns.values())
    assert all(columns[key]["type"] == "string" for key in (PRIMARY_KEYS | SURVEY_KEYS)[name])
    page = (CONNECTOR.parent / "docs/connectors/source-campaigns.md").read_text()
    assert f"`{name}`" in page
