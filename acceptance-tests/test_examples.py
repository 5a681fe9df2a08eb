"""The configurations that the documents show are ones that the connectors accept."""

import subprocess
from pathlib import Path

import pytest
from airbyte_connector import SCRIPTS, parsed
from jsonschema import Draft7Validator

from mailsync.runner.connection import load_connection

EXAMPLES = sorted((Path(__file__).resolve().parent.parent / "docs/examples").glob("*.yaml"))
SECRETS = {
    "PIPEDRIVE_API_TOKEN": "fa4e" * 10,
    "ZOHO_CLIENT_ID": "1000.ABC",
    "ZOHO_CLIENT_SECRET": "abc",
    "ZOHO_CRM_REFRESH_TOKEN": "1000.a.b",
    "ZOHO_CAMPAIGNS_REFRESH_TOKEN": "1000.c.d",
    "ZOHO_RECRUIT_REFRESH_TOKEN": "1000.e.f",
}


def form(connector):
    done = subprocess.run([str(SCRIPTS / connector), "spec"], capture_output=True, text=True, timeout=60, check=True)
    (spec,) = parsed(done).of("SPEC")
    return Draft7Validator(spec["connectionSpecification"])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
@pytest.mark.parametrize("role", ["source", "destination"])
def test_an_example_is_accepted(example, role):
    connection = load_connection(example, SECRETS)
    choice = getattr(connection, role)
    ledger = {"ledger": {"kind": "sqlite", "path": str(connection.ledger)}} if role == "destination" else {}
    assert [error.message for error in form(choice.command).iter_errors({**choice.config, **ledger})] == []


def test_there_are_examples():
    assert EXAMPLES
