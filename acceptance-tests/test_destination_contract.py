"""What a host relies on in destination-campaigns, between processes. Airbyte's kit has no tests of writing; these are ours."""

import copy
import json

import pytest
from mailing_tools import NEWSLETTER, TOOLS

SECRET = "someone.private@example.com"
SCHEMA = {
    "type": "object",
    "additionalProperties": True,
    "properties": {
        "id": {"type": "string"},
        "Email": {"type": ["null", "string"], "title": "Email", "x_data_type": "email"},
        "Last_Name": {"type": ["null", "string"], "title": "Last Name", "x_data_type": "text"},
        "Email_Opt_Out": {"type": ["null", "boolean"], "title": "Email Opt Out", "x_data_type": "boolean"},
        "_ab_cdc_cursor": {"type": "integer"},
        "_ab_cdc_deleted_at": {"type": ["null", "string"]},
    },
}


@pytest.fixture(params=TOOLS.values(), ids=lambda tool: tool.name)
def tool(request):
    return request.param


@pytest.fixture
def config(emulator, tool):
    return tool.config(emulator) | {"streams": [{"stream": "Leads", "list_name": NEWSLETTER}]}


CATALOG = {
    "streams": [
        {
            "stream": {"name": "Leads", "json_schema": SCHEMA, "supported_sync_modes": ["full_refresh", "incremental"]},
            "sync_mode": "incremental",
            "destination_sync_mode": "append_dedup",
            "cursor_field": ["_ab_cdc_cursor"],
            "primary_key": [["id"]],
            "generation_id": 1,
            "minimum_generation_id": 0,
            "sync_id": 1,
        }
    ]
}


def record(number, address, **fields):
    data = {"id": str(number), "Email": address, "Last_Name": f"Person {number}", "_ab_cdc_cursor": number} | fields
    return {"type": "RECORD", "record": {"stream": "Leads", "data": data, "emitted_at": 1}}


def state(identity, content, **more):
    stream = {"stream_descriptor": {"name": "Leads"}, "stream_state": content}
    return {"type": "STATE", "state": {"type": "STREAM", "stream": stream, "sourceStats": {"recordCount": 2.0}, "id": identity} | more}


def complete():
    status = {"stream_descriptor": {"name": "Leads"}, "status": "COMPLETE"}
    return {"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": 1.0, "stream_status": status}}


def lines(*messages):
    return "".join(message if isinstance(message, str) else json.dumps(message) + "\n" for message in messages)


def write(destination, config, *messages):
    return destination.run("write", config=config, catalog=CATALOG, stdin=lines(*messages))


def test_a_state_comes_back_as_it_was_with_what_the_host_added(destination_campaigns, config):
    first, second = {}, {"at": None, "deep": [{"nothing": None}], "float": 1.0, "big": 9007199254740993}
    output = write(destination_campaigns, config, state(7, first), record(1, "ann@example.com"), state(8, second, unknown={"kept": None}), complete())
    assert output.code == 0, output.errors
    echoed = copy.deepcopy(output.states())
    stats = [entry.pop("destinationStats") for entry in echoed]
    assert echoed == [state(7, first)["state"], state(8, second, unknown={"kept": None})["state"]]
    assert [entry["recordCount"] for entry in stats] == [0, 1]


def test_what_stands_before_an_echoed_state_stands_at_the_vendor(destination_campaigns, config, emulator, tool):
    output = write(destination_campaigns, config, state(1, {}), record(1, "ann@example.com"), state(2, {"at": 1}), complete())
    assert len(output.states()) == 2
    assert tool.members(emulator)["ann@example.com"] == "active"


def test_rejected_records_are_counted_in_the_state_and_the_others_go_through(destination_campaigns, config, emulator, tool):
    messages = [state(1, {}), record(1, "ann@example.com"), record(2, tool.refused), record(3, None), state(2, {"at": 3}), complete()]
    output = write(destination_campaigns, config, *messages)
    assert output.code == 0, output.errors
    assert output.states()[-1]["destinationStats"]["recordCount"] == 3
    assert "ann@example.com" in tool.members(emulator)
    assert tool.refused not in tool.members(emulator)


@pytest.mark.parametrize("line", [f"Traceback: {SECRET}\n", f'{{"mail": "{SECRET}"}}\n', f'{{"type":"RECORD","record":{{"mail":"{SECRET}\n'])
def test_a_line_that_is_no_message_fails_the_sync_without_being_shown(destination_campaigns, config, line):
    output = write(destination_campaigns, config, state(1, {}), record(1, "ann@example.com"), line, state(2, {"at": 1}))
    assert output.code != 0
    assert output.errors
    assert SECRET not in output.text + output.stderr
    assert [entry["id"] for entry in output.states()] in ([], [1])


def test_no_address_is_in_any_line(destination_campaigns, config, tool):
    messages = [state(1, {}), record(1, SECRET), record(2, f"x{SECRET}x@"), record(3, tool.refused), state(2, {"at": 3}), complete()]
    output = write(destination_campaigns, config, *messages)
    shown = output.text + output.stderr
    assert output.code == 0, output.errors
    assert "private@" not in shown
    assert tool.refused not in shown
    assert config["system"][tool.secret] not in shown


def changed(config, value, *path):
    result = copy.deepcopy(config)
    node = result
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return result


WRONG = [
    ((False, "consent_confirmed"), ["consent"]),
    (("Newsleter", "streams", 0, "list_name"), ["Newsleter", "Newsletter", "Product news"]),
    (("sideways", "streams", 0, "on_delete"), ["on_delete", "remove", "keep", "suppress"]),
    (("zoho_campaign", "system", "name"), ["system.name", "zoho_campaigns", "mailigen"]),
]


@pytest.mark.parametrize(("change", "named"), WRONG, ids=lambda part: part[-1] if isinstance(part, tuple) and isinstance(part[-1], str) else None)
def test_a_mistake_is_named_by_check_and_nothing_is_written(destination_campaigns, config, emulator, change, named):
    output = destination_campaigns.run("check", config=changed(config, *change))
    problem = (
        output.status["message"] if output.messages and output.of("CONNECTION_STATUS") else " ".join(error["message"] for error in output.errors)
    )
    assert not output.of("CONNECTION_STATUS") or output.status["status"] == "FAILED"
    assert [word for word in named if word.lower() not in problem.lower()] == []
    assert not [request for request in emulator.requests() if request["writes"]]


def test_a_revoked_secret_is_named_by_check_and_not_shown(destination_campaigns, config, tool):
    output = destination_campaigns.run("check", config=changed(config, "1000.revoked.refresh0", "system", tool.secret))
    assert output.status["status"] == "FAILED"
    assert {"refresh_token": "token", "api_key": "API key"}[tool.secret] in output.status["message"]
    assert "1000.revoked.refresh0" not in output.text + output.stderr


def test_a_list_with_a_form_is_refused_by_check(destination_campaigns, config, tool):
    if not tool.forms:
        pytest.skip("its lists have no form")
    output = destination_campaigns.run("check", config=changed(config, "Web sign-up", "streams", 0, "list_name"))
    assert "allow_confirmation_mails" in output.status["message"]


def test_a_good_configuration_passes_check(destination_campaigns, config):
    output = destination_campaigns.run("check", config=config)
    assert (output.code, output.status["status"]) == (0, "SUCCEEDED")
