"""Every mistake in a configuration is a clear configuration error: it names the thing, says what is accepted, and shows no secret."""

import copy
import io
import json

import pytest
from airbyte_connector import configured
from connection import Pair

from destination_campaigns.run import main
from tests.source_crm.crm_reader import Reader

NARROW = "1000.narrow.refresh"
CONFIG = 2
SECRETS = ("emulated-secret-0000", "1000.emulated.refresh", NARROW, "wrong-secret-0001")
CRM_SCOPES = ["ZohoCRM.modules.ALL", "ZohoCRM.settings.ALL", "ZohoCRM.org.READ", "ZohoCRM.users.READ", "ZohoCRM.coql.READ", "ZohoCRM.bulk.READ"]


def system(**changes):
    return lambda config, _: config["system"].update(changes)


def narrow(*scopes, without=None):
    def change(config, emulator):
        given = list(scopes) or [one for one in CRM_SCOPES if one != without]
        emulator.edit("zoho", op="grant", refresh_token=NARROW, scopes=given)
        config["system"]["refresh_token"] = NARROW

    return change


def other_data_center(config, emulator):
    url = f"{emulator.url}/dc/us"
    config["system"].update(data_center="us", base_urls={"accounts": url, "api": url})


def revoked(_, emulator):
    emulator.edit("zoho", op="revoke_token")


def option(name, value):
    return lambda config, _: config.update({name: value})


def selection(**row):
    return option("selections", [{"module": "Leads", **row}])


def stream(**changes):
    return lambda config, _: config["streams"][0].update(changes)


def criterion(**row):
    return selection(criteria=[{"field": "City", "comparator": "equal", "value": "Rome"} | row])


SOURCE = {
    "a wrong data centre": (other_data_center, ["data_center", "eu", "us", "in"]),
    "an unknown data centre": (system(data_center="mars"), ["data_center", "mars", "eu", "us"]),
    "an unknown environment": (system(environment="test"), ["environment", "test", "production", "sandbox"]),
    "a revoked token": (revoked, ["refresh token", "revoked", "create a new one"]),
    "a wrong secret": (system(client_secret="wrong-secret-0001"), ["client", "secret"]),
    "no secret": (system(client_secret=""), ["system.client_secret", "empty"]),
    "no scope for queries": (narrow(without="ZohoCRM.coql.READ"), ["ZohoCRM.coql.READ", "scope"]),
    "no scope for bulk": (narrow(without="ZohoCRM.bulk.READ"), ["ZohoCRM.bulk", "scope"]),
    "no scope for settings": (narrow(without="ZohoCRM.settings.ALL"), ["ZohoCRM.settings", "scope"]),
    "an unknown module": (option("selections", [{"module": "Leeds", "custom_view": "x"}]), ["Leeds", "Did you mean Leads?", "Contacts"]),
    "an unknown view": (selection(custom_view="Hot leeds"), ["Hot leeds", "Leads", "All Leads"]),
    "an unknown field": (criterion(field="Citty"), ["Citty", "City"]),
    "an unknown comparator": (criterion(comparator="is"), ["comparator", "City", "'is'", "equal"]),
    "a start that is no date": (option("start_date", "yesterday"), ["start_date", "2026-01-01T00:00:00Z"]),
    "plain http": (system(base_urls={"api": "http://example.com"}), ["base_urls.api", "https"]),
}
DESTINATION = {
    "a wrong data centre": (other_data_center, ["data_center", "eu", "us", "in"]),
    "an unknown data centre": (system(data_center="mars"), ["data_center", "mars", "eu", "us"]),
    "a revoked token": (revoked, ["refresh token", "revoked", "create a new one"]),
    "a wrong secret": (system(client_secret="wrong-secret-0001"), ["client", "secret"]),
    "no scope for contacts": (narrow("ZohoCampaigns.campaign.ALL"), ["ZohoCampaigns.contact", "scope"]),
    "no scope to write": (narrow("ZohoCampaigns.contact.READ", "ZohoCampaigns.campaign.READ"), ["ZohoCampaigns.contact.UPDATE", "scope"]),
    "an unknown system": (system(name="zoho_campaign"), ["system.name", "zoho_campaign", "zoho_campaigns"]),
    "an unknown list": (stream(list_name="Newsleter"), ["Newsleter", "Newsletter", "Product news"]),
    "an unknown list key": (stream(list_name="", list_key="3znothing"), ["3znothing", "Newsletter"]),
    "a list with a sign-up form": (stream(list_name="Web sign-up"), ["Web sign-up", "sign-up form", "allow_confirmation_mails"]),
    "an unknown field": (stream(mapping=[{"column": "City", "field": "Citty"}]), ["Citty", "City", "create_fields"]),
    "an unknown topic": (stream(topic="Weather"), ["streams[0].topic", "Weather", "Company news", "Offers"]),
    "no list": (stream(list_name=""), ["streams[0]", "list_name", "list_key"]),
    "no consent": (option("consent_confirmed", False), ["consent_confirmed", "may be mailed"]),
    "no ledger": (option("ledger", None), ["ledger", "sqlite", "postgresql"]),
    "an unknown ledger": (option("ledger", {"kind": "mysql"}), ["ledger.kind", "mysql", "sqlite", "postgresql"]),
    "an unknown option": (option("dry-run", True), ["dry-run", "Accepted", "sync_name"]),
    "an unknown way to leave": (stream(on_delete="delete"), ["on_delete", "delete", "remove", "keep", "suppress"]),
    "a sync name with blanks": (option("sync_name", "my sync"), ["sync_name", "letters"]),
}
COLUMNS = ("id", "Email", "Email_Opt_Out", "First_Name", "Last_Name", "Owner", "Modified_Time", "_ab_cdc_cursor", "_ab_cdc_deleted_at")
CATALOG = {
    "no e-mail column": (("Email", "Secondary_Email"), {}, ["Leads", "no e-mail column", "address_field", "Last_Name"]),
    "the chosen address column is missing": (("Email",), {"address_field": "Email"}, ["Leads", "Email", "address_field", "Last_Name"]),
    "no opt-out column": (("Email_Opt_Out",), {}, ["Leads", "Email_Opt_Out", "opt_out_field", "no_opt_out_field"]),
    "a type that cannot be mapped": ((), {"mapping": [{"column": "Owner", "field": "Note"}]}, ["Leads", "Owner", "ownerlookup", "cannot be mapped"]),
    "a required column is missing": ((), {"required": ["Shoe_Size"]}, ["Leads", "Shoe_Size", "required", "Last_Name"]),
}


@pytest.fixture
def destination(emulator, tmp_path):
    config = emulator.config("destination-campaigns", "zoho_campaigns") | {"ledger": {"kind": "sqlite", "path": str(tmp_path / "ledger.db")}}
    return config | {"streams": [{"stream": "Leads", "list_name": "Newsletter"}]}


def run(folder, *arguments, stdin=b"", **files):
    out = io.BytesIO()
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
        arguments = (*arguments, f"--{name}", str(folder / f"{name}.json"))
    code = main(arguments, stdin=io.BytesIO(stdin), stdout=out)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def unclear(message, named):
    """What is wrong with a message, in words; empty when it is as it should be."""
    lacking = [f"does not say {word}" for word in named if word.lower() not in message.lower()]
    return lacking + [f"shows {secret}" for secret in SECRETS if secret in message] + (["is no sentence"] if not message.endswith((".", "?")) else [])


@pytest.mark.parametrize("mistake", SOURCE)
def test_check_of_the_source_names_the_mistake(emulator, mistake):
    change, named = SOURCE[mistake]
    crm = Reader(emulator)
    crm.config = copy.deepcopy(crm.config)
    change(crm.config, emulator)
    status = crm.check()
    assert status.status.value == "FAILED"
    assert unclear(status.message, named) == [], status.message


@pytest.mark.parametrize("mistake", DESTINATION)
def test_check_of_the_destination_names_the_mistake_and_writes_nothing(emulator, destination, tmp_path, mistake):
    change, named = DESTINATION[mistake]
    change(destination, emulator)
    code, messages = run(tmp_path, "check", config=destination)
    (status,) = [one["connectionStatus"] for one in messages if one["type"] == "CONNECTION_STATUS"]
    assert (code, status["status"]) == (0, "FAILED")
    assert unclear(status["message"], named) == [], status["message"]
    assert not [request for request in emulator.requests() if request["system"] == "zoho_campaigns" and request["writes"]]


@pytest.mark.parametrize("mistake", CATALOG)
def test_writing_a_catalog_that_does_not_fit_is_refused_before_the_first_call_that_writes(emulator, destination, tmp_path, mistake):
    missing, options, named = CATALOG[mistake]
    destination["streams"][0].update(options)
    leads = copy.deepcopy(Reader(emulator).discover()["Leads"])
    for column in missing:
        leads["json_schema"]["properties"].pop(column)
    code, messages = run(tmp_path, "write", config=destination, catalog=configured({"streams": [leads]}))
    (error,) = [one["trace"]["error"] for one in messages if one["type"] == "TRACE"]
    assert (code, error["failure_type"]) == (1, "config_error")
    assert unclear(error["message"], named) == [], error["message"]
    assert not [request for request in emulator.requests() if request["system"] == "zoho_campaigns" and request["writes"]]


@pytest.mark.parametrize(
    "line", [b"no message: joe@example.com\n", b'{"joe@example.com": 1}\n', b'["joe@example.com"]\n', b'{"type": "RECORD"}\n', b"\xff\xfe\n"]
)
def test_a_line_that_is_no_message_fails_the_run_without_its_content(emulator, destination, tmp_path, line):
    leads = Reader(emulator).discover()["Leads"]
    code, messages = run(tmp_path, "write", config=destination, catalog=configured({"streams": [leads]}), stdin=line)
    (error,) = [one["trace"]["error"] for one in messages if one["type"] == "TRACE"]
    assert code == 1
    assert "line 1" in error["message"].lower()
    assert "joe@" not in json.dumps(messages)


@pytest.mark.slow
@pytest.mark.parametrize("role", ["source", "destination"])
def test_mailsync_check_ends_with_the_code_of_a_configuration_error(emulator, tmp_path, role):
    pair = Pair(emulator, tmp_path)
    getattr(pair, role)["system"]["client_secret"] = "wrong-secret-0001"
    pair.write()
    process = pair.run("check")
    assert process.returncode == CONFIG
    assert "client id or secret" in process.err
    assert "wrong-secret-0001" not in process.err
    assert "ledger" not in process.err, "the default ledger is mailsync's own affair, whatever else is wrong"
