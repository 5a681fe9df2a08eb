"""`mailsync forget --at-vendor`: the mailing tool is told before the ledger is erased, and the address goes by no command line."""

import json

import pytest
import yaml

from mailsync.runner.cli import main

from .people import Source, write

ANN = "ann@new.example.com"


@pytest.fixture
def connection(connector):
    """The connector with a connection file beside its ledger, and Ann on the list."""
    assert write(connector, Source().state({}).record(1, ANN, First_Name="Ann").complete()).code == 0
    content = {
        "source": {"connector": "source-crm", "config": {}},
        "destination": {"connector": "destination-campaigns", "config": connector.config},
        "streams": ["Leads"],
    }
    file = connector.folder / "connection.yaml"
    file.write_text(yaml.safe_dump(json.loads(json.dumps(content))))
    return str(file)


def mailsync(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


def test_the_mailing_tool_never_mails_them_again_and_the_ledger_forgets(connector, connection, capsys):
    assert mailsync("forget", ANN, connection, "--at-vendor") == 0
    assert ANN in connector.state()["suppressed"]
    assert ANN.encode() not in (connector.folder / "ledger.db").read_bytes()
    told = capsys.readouterr()
    assert ANN not in told.out + told.err
    assert "Leads 1" in told.out
    said = write(connector, Source().state({}).record(1, ANN).complete())
    assert "1 skipped(forgotten)" in said.logs


def test_nothing_is_erased_here_when_the_mailing_tool_refused(connector, connection, capsys):
    connector.emulator.faults(system="zoho_campaigns", path="donotmail", kind="reset", times=0)
    assert mailsync("forget", ANN, connection, "--at-vendor") == 3
    connector.emulator.heal()
    assert ANN.encode() in (connector.folder / "ledger.db").read_bytes()
    assert "did not answer" in capsys.readouterr().err


def test_without_being_asked_the_mailing_tool_is_not_called(connector, connection):
    connector.emulator.clear_requests()
    assert mailsync("forget", ANN, connection) == 0
    assert connector.calls() == []
    assert mailsync("forget", ANN, "--ledger", str(connector.folder / "ledger.db"), "--at-vendor") == 2
