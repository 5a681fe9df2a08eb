"""A system is whole in every room it plays in. What it lacks is named, so that somebody who adds one reads here what comes next.

`docs/adding-a-system.md` tells the same as a walk.
"""

import ast
import re
from pathlib import Path

import pytest

from destination_campaigns.systems import INVITING
from destination_campaigns.systems import SYSTEMS as MAILING_LISTS
from destination_crm.systems import SYSTEMS as RESPONSES
from emulators.control import configs
from emulators.vendors import all_vendors
from emulators.world import World
from source_campaigns.systems import SYSTEMS as MAILINGS
from source_crm.systems import SYSTEMS as PEOPLE

ROOT = Path(__file__).resolve().parent.parent
ROLES = {"source-crm": PEOPLE, "destination-campaigns": MAILING_LISTS, "source-campaigns": MAILINGS, "destination-crm": RESPONSES}
INVITES = "destination-campaigns, inviting"
PLAYED = [(connector, system) for connector, systems in ROLES.items() for system in systems] + [(INVITES, system) for system in INVITING]
# What a role asks for besides what every role asks for. {package} is the connector's, {system} the slug.
FILES = {
    "source-crm": ("{connector}/{package}/{system}/manifest.yaml", "{connector}/{package}/{system}/system.py"),
    "source-campaigns": ("{connector}/{package}/{system}/manifest.yaml", "{connector}/{package}/{system}/system.py"),
    "destination-campaigns": ("mailsync/{system}/settings.py", "mailsync/{system}/account.py", "mailsync/{system}/tool.py"),
    "destination-crm": ("mailsync/{system}/settings.py", "mailsync/{system}/crm_account.py"),
    INVITES: ("mailsync/{system}/settings.py", "mailsync/{system}/inviter.py"),
}
# Tables in which each of a role's systems has an entry that begins with its slug.
TABLES = {
    "source-crm": ("acceptance-tests/crms.py",),
    "source-campaigns": (),
    "destination-campaigns": ("acceptance-tests/mailing_tools.py", "tests/destination_campaigns/tools.py"),
    "destination-crm": (),
    INVITES: ("tests/destination_campaigns/test_invitations.py",),
}


@pytest.fixture(scope="module")
def vendors():
    return {vendor.name: vendor for vendor in all_vendors(World(people=5))}


def has_entry(table, system):
    """Whether the slug stands in a file as a text of its own."""
    found = ast.walk(ast.parse((ROOT / table).read_text(encoding="utf-8")))
    return any(isinstance(node, ast.Constant) and node.value == system for node in found)


def lacking(connector, system, vendors):
    """What is not there, in the order in which it is best made."""
    role, connector = connector, connector.partition(",")[0]
    package = connector.replace("-", "_")
    places = [f"emulators/{system}/switches.py", f"docs/systems/{system}.md", f"mailsync/{system}/__init__.py"]
    places += [place.format(connector=connector, package=package, system=system) for place in FILES[role]]
    missing = [place for place in places if not (ROOT / place).is_file()]
    missing += [] if system in vendors else [f"a line in emulators/vendors.py for {system}"]
    missing += [] if f"{connector}.{system}" in configs(vendors) else [f"the configuration {connector}.{system} of the emulator"]
    for folder, pattern in ((f"tests/mailsync/{system}", "test_*.py"), ("tests/emulators", f"test_{system}*.py")):
        missing += [] if any((ROOT / folder).glob(pattern)) else [f"{folder}/{pattern}"]
    missing += [f"an entry in {table}" for table in TABLES[role] if not has_entry(table, system)]
    told = (ROOT / f"docs/connectors/{connector}.md").read_text(encoding="utf-8")
    missing += [] if re.search(rf"\b{system}\b", told) else [f"{system} in docs/connectors/{connector}.md"]
    missing += [] if f"systems/{system}.md" in (ROOT / "README.md").read_text(encoding="utf-8") else [f"docs/systems/{system}.md in README.md"]
    return missing


@pytest.mark.parametrize(("connector", "system"), PLAYED)
def test_a_system_is_whole_in_this_room(connector, system, vendors):
    assert lacking(connector, system, vendors) == []


def test_what_a_new_system_lacks_is_named(vendors):
    missing = lacking("destination-campaigns", "new_tool", vendors)
    assert missing[0] == "emulators/new_tool/switches.py"
    assert {"mailsync/new_tool/tool.py", "a line in emulators/vendors.py for new_tool", "an entry in acceptance-tests/mailing_tools.py"} <= set(
        missing
    )


def test_no_system_is_left_over():
    """Each folder of a vendor is played by some connector; `zoho` and `zoho_accounts` are shared by several."""
    played = {system for _, system in PLAYED}
    named = re.compile(r"(zoho|pipedrive|mailigen)\w*")
    for room in ("mailsync", "emulators"):
        folders = {path.name for path in (ROOT / room).iterdir() if path.is_dir() and named.fullmatch(path.name)} - {"zoho", "zoho_accounts"}
        assert folders <= played, room


def test_the_guide_names_every_kind_of_place():
    guide = (ROOT / "docs/adding-a-system.md").read_text(encoding="utf-8")
    named = [
        place.replace("{connector}", connector).replace("{package}", connector.replace("-", "_")) for connector in FILES for place in FILES[connector]
    ]
    named = [place.replace("{system}", "<system>") for place in named] + [table for tables in TABLES.values() for table in tables]
    assert [place for place in named if place not in guide] == []
