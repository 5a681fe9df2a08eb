"""The connection file: each way to be wrong has its own sentence, and no value that may be a secret is repeated."""

import json

import pytest

from mailsync.errors import ConfigError
from mailsync.runner.connection import load_connection

GOOD = """
source: {connector: source-crm, config: {token: "${TOKEN}", literal: "$${TOKEN}", list: ["${TOKEN}"]}}
destination: {connector: destination-campaigns, config: mail.json}
streams: [Leads, {name: Contacts, sync_mode: full_refresh, primary_key: id}]
"""


def load(folder, text, **environment):
    (folder / "mail.json").write_text(json.dumps({"sync_name": "${NAME}"}))
    (folder / "newsletter.yaml").write_text(text)
    return load_connection(folder / "newsletter.yaml", {"TOKEN": "t0p-secret", "NAME": "n"} | environment)


def refusal(folder, text):
    with pytest.raises(ConfigError) as refused:
        load(folder, text)
    return str(refused.value)


def test_variables_are_filled_in_anywhere_and_can_be_escaped(tmp_path):
    connection = load(tmp_path, GOOD)
    assert connection.source.config == {"token": "t0p-secret", "literal": "${TOKEN}", "list": ["t0p-secret"]}


def test_a_configuration_may_be_a_file_beside_it(tmp_path):
    assert load(tmp_path, GOOD).destination.config == {"sync_name": "n"}


def test_names_and_places_come_from_the_file(tmp_path):
    connection = load(tmp_path, GOOD)
    assert (connection.name, connection.state, connection.ledger) == (
        "newsletter",
        tmp_path / "newsletter.state.json",
        tmp_path / "newsletter.ledger.db",
    )


def test_a_stream_is_a_name_or_a_mapping(tmp_path):
    leads, contacts = load(tmp_path, GOOD).streams
    assert (leads.name, leads.sync_mode, contacts.sync_mode, contacts.primary_key) == ("Leads", None, "full_refresh", (("id",),))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("${TOKEN}", "${MISSING}"), "`source.config.token` names the environment variable MISSING, which is not set."),
        (("streams:", "strems:"), "'strems', which is not known here. Accepted: destination, name, source, state, streams."),
        (("[Leads, ", "[Leads, Leads, "), "`streams` names Leads twice."),
        (("full_refresh", "sometimes"), "Accepted: full_refresh, incremental."),
        (("mail.json", "absent.json"), "absent.json cannot be read: No such file or directory."),
        (("connector: source-crm, ", ""), "`source.connector` must be a text that is not empty."),
    ],
)
def test_a_mistake_is_named(tmp_path, change, expected):
    assert expected in refusal(tmp_path, GOOD.replace(*change))


def test_a_connection_without_streams_is_told_how_to_name_them(tmp_path):
    assert "`streams` must list at least one stream: its name, or a mapping" in refusal(tmp_path, GOOD.partition("streams")[0])


def test_broken_yaml_is_told_by_line_without_its_content(tmp_path):
    message = refusal(tmp_path, "source: {config: {token: s3cret-value\nstreams: [")
    assert "not valid YAML (line" in message
    assert "s3cret" not in message


def test_a_connector_that_is_not_there_is_named(bench):
    bench.write(source={"connector": "source-nowhere", "config": {}})
    process = bench.run()
    assert process.returncode == 2
    assert "The connector source-nowhere was not found" in process.err


def test_a_state_file_that_is_broken_is_not_overwritten(bench):
    (bench.folder / "people.state.json").write_text("{")
    result = bench.sync()
    assert result["code"] == 2
    assert "is not JSON" in result["err"]
    assert (bench.folder / "people.state.json").read_text() == "{"


def test_a_state_file_of_a_newer_program_is_refused(bench):
    (bench.folder / "people.state.json").write_text('{"version": 2}')
    assert "written by another version" in bench.sync()["err"]
