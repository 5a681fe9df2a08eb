"""Every class of failure: who has to do what, in which words, and nothing secret in them."""

import pytest

from mailsync.zoho.account import base_url
from mailsync.zoho.data_centers import DATA_CENTERS
from source_crm.zoho_crm.config import parse
from tests.source_crm.crm_reader import Reader

REFRESH = "1000.emulated.refresh"


@pytest.fixture
def vendor(start_emulator, monkeypatch):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", "60")
    return start_emulator(people=60, limits="off", time_scale=60)


def changed(crm, **system):
    crm.config = crm.config | {"system": crm.config["system"] | system}
    return crm


def grant(emulator, *scopes):
    emulator.edit("zoho", op="grant", refresh_token="1000.narrow.refresh", scopes=list(scopes))
    return "1000.narrow.refresh"


def refused(crm, *streams):
    output = crm.read(*(streams or ("Leads",)), expecting_exception=True)
    return output.errors(streams[0] if streams else "Leads")[0], output


def test_a_wrong_secret_is_a_config_error_that_names_the_fix(reader):
    status = changed(reader(), client_secret="wrong-secret-0001").check()
    assert status.status.value == "FAILED"
    assert "client" in status.message
    assert "wrong-secret-0001" not in status.message


def test_a_revoked_refresh_token_is_a_config_error(reader, emulator):
    emulator.edit("zoho", op="revoke_token")
    status = reader().check()
    assert "invalid_code" in status.message
    assert "refresh token" in status.message
    error, _ = refused(reader())
    assert error["failure_type"] == "config_error"


def test_access_withdrawn_in_the_middle_of_a_sync_is_a_config_error_and_keeps_the_state(vendor):
    crm = Reader(vendor)
    crm.read("Leads")
    vendor.faults(system="zoho_crm", path="/coql$", kind="token", times=1)
    vendor.faults(system="zoho", path="/oauth/v2/token", kind="token", after=1, times=0)
    output = crm.read("Leads", expecting_exception=True)
    vendor.heal()
    assert output.errors("Leads")[0]["failure_type"] == "config_error"
    assert output.statuses("Leads")[-1] == "INCOMPLETE"
    assert output.states("Leads")
    assert crm.read("Leads").errors() == []


def test_an_access_token_that_ended_early_is_renewed_once_and_nobody_notices(reader, emulator):
    for code in ("INVALID_TOKEN", "AUTHENTICATION_FAILURE", "INVALID_OAUTHTOKEN"):
        emulator.reset()
        emulator.switch(crm_token_error_code=code)
        emulator.faults(system="zoho_crm", path="/settings/fields", kind="token", times=1)
        output = reader().read("Leads")
        assert output.errors() == []
        assert output.records()


@pytest.mark.parametrize("status", ["401", "403"])
@pytest.mark.parametrize("tells", ["yes", "no"])
@pytest.mark.parametrize(
    "lacking", ["ZohoCRM.coql.READ", "ZohoCRM.bulk.READ", "ZohoCRM.settings.fields.READ", "ZohoCRM.org.READ", "ZohoCRM.modules.READ"]
)
def test_a_missing_scope_is_named_by_check(reader, emulator, lacking, tells, status):
    emulator.switch(crm_scope_error_status=status, zoho_scope_in_answer=tells)
    needed = {
        "ZohoCRM.modules.READ",
        "ZohoCRM.settings.modules.READ",
        "ZohoCRM.settings.fields.READ",
        "ZohoCRM.org.READ",
        "ZohoCRM.coql.READ",
        "ZohoCRM.bulk.READ",
    }
    token = grant(emulator, *(needed - {lacking}))
    answer = changed(reader(), refresh_token=token).check()
    assert answer.status.value == "FAILED"
    assert lacking in answer.message


def test_the_documented_scopes_are_enough(reader, emulator):
    token = grant(
        emulator, "ZohoCRM.modules.READ", "ZohoCRM.settings.modules.READ", "ZohoCRM.settings.fields.READ", "ZohoCRM.settings.custom_views.READ",
        "ZohoCRM.org.READ", "ZohoCRM.users.READ", "ZohoCRM.coql.READ", "ZohoCRM.bulk.READ",
    )  # fmt: skip
    crm = changed(reader(selections=[{"module": "Leads", "custom_view": "All Leads"}]), refresh_token=token)
    assert crm.check().status.value == "SUCCEEDED"
    output = crm.read("Leads", "Contacts", "users", "org", "modules")
    assert output.errors() == []
    assert output.records("users")
    assert output.records("org")


def test_a_wrong_data_centre_is_named_whichever_side_is_wrong(reader, emulator):
    here = reader().config["system"]["base_urls"]
    other = {"accounts": f"{emulator.url}/dc/us", "api": here["api"]}
    status = changed(reader(), data_center="us", base_urls=other).check()
    assert status.status.value == "FAILED"
    assert "data centre" in status.message or "data_center" in status.message
    status = changed(reader(), base_urls={"accounts": here["accounts"], "api": f"{emulator.url}/dc/us"}).check()
    assert "another data centre" in status.message
    assert "INVALID_HOST" in status.message


@pytest.mark.parametrize("slug", sorted(DATA_CENTERS))
def test_every_data_centre_has_its_hosts_and_a_token_of_another_one_is_explained(slug):
    config = {"system": {"name": "zoho_crm", "data_center": slug, "client_id": "a", "client_secret": "b", "refresh_token": "c"}}
    account = parse(config).account
    center = DATA_CENTERS[slug]
    assert account.credentials.accounts_url == center.accounts
    assert base_url(account, center.crm_api) == center.crm_api
    for environment in ("sandbox", "developer"):
        there = parse({"system": config["system"] | {"environment": environment}}).account
        assert base_url(there, center.crm_api) == center.crm_api.replace("www", environment)
    for other in DATA_CENTERS.values():
        if other.slug != slug:
            with pytest.raises(Exception, match=f"Set data_center to {other.slug}"):
                base_url(account, other.crm_api)


def test_an_unknown_data_centre_is_refused_with_those_there_are(reader):
    crm = changed(reader(), data_center="mars")
    status = crm.check()
    assert "mars" in status.message
    assert "eu" in status.message


@pytest.mark.parametrize("kind", ["status", "html", "reset", "truncate"])
def test_a_passing_fault_of_the_vendor_is_ridden_out(vendor, kind):
    for path in ("/org$", "/settings/modules$", "/settings/fields", "/coql$", "/deleted$", "/oauth/v2/token"):
        vendor.faults(path=path, kind=kind, times=2)
    output = Reader(vendor).read("Leads")
    vendor.heal()
    assert output.errors() == []
    assert output.ids() == set(vendor.state("zoho_crm")["modules"]["Leads"])


@pytest.mark.parametrize(("kind", "path"), [("status", "/coql$"), ("html", "/deleted$"), ("reset", "/org$"), ("truncate", "/settings/fields")])
def test_a_lasting_fault_is_a_transient_error_and_never_an_empty_answer(vendor, kind, path):
    crm = Reader(vendor)
    crm.read("Leads")
    vendor.faults(system="zoho_crm", path=path, kind=kind, times=0)
    error, output = refused(crm)
    vendor.heal()
    assert error["failure_type"] == "transient_error"
    assert output.records() == []
    assert crm.read("Leads").errors() == []


@pytest.mark.parametrize("code", ["TOO_MANY_REQUESTS", "RATE_LIMIT_EXCEEDED"])
def test_waiting_for_a_limit_is_said_as_the_streams_status(vendor, code):
    vendor.switch(crm_rate_limit_code=code)
    vendor.faults(system="zoho_crm", path="/coql$", kind="status", status=429, times=2)
    output = Reader(vendor).read("Leads")
    vendor.heal()
    limited = [trace["stream_status"] for trace in output.traces("STREAM_STATUS") if trace["stream_status"].get("reasons")]
    assert [(one["stream_descriptor"]["name"], one["status"], one["reasons"][0]["type"]) for one in limited] == [
        ("Leads", "RUNNING", "RATE_LIMITED")
    ] * 2
    assert output.errors() == []


def test_a_limit_that_lasts_is_a_transient_error_that_tells_a_spent_day_from_a_burst(vendor):
    vendor.faults(system="zoho_crm", path="/coql$", kind="status", status=429, times=0)
    error, _ = refused(Reader(vendor))
    vendor.heal()
    assert error["failure_type"] == "transient_error"
    assert "credits" in error["message"]


def test_the_token_limit_is_waited_out_and_said(start_emulator, monkeypatch):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", "600")
    vendor = start_emulator(people=60, time_scale=600)
    vendor.faults(system="zoho", path="/oauth/v2/token", kind="lock", times=1)
    output = Reader(vendor).read("Leads")
    assert output.errors() == []
    assert "ten in ten minutes" in output.log()


def test_the_state_of_another_organisation_is_refused(reader):
    crm = reader()
    crm.read("Leads")
    crm.state[0]["stream"]["stream_state"]["organisation"] = "60000000"
    error, output = refused(crm)
    assert error["failure_type"] == "config_error"
    assert "60000000" in error["message"]
    assert output.records() == []


def test_a_state_of_a_newer_program_or_another_system_is_refused(reader):
    crm = reader()
    crm.read("Leads")
    known = crm.state[0]["stream"]["stream_state"]
    for change, word in (({"version": 99}, "99"), ({"system": "pipedrive"}, "pipedrive")):
        crm.state[0]["stream"]["stream_state"] = known | change
        error, _ = refused(crm)
        assert error["failure_type"] == "config_error"
        assert word in error["message"]
        crm.state = [{"type": "STREAM", "stream": {"stream_descriptor": {"name": "Leads"}, "stream_state": known}}]


def test_a_state_of_the_old_connector_is_read_anew(reader, emulator):
    crm = reader()
    crm.state = [
        {"type": "STREAM", "stream": {"stream_descriptor": {"name": "Leads"}, "stream_state": {"Modified_Time": "2026-01-01T00:00:00+01:00"}}}
    ]
    assert crm.read("Leads").ids() == set(emulator.state("zoho_crm")["modules"]["Leads"])


def test_a_module_that_is_gone_is_named_and_no_stream_vanishes(reader):
    error, output = refused(reader(), "No_Such_Module")
    assert error["failure_type"] == "config_error"
    assert "No_Such_Module" in error["message"]
    assert "Leads" in error["message"]
    assert output.statuses("No_Such_Module")[-1] == "INCOMPLETE"


def test_discover_fails_rather_than_leave_a_module_out_when_its_metadata_cannot_be_had(vendor):
    vendor.faults(system="zoho_crm", path="/settings/fields", kind="status", status=500, after=3, times=0)
    output = Reader(vendor).run_discover()
    vendor.heal()
    assert not [line for line in output.lines if line["type"] == "CATALOG"]
    error = output.errors()[0]
    assert error["failure_type"] == "transient_error"
    assert "fields of the module" in error["message"]


def test_a_synced_field_deleted_in_the_crm_is_a_warning_and_the_sync_goes_on(reader, emulator):
    emulator.edit("zoho_crm", op="add_field", module="Leads", field="Wave", data_type="text")
    crm = reader()
    columns = ["Last_Name", "Wave"]
    assert crm.read("Leads", columns=columns).errors() == []
    emulator.edit("zoho_crm", op="delete_field", module="Leads", field="Wave")
    one = min(emulator.state("zoho_crm")["modules"]["Leads"])
    emulator.edit("zoho_crm", op="update", module="Leads", id=one, record={"Last_Name": "New"})
    emulator.advance(3600)
    output = crm.read("Leads", columns=columns)
    assert output.errors() == []
    assert output.ids() == {one}
    assert "no longer has Wave" in output.log()


def test_no_message_holds_a_token_or_a_query(vendor):
    vendor.faults(system="zoho_crm", path="/users", kind="status", status=400, times=1)
    vendor.faults(system="zoho_crm", path="/coql$", kind="truncate", times=0)
    output = Reader(vendor).read("users", "Leads", expecting_exception=True)
    vendor.heal()
    said = str([line for line in output.lines if line["type"] != "RECORD"])
    assert "Zoho-oauthtoken" not in said
    assert "refresh_token" not in said
    assert REFRESH not in said
    assert "select id" not in said
    assert "?type=" not in said
    assert "Response (body)" not in said
