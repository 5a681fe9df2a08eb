"""`write` against every emulated mailing tool, in this process: what people on the list see afterwards."""

import copy
import json

import pytest

from mailsync.runner.cli import main

from .conftest import Connector
from .people import Source, write
from .support import COLUMNS, a_catalog
from .tools import TOOLS


def succeeded(said):
    assert said.code == 0, said.text
    return said


def fates(said, stream="Leads"):
    (line,) = [one["log"]["message"] for one in said.of("LOG") if one["log"]["message"].startswith(f"Stream {stream} →")]
    return line.split("records: ")[1].rstrip(".")


@pytest.fixture(params=TOOLS)
def connector(request, emulator, tmp_path):
    return Connector(emulator, tmp_path, TOOLS[request.param])


@pytest.fixture
def source():
    return Source()


def first_sync(connector, source):
    source.state({}).record(1, "ann@new.example.com", First_Name="Ann").record(2, "bob+x@new.example.com", First_Name="Bob")
    source.record(3, "eve@new.example.com").record(4, "joe@new.example.com").complete()
    said = succeeded(write(connector, source))
    connector.emulator.clear_requests()
    return said


def test_people_are_written_with_their_fields(connector, source):
    said = first_sync(connector, source)
    members = connector.members()
    assert members["ann@new.example.com"]["fields"] == connector.named(First_Name="Ann")
    assert members["bob+x@new.example.com"]["status"] == "active"
    assert fates(said) == "4 written"


def test_a_second_sync_with_nothing_new_makes_no_write_call(connector, source):
    first_sync(connector, source)
    said = succeeded(write(connector, source.state().complete()))
    assert connector.calls(writes=True) == []
    assert "recordCount" in said.text
    source.record(1, "ann@new.example.com", First_Name="Ann").complete()
    assert fates(succeeded(write(connector, source))) == "1 unchanged"
    assert connector.calls(writes=True) == []


def test_a_changed_field_is_updated_and_an_erased_one_erased(connector, source):
    first_sync(connector, source)
    succeeded(write(connector, source.state().record(1, "ann@new.example.com", Last_Name="Lee").complete()))
    assert connector.members()["ann@new.example.com"]["fields"] == connector.named(Last_Name="Lee")


def test_update_empty_off_leaves_an_erased_field(connector, source):
    connector.stream(update_empty=False)
    first_sync(connector, source)
    succeeded(write(connector, source.state().record(1, "ann@new.example.com", Last_Name="Lee").complete()))
    assert connector.members()["ann@new.example.com"]["fields"] == connector.named(First_Name="Ann", Last_Name="Lee")


def test_a_moved_address_is_written_and_the_old_one_taken_off_after_complete(connector, source):
    first_sync(connector, source)
    succeeded(write(connector, source.state().record(1, "ann@moved.example.com", First_Name="Ann").state().status("INCOMPLETE")))
    assert connector.members()["ann@moved.example.com"]["status"] == "active"
    assert connector.members()["ann@new.example.com"]["status"] == "active"
    succeeded(write(connector, source.state().complete()))
    assert connector.status("ann@new.example.com") == connector.tool.removed


def test_a_tombstone_removes_only_after_complete(connector, source):
    first_sync(connector, source)
    succeeded(write(connector, source.state().tombstone(1).state()))
    assert connector.members()["ann@new.example.com"]["status"] == "active"
    assert fates(succeeded(write(connector, source.state().tombstone(2).complete()))) == "1 released"
    assert {connector.status(one) for one in ("ann@new.example.com", "bob+x@new.example.com")} == {connector.tool.removed}


def test_on_delete_keep_leaves_them_and_suppress_moves_them_to_do_not_mail(connector, source):
    connector.stream(on_delete="suppress")
    first_sync(connector, source)
    succeeded(write(connector, source.state().tombstone(1).complete()))
    assert "ann@new.example.com" in connector.state()["suppressed"]
    connector.stream(on_delete="keep")
    succeeded(write(connector, source.state().tombstone(2).complete()))
    assert connector.members()["bob+x@new.example.com"]["status"] == "active"


def test_a_host_without_statuses_removes_nobody_unless_told_that_it_has_none(connector, source):
    first_sync(connector, source)
    said = succeeded(write(connector, source.state().tombstone(1).state()))
    assert "stream_statuses" in said.logs
    assert connector.members()["ann@new.example.com"]["status"] == "active"
    connector.set(stream_statuses="absent")
    succeeded(write(connector, source.state().record(2, "bob+x@new.example.com", First_Name="Bob").state()))
    assert connector.status("ann@new.example.com") == connector.tool.removed


def test_an_opt_out_takes_off_at_once_and_is_named(connector, source):
    first_sync(connector, source)
    said = succeeded(write(connector, source.state().record(1, "ann@new.example.com", Email_Opt_Out=True).state()))
    assert connector.status("ann@new.example.com") == "unsubscribed"
    assert fates(said) == "1 skipped(crm_opt_out)"


def test_who_unsubscribed_is_never_written_again(connector, source):
    first_sync(connector, source)
    connector.edit("unsubscribe", list=connector.key(), email="ann@new.example.com")
    said = succeeded(write(connector, source.state().record(1, "ann@new.example.com", First_Name="Anna").complete()))
    assert connector.status("ann@new.example.com") == "unsubscribed"
    assert fates(said) == "1 skipped(left)"
    assert connector.calls(writes=True) == []


def test_a_list_and_a_field_are_created_when_asked(connector, source):
    connector.config["streams"] = [
        {
            "stream": "Leads",
            "list_name": "Brand new",
            "create_list": True,
            **connector.tool.creation,
            "mapping": [{"column": "First_Name", "field": connector.tool.named["New"]}],
            "create_fields": True,
        }
    ]
    first_sync(connector, source)
    assert connector.members("Brand new")["ann@new.example.com"]["fields"] == connector.named(New="Ann")


def test_bad_rows_are_counted_with_their_reason_and_keep_nobody_else_out(connector, source):
    connector.stream(required=["Last_Name"])
    refused, reason = connector.tool.refused
    source.state({}).record(1, "good@new.example.com", Last_Name="Lee").record(2, None, Last_Name="x").record(3, "nonsense", Last_Name="x")
    source.record(4, refused, Last_Name="x").record(5, "long@new.example.com", Last_Name="x" * (connector.tool.longest + 1))
    source.record(6, "typed@new.example.com", Last_Name={"a": 1}).record(7, "empty@new.example.com").complete()
    said = succeeded(write(connector, source))
    rejected = sorted(("invalid_address", "required_field_empty", reason, "value_too_long", "wrong_type"))
    assert fates(said) == f"{', '.join(f'1 rejected({one})' for one in rejected)}, 1 skipped(no_address), 1 written"
    assert "good@new.example.com" in connector.members()
    stats = [one["state"]["destinationStats"] for one in said.of("STATE")]
    assert stats[-1] == {"recordCount": 7.0, "rejectedRecordCount": 5.0}


def test_a_record_that_was_rejected_goes_through_once_it_is_repaired(connector, source):
    connector.stream(required=["Last_Name"])
    succeeded(write(connector, source.state({}).record(1, "ann@new.example.com").complete()))
    assert "ann@new.example.com" not in connector.members()
    assert fates(succeeded(write(connector, source.state().record(1, "ann@new.example.com", Last_Name="Lee").complete()))) == "1 written"


def test_the_contact_limit_is_a_config_error_and_nothing_is_acknowledged(connector, source):
    connector.edit("set_contact_limit", n=1)
    said = write(connector, source.state({}).record(1, "ann@new.example.com").complete())
    assert (said.code, said.error["failure_type"]) == (1, "config_error")
    assert connector.tool.full in said.error["message"]
    assert len(said.of("STATE")) == 1
    connector.edit("set_contact_limit", n=10_000)
    succeeded(write(connector, source.state({}).record(1, "ann@new.example.com").complete()))
    assert "ann@new.example.com" in connector.members()


def test_a_list_deleted_between_two_syncs_is_a_config_error_with_the_lists_there_are(connector, source):
    first_sync(connector, source)
    connector.edit("delete_list", list=connector.key())
    said = write(connector, source.state().record(1, "ann@new.example.com").complete())
    assert said.error["failure_type"] == "config_error"
    assert "Product news" in said.error["message"]


@pytest.mark.parametrize(
    ("columns", "options", "named"),
    [
        ({"Email": None}, {}, "no e-mail column"),
        ({"Email_Opt_Out": None}, {}, "no opt-out column"),
        ({}, {"mapping": [{"column": "Owner", "field": "Note"}]}, "Owner (type ownerlookup)"),
        ({}, {"mapping": [{"column": "First_Name", "field": "Nothing"}]}, "'Nothing'"),
        ({}, {"required": ["Nope"]}, "no column Nope"),
    ],
)
def test_a_catalog_that_does_not_fit_is_refused_before_the_first_write(connector, source, columns, options, named):
    connector.stream(**options)
    properties = {name: schema for name, schema in {**COLUMNS, **columns}.items() if schema}
    said = write(connector, source.state({}).record(1, "ann@new.example.com").complete(), a_catalog(properties))
    assert (said.code, said.error["failure_type"]) == (1, "config_error")
    assert named in said.error["message"]
    assert connector.calls(writes=True) == []


def test_a_stream_that_feeds_no_list_and_an_entry_without_stream_are_refused(connector, source):
    catalog = a_catalog()
    other = copy.deepcopy(catalog["streams"][0])
    other["stream"]["name"] = "Deals"
    said = write(connector, source, {"streams": [other]})
    assert "Stream Deals is synced, but feeds no list" in said.error["message"]
    assert "Stream Leads is configured to feed a list" in said.error["message"]


def test_a_line_that_is_no_message_fails_the_sync_without_its_content(connector, source):
    source.state({}).record(1, "ann@new.example.com").state()
    source.lines.append(b"Traceback: person ann@secret.example.com")
    said = write(connector, source.record(2, "bob@new.example.com").complete())
    assert (said.code, said.error["failure_type"]) == (1, "system_error")
    assert "Line 4" in said.error["message"]
    assert "secret.example" not in said.text
    assert len(said.of("STATE")) == 2


def test_states_go_back_as_they_came_in_their_order(connector, source):
    source.state({}, id=1).record(1, "ann@new.example.com").state({"a": None, "deep": {"é": [1.5, None]}}, id=2, odd={"x": None}).complete()
    sent = [json.loads(line) for line in source.lines if b'"STATE"' in line]
    back = succeeded(write(connector, source)).of("STATE")
    for one in back:
        assert set(one["state"].pop("destinationStats")) == {"recordCount", "rejectedRecordCount"}
    assert back == sent


def test_no_address_and_no_secret_is_in_any_line(connector, source):
    source.state({}).record(1, "ann@new.example.com", First_Name="Annabella").record(2, "nonsense@").record(3, connector.tool.refused[0])
    said = succeeded(write(connector, source.complete()))
    connector.edit("revoke_token")
    failed = write(connector, source.record(4, "joe@new.example.com").complete())
    for hidden in ("example.com", "nonsense", "Annabella", *connector.tool.secrets):
        assert hidden not in said.text + failed.text
    assert failed.error["failure_type"] == "config_error"


def test_a_record_of_a_stream_nobody_configured_fails_the_sync(connector, source):
    said = write(connector, Source("Deals").record(1, "a@new.example.com"))
    assert "not in the configured catalog" in said.error["message"]


def test_an_empty_ledger_facing_people_stops(connector, source):
    connector.set(adopt_existing=False, confirm_after_ledger_loss=False)
    said = write(connector, source.state({}).record(1, "ann@new.example.com").complete())
    assert (said.error["failure_type"], connector.calls(writes=True)) == ("config_error", [])
    assert "adopt_existing" in said.error["message"]


def test_values_changed_on_the_way_are_counted(connector, source):
    source.state({}).record(1, "ann@new.example.com", First_Name="A\x00nn\x07").record(2, "bob@new.example.com", First_Name="B\x08ob").complete()
    said = succeeded(write(connector, source))
    assert f"Stream Leads, field {connector.tool.named['First_Name']}: 2 values changed on the way: control characters dropped." in said.logs
    assert connector.members()["ann@new.example.com"]["fields"][connector.tool.named["First_Name"]] == "Ann"


def test_a_run_that_is_refused_while_it_is_set_up_is_in_the_history_with_its_reason(connector, source, capsys):
    said = write(connector.stream(list_name="Nowhere"), source.state({}).record(1, "ann@new.example.com").complete())
    assert said.code == 1
    with pytest.raises(SystemExit):
        main(["history", "--json", "--ledger", connector.config["ledger"]["path"]])
    (told,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (told["status"], told["records"]) == ("failed", {})
    assert "'Nowhere'" in told["error"]
