"""`check` finds every mistake that can be found without the streams, and says what to do."""

import pytest


def failed(said):
    assert said.code == 0
    assert said.status["status"] == "FAILED"
    return said.status["message"]


def test_a_working_configuration_succeeds_and_changes_nothing(connector):
    assert connector.check().status == {"status": "SUCCEEDED"}
    assert connector.calls(writes=True) == []


def test_a_revoked_token_is_a_config_error_that_names_the_fix(connector):
    connector.emulator.edit("zoho_campaigns", op="revoke_token")
    assert "refresh token is revoked" in failed(connector.check())


def test_a_wrong_data_centre_is_named(connector):
    url = f"{connector.emulator.url}/dc/us"
    message = failed(connector.system(data_center="us", base_urls={"accounts": url, "api": url}).check())
    assert "data" in message
    assert "centre" in message


def test_an_unknown_list_is_refused_with_the_lists_there_are(connector):
    message = failed(connector.stream(list_name="Nwesletter").check())
    for part in ("'Nwesletter'", "Newsletter (3z", "Product news", "Web sign-up"):
        assert part in message


def test_an_unknown_list_key_is_refused_too(connector):
    assert "'3znothing'" in failed(connector.stream(list_name="", list_key="3znothing").check())


def test_a_sign_up_form_list_is_refused_unless_its_mails_are_allowed(connector):
    assert "sign-up form" in failed(connector.stream(list_name="Web sign-up").check())
    assert connector.set(allow_confirmation_mails=True).check().status["status"] == "SUCCEEDED"


def test_an_unknown_field_is_refused_with_the_fields_there_are(connector):
    connector.stream(mapping=[{"column": "First_Name", "field": "Nickname"}])
    message = failed(connector.check())
    assert "'Nickname'" in message
    assert "First Name" in message
    assert connector.stream(create_fields=True).check().status["status"] == "SUCCEEDED"


def test_an_unknown_topic_is_refused_with_the_topics_there_are(connector):
    assert "Company news" in failed(connector.stream(topic="Weather").check())
    assert connector.stream(topic="Company news, Offers").check().status["status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"consent_confirmed": False}, "consent_confirmed must be true"),
        ({"unknown_thing": 1}, "unknown_thing is no option"),
    ],
)
def test_options_are_refused_by_name(connector, options, named):
    assert named in failed(connector.set(**options).check())


@pytest.mark.parametrize("option", ["marketing_type", "lawful_basis"])
def test_what_the_vendors_api_cannot_fulfil_is_refused_by_name(connector, option):
    assert f"{option} cannot be fulfilled" in failed(connector.stream(**{option: "x"}).check())


def test_a_ledger_that_cannot_be_written_is_a_config_error(connector, tmp_path):
    (tmp_path / "file").write_text("no folder")
    message = failed(connector.set(ledger={"kind": "sqlite", "path": str(tmp_path / "file" / "ledger.db")}).check())
    assert "ledger" in message.lower()


def test_a_ledger_that_cannot_be_reached_is_told_without_its_password(connector):
    said = connector.set(ledger={"kind": "postgresql", "url": "postgresql://someone:pass-word-1@127.0.0.1:1/none"}).check()
    assert "ledger" in failed(said).lower()
    assert "pass-word-1" not in said.text


def test_several_mistakes_are_told_at_once(connector):
    connector.stream(list_name="Nowhere", mapping=[{"column": "A", "field": "Nothing"}])
    message = failed(connector.check())
    assert "'Nowhere'" in message
    assert "'Nothing'" in message


def test_two_streams_of_one_list_must_agree_on_topic_and_source(connector):
    connector.config["streams"] = [
        {"stream": "Leads", "list_name": "Newsletter", "source": "a"},
        {"stream": "Contacts", "list_name": "Newsletter", "source": "b"},
    ]
    assert "another topic or source" in failed(connector.check())


def test_one_stream_may_feed_a_list_once(connector):
    connector.config["streams"] = [{"stream": "Leads", "list_name": "Newsletter"}, {"stream": "Leads", "list_key": connector.key()}]
    assert "twice" in failed(connector.check())


def test_a_configuration_that_is_no_json_fails_without_its_content(connector, tmp_path):
    (tmp_path / "broken.json").write_text('{"client_secret": "hidden-1"')
    said = connector.run("check", "--config", str(tmp_path / "broken.json"))
    assert "not valid JSON" in failed(said)
    assert "hidden-1" not in said.text


def test_no_secret_is_in_what_check_prints(connector):
    connector.emulator.edit("zoho_campaigns", op="revoke_token")
    for said in (connector.check(), connector.system(client_secret="wrong-secret-9").check()):
        assert not [one for one in ("emulated-secret-0000", "1000.emulated.refresh", "wrong-secret-9") if one in said.text]


def test_a_vendor_that_is_down_fails_the_check_and_says_so(connector):
    connector.emulator.faults(system="zoho_campaigns", path="getmailinglists", kind="status", status=401, times=0)
    assert "HTTP 401" in failed(connector.check())


def test_memberships_first_are_refused_with_what_their_call_does_not_carry(connector):
    connector.set(backfill="membership_first").stream(topic="Offers", source="crm")
    assert "streams[0] has topic and source, which the call for many memberships does not carry" in failed(connector.check())
    connector.config["streams"] = [{"stream": "Leads", "list_name": "Newsletter"}]
    assert connector.check().status["status"] == "SUCCEEDED"
