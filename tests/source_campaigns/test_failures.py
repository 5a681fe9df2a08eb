"""Every class of failure: who has to do what, one stream alone, and nothing secret in the words."""

import json

import pytest

from mailsync.ledger.engine import Ledger
from tests.source_campaigns.reader import Reader, held, vendor_responses

STREAMS = ("responses", "campaigns", "campaign_reports", "contacts", "lists", "topics")


@pytest.fixture
def account(reader):
    return reader()


def grant(account, *scopes):
    account.emulator.edit("zoho", op="grant", refresh_token="1000.narrow.refresh", scopes=list(scopes))
    account.config = account.config | {"system": account.config["system"] | {"refresh_token": "1000.narrow.refresh"}}
    return account


def failed(account):
    status = account.check()
    assert status.status.value == "FAILED"
    return status.message


def test_check_succeeds_with_the_documented_scopes_and_changes_nothing(account):
    grant(account, "ZohoCampaigns.contact.READ", "ZohoCampaigns.campaign.READ")
    account.emulator.clear_requests()
    assert account.check().status.value == "SUCCEEDED"
    assert not [one for one in account.emulator.requests() if one["writes"]]
    assert account.read(*STREAMS).errors() == []


@pytest.mark.parametrize("tells", ["yes", "no"])
@pytest.mark.parametrize("lacking", ["ZohoCampaigns.contact.READ", "ZohoCampaigns.campaign.READ"])
def test_a_missing_scope_is_named_by_check(account, lacking, tells):
    account.emulator.switch(zoho_scope_in_answer=tells)
    grant(account, *({"ZohoCampaigns.contact.READ", "ZohoCampaigns.campaign.READ"} - {lacking}))
    assert lacking in failed(account)


def test_a_revoked_token_is_a_config_error_that_names_the_fix(account):
    account.emulator.edit("zoho", op="revoke_token")
    assert "refresh token" in failed(account)
    output = account.read("responses", "lists", expecting_exception=True)
    assert {error["failure_type"] for error in (*output.errors("responses"), *output.errors("lists"))} == {"config_error"}


def test_a_wrong_data_centre_is_named(account):
    account.config["system"]["base_urls"] = {"accounts": account.emulator.url, "api": f"{account.emulator.url}/dc/us"}
    assert "data_center" in failed(account)


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("actions", ["opend"], "Did you mean opened?"),
        ("actions", [], "actions"),
        ("look_back_days", 0, "look_back_days"),
        ("share_of_limit", 1, "share_of_limit"),
        ("start_date", "yesterday", "start_date"),
        ("ledger", {"kind": "sqlite", "path": "no-such-ledger.db"}, "does not exist"),
        ("ledger", {"kind": "sqlite"}, "ledger.path"),
        ("ledger", {"kind": "mysql"}, "ledger.kind"),
        ("ledger", {"kind": "postgresql", "url": "http://x"}, "postgresql://"),
        ("system", {"name": "zoho_campaign"}, "Did you mean zoho_campaigns?"),
    ],
)
def test_a_mistake_in_the_configuration_is_named(account, option, value, told):
    account.config = account.config | {option: value}
    assert told in failed(account)


def test_a_ledger_that_is_no_ledger_is_named_and_none_is_begun(account, tmp_path):
    (tmp_path / "empty.db").touch()
    account.config["ledger"] = {"kind": "sqlite", "path": str(tmp_path / "empty.db")}
    assert "holds no ledger" in failed(account)
    assert (tmp_path / "empty.db").stat().st_size == 0


@pytest.mark.parametrize(
    ("name", "told"), [("autoresponders", "no method that reads autoresponders"), ("response", "Did you mean responses?"), ("segments", "segments")]
)
def test_a_stream_that_the_vendor_does_not_have_is_refused_by_name_and_fails_alone(account, name, told):
    output = account.read(name, "responses", expecting_exception=True)
    (error,) = output.errors(name)
    assert error["failure_type"] == "config_error"
    assert told in error["message"]
    assert output.statuses(name)[-1] == "INCOMPLETE"
    assert output.statuses("responses")[-1] == "COMPLETE"


def test_a_vendor_that_is_away_is_a_transient_error_of_the_streams_that_need_it_alone(vendor, monkeypatch):
    monkeypatch.setattr("source_campaigns.zoho_campaigns.connection.READ_PATIENCE", _short_patience())
    account = Reader(vendor)
    before = account.read("responses")
    vendor.faults(system="zoho_campaigns", path="/getcampaignrecipientsdata$", kind="status", status=500, times=0)
    account.edit(op="send", list="Newsletter", name="Later")
    output = account.read("responses", "campaigns", "contacts", expecting_exception=True)
    vendor.heal()
    (error,) = output.errors("responses")
    assert error["failure_type"] == "transient_error"
    assert "getcampaignrecipientsdata" in error["message"]
    assert [output.statuses(name)[-1] for name in ("responses", "campaigns", "contacts")] == ["INCOMPLETE", "COMPLETE", "COMPLETE"]
    assert output.states("responses")
    rest = account.read("responses")
    assert set(held([*before.records(), *output.records("responses"), *rest.records()])) == vendor_responses(account.vendor())


def _short_patience():
    from mailsync.http import Patience

    return Patience(tries=2, first_wait_s=0.01, total_s=1.0)


LOCKS = ["http_429_json", "http_200_text_code", "http_200_number_code", "http_400_json", "http_429_html", "http_200_html"]


@pytest.mark.parametrize("answer", LOCKS)
def test_a_lock_caused_by_others_is_waited_out_and_told_as_a_status(start_emulator, monkeypatch, answer):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", "3600")
    account = Reader(start_emulator(people=20, time_scale=3600))
    account.edit(op="settle")
    account.emulator.switch(zoho_campaigns_lock_answer=answer)
    account.emulator.faults(system="zoho_campaigns", path="/getcampaignrecipientsdata$", kind="lock", after=3)
    output = account.read("responses")
    assert output.errors() == []
    assert set(held(output.records())) == vendor_responses(account.vendor())
    assert "aiting" in output.log()
    reasons = [reason["type"] for trace in output.traces("STREAM_STATUS") for reason in trace["stream_status"].get("reasons") or ()]
    assert answer == "http_200_html" or "RATE_LIMITED" in reasons


def test_our_own_calls_never_reach_the_limit(start_emulator, monkeypatch):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", "600")
    account = Reader(start_emulator(people=20, time_scale=600), share_of_limit=0.02)
    account.edit(op="settle")
    output = account.read("responses", "contacts")
    assert output.errors() == []
    assert set(held(output.records("responses"))) == vendor_responses(account.vendor())
    limits = account.vendor()["limits"]
    assert {name: one["locks"] for name, one in limits.items() if one["locks"]} == {}
    assert "share of the calls" in output.log()


def test_no_secret_and_no_address_is_in_any_message_of_a_failure(account):
    account.emulator.faults(system="zoho_campaigns", path="/campaignreports$", kind="token", times=0)
    output = account.read("responses", "campaigns", expecting_exception=True)
    account.emulator.heal()
    assert output.errors("responses")[0]["failure_type"] == "config_error"
    said = json.dumps([line for line in output.lines if line["type"] != "RECORD"])
    assert "@" not in said
    assert account.config["system"]["client_secret"] not in said
    assert account.config["system"]["refresh_token"] not in said


def test_the_ledger_of_another_program_version_is_refused(account, tmp_path):
    from mailsync.clock import SystemClock
    from mailsync.ledger.schema import ledger as facts

    path = str(tmp_path / "ledger.db")
    opened = Ledger.open(path, clock=SystemClock())
    with opened.begin() as connection:
        connection.execute(facts.update().where(facts.c.name == "version").values(value="99"))
    opened.close()
    account.config["ledger"] = {"kind": "sqlite", "path": path}
    assert "newer version" in failed(account)
