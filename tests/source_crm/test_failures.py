"""Every class of failure: who has to do what, in which words, and nothing secret in them."""

import pytest

from mailsync.zoho.account import base_url
from mailsync.zoho.data_centers import DATA_CENTERS, recruit_api
from source_crm.zoho_crm import config as zoho_crm
from source_crm.zoho_recruit import config as zoho_recruit
from tests.source_crm.systems import CRMS

PARSERS = {"zoho_crm": zoho_crm.parse, "zoho_recruit": zoho_recruit.parse}


@pytest.fixture
def vendor(start_emulator, monkeypatch):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", "60")
    return start_emulator(people=60, limits="off", time_scale=60)


def changed(host, **system):
    host.config = host.config | {"system": host.config["system"] | system}
    return host


def grant(emulator, *scopes):
    emulator.edit("zoho", op="grant", refresh_token="1000.narrow.refresh", scopes=list(scopes))
    return "1000.narrow.refresh"


def refused(host, crm, *streams):
    output = host.read(*(streams or (crm.people,)), expecting_exception=True)
    return output.errors(streams[0] if streams else crm.people)[0], output


def test_a_wrong_secret_is_a_config_error_that_names_the_fix(reader, crm):
    status = changed(reader(), **crm.wrong_secret).check()
    assert status.status.value == "FAILED"
    assert "client" in status.message
    assert "wrong-secret-0001" not in status.message


def test_a_revoked_token_is_a_config_error_that_says_what_to_do(reader, emulator, crm):
    crm.revoke(emulator)
    status = reader().check()
    assert [word for word in crm.revoked if word not in status.message] == []
    error, _ = refused(reader(), crm)
    assert error["failure_type"] == "config_error"


@pytest.mark.needs("zoho_accounts")
def test_access_withdrawn_in_the_middle_of_a_sync_is_a_config_error_and_keeps_the_state(vendor, crm):
    host = crm.reader(vendor)
    host.read(crm.people)
    vendor.faults(system=crm.name, path=crm.calls, kind="token", times=1)
    vendor.faults(system="zoho", path="/oauth/v2/token", kind="token", after=1, times=0)
    output = host.read(crm.people, expecting_exception=True)
    vendor.heal()
    assert output.errors(crm.people)[0]["failure_type"] == "config_error"
    assert output.statuses(crm.people)[-1] == "INCOMPLETE"
    assert output.states(crm.people)
    assert host.read(crm.people).errors() == []


@pytest.mark.needs("zoho_accounts")
def test_an_access_token_that_ended_early_is_renewed_once_and_nobody_notices(reader, emulator, crm):
    for code in crm.readings_of("token_error_code"):
        emulator.reset()
        emulator.switch(**{f"{crm.prefix}_token_error_code": code})
        emulator.faults(system=crm.name, path="/settings/fields", kind="token", times=1)
        output = reader().read(crm.people)
        assert output.errors() == []
        assert output.records()


@pytest.mark.parametrize(("tells", "status"), [("yes", "401"), ("no", "401"), ("no", "403")])
@pytest.mark.parametrize(
    ("crm", "lacking"),
    [pytest.param(crm, scope, id=scope) for crm in CRMS.values() if crm.scopes for scope in crm.scopes.FOR_READING if ".modules." not in scope[9:]],
)
def test_a_missing_scope_is_named_by_check(reader, emulator, crm, lacking, tells, status):
    emulator.switch(**{f"{crm.prefix}_scope_error_status": status, "zoho_scope_in_answer": tells})
    token = grant(emulator, *(set(crm.scopes.FOR_READING) - {lacking}))
    answer = changed(reader(), refresh_token=token).check()
    assert answer.status.value == "FAILED"
    assert lacking in answer.message


@pytest.mark.needs("zoho_accounts")
def test_the_documented_scopes_are_enough(reader, emulator, crm):
    token = grant(emulator, *crm.scopes.FOR_READING, crm.scopes.CUSTOM_VIEWS, crm.scopes.USERS)
    host = changed(reader(selections=[{"module": crm.people, "custom_view": f"All {crm.people}"}]), refresh_token=token)
    assert host.check().status.value == "SUCCEEDED"
    output = host.read(crm.people, crm.contacts, "users", "org", "modules")
    assert output.errors() == []
    assert output.records("users")
    assert output.records("org")


@pytest.mark.needs("zoho_accounts")
def test_a_wrong_data_centre_is_named_whichever_side_is_wrong(reader, emulator, crm):
    here = reader().config["system"]["base_urls"]
    other = {"accounts": f"{emulator.url}/dc/us", "api": here["api"]}
    status = changed(reader(), data_center="us", base_urls=other).check()
    assert status.status.value == "FAILED"
    assert "data centre" in status.message or "data_center" in status.message
    status = changed(reader(), base_urls={"accounts": here["accounts"], "api": f"{emulator.url}/dc/us"}).check()
    assert "another data centre" in status.message
    assert "INVALID_HOST" in status.message


def account_of(system, slug, **more):
    config = {"name": system, "data_center": slug, "client_id": "a", "client_secret": "b", "refresh_token": "c", **more}
    return PARSERS[system]({"system": config}).account


@pytest.mark.needs("zoho_accounts")
@pytest.mark.parametrize("slug", sorted(DATA_CENTERS))
def test_every_data_centre_has_its_hosts_and_a_token_of_another_one_is_explained(crm, slug):
    account, center = account_of(crm.name, slug), DATA_CENTERS[slug]
    assert account.credentials.accounts_url == center.accounts
    assert base_url(account, center.crm_api) == (center.crm_api if crm.name == "zoho_crm" else recruit_api(center, "production"))
    for other in DATA_CENTERS.values():
        if other.slug != slug:
            with pytest.raises(Exception, match=f"Set data_center to {other.slug}"):
                base_url(account, other.crm_api)


@pytest.mark.parametrize("slug", sorted(DATA_CENTERS))
def test_other_environments_of_the_crm_have_hosts_of_their_own(slug):
    for environment in ("sandbox", "developer"):
        there = account_of("zoho_crm", slug, environment=environment)
        center = DATA_CENTERS[slug]
        assert base_url(there, center.crm_api) == center.crm_api.replace("www", environment)


def test_recruit_is_never_called_where_the_token_says_that_the_crm_is():
    assert base_url(account_of("zoho_recruit", "ca"), "https://www.zohoapis.ca") == "https://recruit.zohocloud.ca"


@pytest.mark.needs("zoho_accounts")
def test_an_unknown_data_centre_is_refused_with_those_there_are(reader, crm):
    host = changed(reader(), data_center="mars")
    status = host.check()
    assert "mars" in status.message
    assert "eu" in status.message


def test_waiting_for_a_limit_is_said_as_the_streams_status(vendor, crm):
    vendor.faults(system=crm.name, path=crm.calls, kind="status", status=429, times=2)
    output = crm.reader(vendor).read(crm.people)
    vendor.heal()
    limited = [trace["stream_status"] for trace in output.traces("STREAM_STATUS") if trace["stream_status"].get("reasons")]
    assert [(one["stream_descriptor"]["name"], one["status"], one["reasons"][0]["type"]) for one in limited] == [
        (crm.people, "RUNNING", "RATE_LIMITED")
    ] * 2
    assert output.errors() == []


def test_a_limit_that_lasts_is_a_transient_error_that_tells_a_spent_day_from_a_burst(vendor, crm):
    vendor.faults(system=crm.name, path=crm.calls, kind="status", status=429, times=0)
    error, _ = refused(crm.reader(vendor), crm)
    vendor.heal()
    assert error["failure_type"] == "transient_error"
    assert crm.too_many in error["message"]


@pytest.mark.needs("zoho_accounts")
def test_the_token_limit_is_waited_out_and_said(crm, start_emulator, monkeypatch):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", "600")
    vendor = start_emulator(people=60, time_scale=600)
    vendor.faults(system="zoho", path="/oauth/v2/token", kind="lock", times=1)
    output = crm.reader(vendor).read(crm.people)
    assert output.errors() == []
    assert "ten in ten minutes" in output.log()


def test_the_state_of_another_organisation_is_refused(reader, crm):
    host = reader()
    host.read(crm.people)
    host.state[0]["stream"]["stream_state"]["organisation"] = "60000000"
    error, output = refused(host, crm)
    assert error["failure_type"] == "config_error"
    assert "60000000" in error["message"]
    assert output.records() == []


def test_a_state_of_a_newer_program_or_another_system_is_refused(reader, crm):
    host = reader()
    host.read(crm.people)
    known = host.state[0]["stream"]["stream_state"]
    for change, word in (({"version": 99}, "99"), ({"system": "another_crm"}, "another_crm")):
        host.state[0]["stream"]["stream_state"] = known | change
        error, _ = refused(host, crm)
        assert error["failure_type"] == "config_error"
        assert word in error["message"]
        host.state = [{"type": "STREAM", "stream": {"stream_descriptor": {"name": crm.people}, "stream_state": known}}]


def test_a_state_of_the_old_connector_is_read_anew(reader, emulator, crm):
    host = reader()
    host.state = [
        {"type": "STREAM", "stream": {"stream_descriptor": {"name": crm.people}, "stream_state": {crm.changed: "2026-01-01T00:00:00+01:00"}}}
    ]
    assert host.read(crm.people).ids() == set(crm.held(emulator))


def test_a_module_that_is_gone_is_named_and_no_stream_vanishes(reader, crm):
    error, output = refused(reader(), crm, "No_Such_Module")
    assert error["failure_type"] == "config_error"
    assert "No_Such_Module" in error["message"]
    assert crm.people in error["message"]
    assert output.statuses("No_Such_Module")[-1] == "INCOMPLETE"


def test_discover_fails_rather_than_leave_a_module_out_when_its_metadata_cannot_be_had(vendor, crm):
    vendor.faults(system=crm.name, path=crm.fields, kind="status", status=500, times=0)
    output = crm.reader(vendor).run_discover()
    vendor.heal()
    assert not [line for line in output.lines if line["type"] == "CATALOG"]
    error = output.errors()[0]
    assert error["failure_type"] == "transient_error"
    assert "fields of" in error["message"].lower()


def test_a_synced_field_deleted_in_the_crm_is_a_warning_and_the_sync_goes_on(reader, emulator, crm):
    crm.add_field(emulator, "Wave")
    host = reader()
    columns = [*crm.columns, crm.column("Wave")]
    schema = {name: one for name, one in host.discover()[crm.people]["json_schema"]["properties"].items() if name in columns}
    host.discover()[crm.people]["json_schema"]["properties"] = schema
    assert host.read(crm.people).errors() == []
    crm.edit(emulator, "delete_field", field="Wave")
    one = min(crm.held(emulator))
    crm.move(emulator, one, "Ulm")
    emulator.advance(3600)
    output = host.read(crm.people)
    assert output.errors() == []
    assert output.ids() == {one}
    assert f"no longer has {crm.column('Wave')}" in output.log()


def test_no_message_holds_a_secret_or_a_query(vendor, crm):
    vendor.faults(system=crm.name, path="/users", kind="status", status=400, times=1)
    vendor.faults(system=crm.name, path=crm.calls, kind="truncate", times=0)
    output = crm.reader(vendor).read("users", crm.people, expecting_exception=True)
    vendor.heal()
    assert output.errors()
    said = str([line for line in output.lines if line["type"] != "RECORD"])
    assert [secret for secret in crm.secrets if secret in said] == []
