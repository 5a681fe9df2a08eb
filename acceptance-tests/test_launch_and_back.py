"""A campaign of the CRM is launched to its members, what they do comes back onto that campaign, and all of it comes to rest. Under `mailsync sync`.

Pipedrive has no campaigns: there the recipients are the people of a filter, and what they did stands in a field of theirs.
"""

import json
import os
import subprocess

import pytest
import yaml
from airbyte_connector import SCRIPTS
from crms import CRMS
from mailing_tools import TOOLS

from emulators.process import EmulatorProcess

pytestmark = pytest.mark.slow

SCALE = 300
NAME = "Spring fair"
PAGE = "<html><body>See you there.</body></html>"
BACK = ("campaigns", "campaign_reports", "responses")
FIRST_CONTACT = {"zoho_campaigns": {"first_contact": "seed@example.com"}, "mailigen": {}}
# Of a member status, and of the status field.
TEXTS = {"Opened": "Opened", "Responded": "Clicked", "Opted Out": "Unsubscribed", "Received": "Delivered"}
RECRUIT = {"recruit_campaign_member_lists": "served", "recruit_campaign_writes": "accepted", "recruit_campaign_members": "accepted"}


class Zoho:
    """Six members of a campaign in two modules; a seventh opted out, an eighth has no address."""

    module = "Campaigns"

    def __init__(self, emulator, crm):
        self.emulator, self.crm = emulator, crm
        first, second = crm.streams
        self.key = emulator.edit(crm.name, op="create", module="Campaigns", record={"Campaign_Name": NAME, "Status": "Planning"})["id"]
        self.people = {}
        for number in range(8):
            record = {"Last_Name": f"Guest {number}", "Email": f"guest{number}@fair.example.com", "Email_Opt_Out": number == 6}
            record |= {"Email": None} if number == 7 else {}
            module = first if number % 2 else second
            identity = emulator.edit(crm.name, op="create", module=module, record=record)["id"]
            emulator.edit(crm.name, op="set_member_status", campaign=self.key, module=module, id=identity, status="Planned")
            self.people[record["Email"]] = (module, identity)
        self.source = crm.config(emulator)
        self.recipients = {"stream": "Campaign_Members", "campaign": self.key}
        self.written = {
            "campaigns": {"status_field": "Status", "figures": [{"figure": "sent", "field": "Mails_Sent"}]},
            "people_modules": [first, second],
        }

    def status(self, address):
        module, identity = self.people[address]
        return self._campaign()["members"][module][identity]

    def opted_out(self, address):
        module, identity = self.people[address]
        return bool(self.emulator.state(self.crm.name)["modules"][module][identity]["Email_Opt_Out"])

    def check(self, state):
        """The CRM's own campaign shows the state, is named as staff named it, and there is no second one."""
        told = {"scheduled": "Planning", "sent": "Complete"}[state]
        campaign = self._campaign()
        assert (campaign["Campaign_Name"], campaign["Status"]) == (NAME, told)
        alike = [one for one in self.emulator.state(self.crm.name)["campaigns"].values() if one["Campaign_Name"].startswith(NAME)]
        assert len(alike) == 1
        if state == "sent":
            assert campaign["Mails_Sent"] == 6 + self.extra

    def _campaign(self):
        return self.emulator.state(self.crm.name)["campaigns"][self.key]


class Pipedrive:
    """Six people of a filter, by their town."""

    key = "spring-2027"

    def __init__(self, emulator, crm):
        self.emulator, self.crm = emulator, crm
        town = emulator.edit(crm.name, op="add_field", module="persons", name="Town")["key"]
        self.field = emulator.edit(crm.name, op="add_field", module="persons", name="Mailing status")["key"]
        self.people = {}
        for number in range(6):
            address = f"guest{number}@fair.example.com"
            record = {"name": f"Guest {number}", "emails": [{"value": address}], "custom_fields": {town: "Fair"}}
            self.people[address] = emulator.edit(crm.name, op="create", module="persons", record=record)["id"]
        emulator.edit(crm.name, op="create_view", module="persons", name="Guests", criteria=[{"field": town, "operator": "=", "value": "Fair"}])
        self.source = crm.config(emulator, selections=[{"module": "persons", "custom_view": "Guests"}])
        self.recipients = {"stream": "persons", **crm.options}
        self.written = {"status_fields": [{"module": "persons", "field": "Mailing status"}], "run_automation": True}

    def status(self, address):
        shown = self.emulator.state(self.crm.name)["modules"]["persons"][self.people[address]]["custom_fields"][self.field]
        return next((ours for ours, theirs in TEXTS.items() if theirs == shown), shown)

    def opted_out(self, address):
        return None

    def check(self, state):
        pass


class Loop:
    """Both connections on one ledger."""

    def __init__(self, emulator, folder, crm, tool):
        self.emulator, self.folder, self.tool = emulator, folder, TOOLS[tool]
        self.crm = (Pipedrive if crm == "pipedrive" else Zoho)(emulator, CRMS[crm])
        self.crm.extra = len(FIRST_CONTACT[tool])
        self.ledger = {"ledger": {"kind": "sqlite", "path": str(folder / "ledger.db")}}
        self.launch = {
            "launch_key": self.crm.key,
            "recipients": [self.crm.recipients],
            "list_name": "Guests of the fair",
            "create_list": True,
            **FIRST_CONTACT[tool],
            "campaign_name": NAME,
            "subject": "See you there",
            "from_name": "Ann",
            "from_email": "letters@example.com",
            "content_page": emulator.publish("fair.html", PAGE),
            "then": "send",
        }
        self._destination = emulator.config("destination-crm", crm) | self.ledger | self.crm.written
        self._destination |= {"opt_out": "any_leaving", "sync_name": "back"}
        self.write()

    def write(self):
        forward = self.emulator.config("destination-campaigns", self.tool.name) | self.ledger
        forward |= {"streams": [], "launches": [self.launch], "sync_name": "out"}
        back = self.emulator.config("source-campaigns", self.tool.name) | self.ledger
        self._file("out", ("source-crm", self.crm.source), ("destination-campaigns", forward), [self.crm.recipients["stream"]])
        self._file("back", ("source-campaigns", back), ("destination-crm", self._destination), BACK)

    def _file(self, name, source, destination, streams):
        (reads, read), (writes, written) = source, destination
        content = {"source": {"connector": reads, "config": read}, "destination": {"connector": writes, "config": written}, "streams": list(streams)}
        (self.folder / f"{name}.yaml").write_text(yaml.safe_dump(content))

    def sync(self, name):
        self.emulator.advance(1800)
        command = [str(SCRIPTS / "mailsync"), "sync", "--json", str(self.folder / f"{name}.yaml")]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=280, env=os.environ)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout), done.stderr

    def launched(self):
        (found,) = [key for key, one in self.emulator.state(self.tool.name)["campaigns"].items() if f"launch {self.crm.key}" in one["name"]]
        return found, self.emulator.state(self.tool.name)["campaigns"][found]

    def writes(self):
        systems = (self.crm.crm.name, self.tool.name)
        return [(one["system"], one["path"]) for one in self.emulator.requests() if one["writes"] and one["system"] in systems]


@pytest.fixture(scope="module")
def scaled(tmp_path_factory):
    with EmulatorProcess(configs=tmp_path_factory.mktemp("configs"), people=60, time_scale=SCALE) as process:
        yield process


PROVE = os.environ.get("MAILSYNC_PROVE") == "1"
# Each CRM and each mailing tool once; every pair when asked to prove.
PAIRS = [(crm, tool) for crm in CRMS for tool in TOOLS]
SAMPLE = [("zoho_crm", "zoho_campaigns"), ("zoho_recruit", "zoho_campaigns"), ("pipedrive", "mailigen")]


@pytest.fixture(params=PAIRS if PROVE else SAMPLE, ids="-".join)
def loop(scaled, tmp_path, monkeypatch, request):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", str(SCALE))
    scaled.reset()
    scaled.switch(**RECRUIT)
    scaled.move_configs(tmp_path / "configs")
    return Loop(scaled, tmp_path, *request.param)


def test_members_of_a_campaign_get_it_once_and_what_they_do_comes_back_onto_it(loop):
    emulator, crm, tool = loop.emulator, loop.crm, loop.tool.name
    _, said = loop.sync("out")
    assert "6 addresses are eligible" in said
    guests = [f"guest{number}@fair.example.com" for number in range(6)]
    key, campaign = loop.launched()
    assert {address: count for address, count in campaign["mailed"].items() if address in guests} == dict.fromkeys(guests, 1)
    assert not {f"guest{number}@fair.example.com" for number in (6, 7)} & set(campaign["mailed"])
    for op, address in (("open", guests[0]), ("open", guests[1]), ("click", guests[1]), ("unsubscribe", guests[2])):
        more = {"list": "Guests of the fair"} if op == "unsubscribe" else {}
        emulator.edit(tool, op=op, email=address, campaign=key, **more)
    loop.sync("back")
    crm.check("sent")
    assert [crm.status(address) for address in guests[:3]] == ["Opened", "Responded", "Opted Out"]
    assert crm.status(guests[3]) in {"Received", "Sent"}
    assert crm.opted_out(guests[2]) in {True, None}

    # Once more: nobody is mailed again, and nothing is written anywhere.
    emulator.clear_requests()
    loop.sync("out")
    loop.sync("back")
    assert loop.writes() == []
    assert loop.launched()[1]["mailed"] == campaign["mailed"]
    crm.check("sent")
