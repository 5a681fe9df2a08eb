"""Budget, burst, the wall, credentials and configuration: what is said, what is kept, and that limits are not run into."""

import re

import pytest

from tests.source_crm.crm_reader import Reader
from tests.source_crm.test_pipedrive_reading import held, of_filter, pipedrive

OAUTH = {"method": "oauth", "client_id": "emulated-client", "client_secret": "emulated-secret-0000", "refresh_token": "1:1:emulated-refresh"}


@pytest.fixture
def crm(emulator):
    return lambda **system: pipedrive(emulator, **system)


def edit(emulator, op, **more):
    return emulator.edit("pipedrive", op=op, **more)


def error_of(output, stream="persons"):
    (error,) = output.errors(stream)
    return error["failure_type"], error["message"]


@pytest.fixture
def large(start_emulator, monkeypatch):
    """Four pages of persons and more; time passes sixty times as fast."""
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", "60")
    return start_emulator(people=2300, time_scale=60)


def test_a_spent_day_stops_the_read_keeps_what_was_done_and_the_next_day_goes_on(large):
    reader = pipedrive(large, last_contacted="off")
    edit(large, "foreign_calls", kind="daily", n=70)
    broken = reader.read("persons", expecting_exception=True)
    kind, message = error_of(broken)
    assert kind == "transient_error"
    assert "daily token budget" in message
    assert "hours" in message
    first = broken.ids()
    assert 0 < len(first) < len(held(large))
    assert "will not be enough" in broken.log()
    assert large.state("pipedrive")["limits"]["refused"]["wall"] == 0
    large.advance(86_400)
    rest = reader.read("persons")
    assert first | rest.ids() == set(held(large))
    assert not first & rest.ids()


@pytest.mark.parametrize(("header", "retry"), [("present", "absent"), ("absent", "present"), ("absent", "absent")])
def test_a_spent_day_is_recognised_whatever_the_vendor_sends_with_it(crm, emulator, header, retry):
    emulator.switch(pipedrive_daily_headers=header, pipedrive_daily_retry_after=retry)
    edit(emulator, "foreign_calls", kind="daily", n=3)
    kind, message = error_of(crm().read("persons", expecting_exception=True))
    assert kind == "transient_error"
    assert "daily token budget" in message
    assert sum(emulator.state("pipedrive")["limits"]["refused"].values()) == 1


@pytest.mark.parametrize("text", ["request over limit", "Rate limit exceeded"])
def test_a_burst_of_others_is_waited_out_and_said(crm, emulator, text):
    emulator.switch(pipedrive_burst_text=text)
    edit(emulator, "foreign_calls", kind="burst")
    reader = crm()
    output = reader.read("users", "persons")
    assert output.ids("persons") == set(held(emulator))
    assert emulator.state("pipedrive")["limits"]["refused"]["wall"] == 0


def test_our_own_calls_never_meet_the_burst_limit(large):
    edit(large, "set_plan", plan="lite", seats=10)
    reader = pipedrive(large)
    output = reader.read("persons", "organizations", "deals", "activities")
    assert output.ids("persons") == set(held(large))
    assert large.state("pipedrive")["limits"]["refused"] == {"daily": 0, "burst": 0, "wall": 0}
    assert "tokens" in output.log()


def test_the_wall_is_recognised_and_not_run_against(crm, emulator):
    emulator.faults(system="pipedrive", path="/api/v2/persons$", kind="html", status=403, times=0)
    output = crm().read("persons", expecting_exception=True)
    kind, message = error_of(output)
    assert kind == "transient_error"
    assert "quarter of an hour" in message
    assert len([request for request in emulator.requests() if request["path"] == "/api/v2/persons"]) == 1


def test_a_comparison_that_the_day_cannot_afford_is_put_off_and_said(crm, emulator):
    reader = crm()
    reader.read("persons")
    gone = max(held(emulator), key=int)
    edit(emulator, "delete", module="persons", id=gone)
    edit(emulator, "foreign_calls", kind="daily", n=1000)
    output = reader.read("persons")
    assert output.records() == []
    assert "put off" in output.log()
    emulator.advance(86_400)
    assert reader.read("persons").gone() == {gone: "deleted"}


def test_what_a_day_of_such_syncs_costs_is_forecast(crm, emulator):
    reader = crm()
    reader.read("persons")
    emulator.advance(900)
    log = reader.read("persons").log()
    assert re.search(r"a sync every 1\d minutes", log)
    assert "of the 300000 tokens of a day" in log


def test_oauth_works_and_a_token_that_ends_in_the_middle_is_renewed(crm, emulator):
    reader = crm(credentials=OAUTH)
    assert reader.check().status.value == "SUCCEEDED"
    emulator.faults(system="pipedrive", path="/api/v2/persons$", kind="token")
    output = reader.read("persons", "users")
    assert output.ids("persons") == set(held(emulator))
    assert len(output.records("users")) == 4


@pytest.mark.parametrize(
    ("op", "more", "credentials", "words"),
    [
        ("revoke_token", {"kind": "api"}, None, ["API token", "Personal preferences"]),
        ("revoke_token", {"kind": "oauth"}, OAUTH, ["invalid_grant", "Install the app again"]),
        ("grant", {"scopes": ["base"]}, OAUTH, ["contacts:read"]),
        ("grant", {"scopes": ["base", "contacts:read"]}, OAUTH, ["activities:read", "last_contacted to mails"]),
    ],
)
def test_a_check_says_what_to_do_about_access(crm, emulator, op, more, credentials, words):
    edit(emulator, op, **more)
    status = crm(**({"credentials": credentials} if credentials else {})).check()
    assert status.status.value == "FAILED"
    assert [word for word in words if word not in status.message] == []


def test_an_app_without_a_scope_reads_the_other_streams(crm, emulator):
    edit(emulator, "grant", scopes=["base", "contacts:read"])
    reader = crm(credentials=OAUTH, last_contacted="mails")
    assert reader.check().status.value == "SUCCEEDED"
    assert {"persons", "organizations"} <= set(reader.discover()) - {"deals", "activities"}
    output = reader.read("persons", "deals", expecting_exception=True)
    assert output.ids("persons") == set(held(emulator))
    assert "show ids instead of names" in output.log()
    kind, message = error_of(output, "deals")
    assert (kind, "deals:read" in message) == ("config_error", True)


@pytest.mark.parametrize(
    ("system", "more", "words"),
    [
        ({"credentials": {"method": "api_token", "api_token": " "}}, {}, ["api_token is empty"]),
        ({"credentials": {"method": "password"}}, {}, ["api_token", "oauth"]),
        ({"credentials": OAUTH | {"client_secret": "wrong"}}, {}, ["client secret"]),
        ({"company_domain": "another"}, {}, ["another", "emulated"]),
        ({"company_domain": "https://acme.pipedrive.com"}, {}, ["acme"]),
        ({"address": "last"}, {}, ["first", "primary"]),
        ({"organization_fields": ["Teir"]}, {}, ["Teir", "tier"]),
        ({"base_urls": {"api": "http://api.example.com"}}, {}, ["https"]),
        ({}, {"selections": of_filter("Gold custommers")}, ["Gold custommers", "Gold customers"]),
        ({}, {"selections": of_filter("Mine ")}, ["Mine"]),
        ({}, {"selections": of_filter("Everybody", "people")}, ["persons"]),
        ({}, {"selections": [{"module": "persons", "criteria": [{"field": "name", "comparator": "equal", "value": "A"}]}]}, ["filter"]),
        ({}, {"refresh_formulas_every_days": 3}, ["refresh_formulas_every_days"]),
    ],
)
def test_a_wrong_configuration_is_refused_by_name(emulator, system, more, words):
    reader = Reader(emulator, "pipedrive")
    reader.config = reader.config | {"system": reader.config["system"] | system} | more
    status = reader.check()
    assert status.status.value == "FAILED"
    assert [word for word in words if word not in status.message] == []


def test_two_filters_of_one_name_are_told_apart_by_id(crm, emulator):
    for _ in range(2):
        edit(emulator, "create_view", module="persons", name="Twice", criteria=[])
    message = crm(selections=of_filter("Twice")).check().message
    assert "2 filters" in message
    assert "by id: 10, 11" in message


def test_a_filter_that_tests_a_deleted_field_is_a_configuration_error(crm, emulator):
    reader = crm(selections=of_filter("Gold customers"))
    reader.read("persons")
    edit(emulator, "delete_field", module="persons", field="Level")
    kind, message = error_of(reader.read("persons", expecting_exception=True))
    assert kind == "config_error"
    assert "Gold customers" in message
    assert "no longer exists" in message


def test_a_state_of_another_company_and_one_from_the_future_are_recognised(crm, emulator):
    reader = crm()
    reader.read("persons")
    reader.state[0]["stream"]["stream_state"]["organisation"] = "9"
    kind, message = error_of(reader.read("persons", expecting_exception=True))
    assert (kind, "belongs to the organisation 9" in message) == ("config_error", True)
    reader.state[0]["stream"]["stream_state"] |= {"organisation": "7001", "upto": "2090-01-01T00:00:00Z"}
    assert "future" in reader.read("persons").log()


def test_a_user_who_is_no_administrator_is_told_what_that_means(crm, emulator):
    edit(emulator, "demote")
    assert "no administrator" in crm().read("persons").log()


def test_no_line_holds_a_token_or_an_address(crm, emulator):
    output = crm(credentials=OAUTH).read("persons", "users")
    told = "\n".join(str(line) for line in output.lines if line["type"] in ("LOG", "TRACE", "STATE"))
    assert not [secret for secret in ("emulated-secret-0000", "1:1:emulated-refresh", "v1u:emulated", "@example") if secret in told]
    assert not [request for request in emulator.requests() if "api_token" in request["path"]]
