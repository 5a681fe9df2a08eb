"""Campaigns launched to people of a stream: made, sent once, and what keeps them back, against the emulated vendors."""

import pytest

from .conftest import Connector
from .people import Source, write
from .tools import TOOLS

PAGE = "<html><body>Hello $[First Name|you]$ *|FNAME|*</body></html>"


def launch(connector, **more):
    """A launch of the Leads to a list of their own."""
    found = {
        "key": "spring",
        "recipients": [{"stream": "Leads"}],
        "list_name": "Spring people",
        "create_list": True,
        **connector.tool.creation,
        "campaign_name": "Spring",
        "subject": "Spring is here",
        "from_name": "Ann",
        "from_email": "letters@example.com",
        "content_page": connector.emulator.publish("spring.html", PAGE),
        "then": "send",
    }
    return {name: value for name, value in (found | more).items() if value is not None}


@pytest.fixture(params=TOOLS)
def connector(request, emulator, tmp_path):
    made = Connector(emulator, tmp_path, TOOLS[request.param])
    made.config["streams"] = []
    return made


@pytest.fixture
def source():
    return Source()


def people(source, *numbers):
    for number in numbers:
        source.record(number, f"p{number}@new.example.com", First_Name=f"P{number}")
    return source


def campaigns(connector, key="spring"):
    """The campaigns that bear the mark."""
    return [one for one in connector.state()["campaigns"].values() if f"launch {key}" in one["name"]]


def got(connector, key="spring"):
    """Address → mails of this launch it got, over all campaigns that bear its mark."""
    found = {}
    for one in campaigns(connector, key):
        for address, count in one["mailed"].items():
            found[address] = found.get(address, 0) + count
    return {address: count for address, count in found.items() if not address.startswith("seed@")}


def once(*numbers):
    return {f"p{number}@new.example.com": 1 for number in numbers}


def run(connector, source):
    said = write(connector, source)
    assert said.code == 0, said.text
    return said


@pytest.fixture
def zoho_only(connector):
    if connector.tool.name != "zoho_campaigns":
        pytest.skip("the emulator does not make campaigns yet")


@pytest.mark.usefixtures("zoho_only")
def test_everybody_gets_it_once_and_no_later_run_sends_it_again(connector, source):
    connector.set(launches=[launch(connector)])
    said = run(connector, people(source.state({}), 1, 2).complete())
    assert got(connector) == once(1, 2)
    assert "2 from Leads. 2 addresses are eligible" in said.logs
    for _ in range(2):
        said = run(connector, people(source.state(), 3).complete())
        assert got(connector) == once(1, 2)
    assert "was sent" in said.logs or "is being sent" in said.logs
    assert "1 skipped(launched)" in said.logs
