"""A launch in a configuration, and what people got of it."""

from datetime import UTC, datetime

from .people import write

PAGE = "<html><body>Hello $[First Name|you]$ *|FNAME|*</body></html>"
ZONE = "Africa/Lagos"  # an hour ahead of UTC all year, as the emulated account is


def launch(connector, **more):
    """A launch of the Leads to a list of their own."""
    found = {
        "launch_key": "spring",
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


def scheduled(connector, hours=10):
    """`then: schedule` for so many hours from the vendor's now."""
    at = (int(connector.emulator.now() + hours * 3600) // 300 + 1) * 300
    zone = {"time_zone": ZONE} if connector.tool.name == "zoho_campaigns" else {}
    return {"then": "schedule", "at": datetime.fromtimestamp(at, UTC).isoformat(), **zone}


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
