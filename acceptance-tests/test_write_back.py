"""The whole loop: a CRM feeds a mailing list, a campaign is sent, what people do comes back to the CRM, and all of it comes to rest."""

from functools import cached_property

import pytest
from crms import CRMS
from mailing_tools import TOOLS
from piped import Piped

from emulators.process import EmulatorProcess

pytestmark = pytest.mark.slow

SCALE = 300
TOOL, CRM = "zoho_campaigns", "zoho_crm"
RULES = [
    {"name": "note", "makes": "note", "on": ["clicked"], "subject": "{campaign}", "text": "Clicked in {campaign}"},
    {"name": "call", "makes": "activity", "on": ["opened"], "times": 1, "subject": "Call"},
]
STREAMS = ("campaigns", "campaign_reports", "responses")
FIELDS = [{"module": "Leads", "field": "Mailing_Status"}, {"module": "Contacts", "field": "Mailing_Status"}]


@pytest.fixture(scope="module")
def scaled(tmp_path_factory):
    with EmulatorProcess(configs=tmp_path_factory.mktemp("configs"), people=120, time_scale=SCALE) as process:
        yield process


class Loop:
    """Both connections on one ledger."""

    def __init__(self, emulator, folder):
        self.emulator, self.tool = emulator, TOOLS[TOOL]
        for module in ("Leads", "Contacts"):
            emulator.edit(CRM, op="add_field", module=module, field="Mailing_Status", data_type="text")
        ledger = {"ledger": {"kind": "sqlite", "path": str(folder / "ledger.db")}}
        self.before = set(self.tool.members(emulator))
        self._forward = Piped(
            folder,
            ("source-crm", CRMS[CRM].config(emulator)),
            ("destination-campaigns", self.tool.config(emulator, CRMS[CRM]) | ledger),
            CRMS[CRM].streams,
        )
        self._folder, self._ledger = folder, ledger

    @cached_property
    def _back(self):
        """The ledger must be there before: the source looks into it."""
        written = {"opt_out": "any_leaving", "status_fields": FIELDS, "rule_groups": [{"rules": RULES}], "allow_rules_over_brake": True}
        source = self.emulator.config("source-campaigns", TOOL) | self._ledger
        destination = self.emulator.config("destination-crm", CRM) | self._ledger | written
        return Piped(self._folder, ("source-campaigns", source), ("destination-crm", destination), STREAMS)

    def forward(self):
        self.emulator.advance(1800)
        return self._forward.sync()

    def back(self):
        self.emulator.advance(1800)
        return self._back.sync()


@pytest.fixture
def loop(scaled, tmp_path, monkeypatch):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", str(SCALE))
    scaled.reset()
    scaled.move_configs(tmp_path / "configs")
    made = Loop(scaled, tmp_path)
    made.forward()
    return made


def people_by_address(emulator):
    found = {}
    for module in ("Leads", "Contacts"):
        for identifier, row in emulator.state(CRM)["modules"][module].items():
            found.setdefault(str(row["Email"] or "").lower(), []).append((module, identifier))
    return found


def cast(loop, count):
    """Addresses of people whom the forward sync put on the list, each of one record alone."""
    alone = people_by_address(loop.emulator)
    on = [address for address in sorted(loop.tool.active(loop.emulator) - loop.before) if len(alone.get(address, ())) == 1]
    return on[:count]


def writes(emulator, system):
    return [one["path"] for one in emulator.requests() if one["system"] == system and one["writes"]]


def test_the_loop_from_crm_to_list_to_crm_comes_to_rest(loop):
    emulator = loop.emulator
    opened, clicked, left, bounced = cast(loop, 4)
    campaign = emulator.edit(TOOL, op="send", list="Newsletter", name="May news")["campaign"]
    for op, address in (("open", opened), ("click", clicked), ("bounce", bounced)):
        emulator.edit(TOOL, op=op, email=address, campaign=campaign, **({"list": "Newsletter", "kind": "hard"} if op == "bounce" else {}))
    emulator.edit(TOOL, op="unsubscribe", list="Newsletter", email=left, campaign=campaign)
    loop.back()
    people = people_by_address(emulator)
    ids = {name: people[address][0] for name, address in (("opened", opened), ("clicked", clicked), ("left", left), ("bounced", bounced))}
    rows = emulator.state(CRM)["modules"]
    shown = {name: rows[module][identifier]["Mailing_Status"] for name, (module, identifier) in ids.items()}
    assert shown == {"opened": "Opened", "clicked": "Clicked", "left": "Unsubscribed", "bounced": "Hard bounce"}
    (made,) = [one for one in emulator.state(CRM)["campaigns"].values() if one["Campaign_Name"] == "May news"]
    statuses = {person: status for module in made["members"].values() for person, status in module.items()}
    wanted = {"opened": "Opened", "clicked": "Responded", "left": "Opted Out", "bounced": "Bounced"}
    assert {name: statuses[identifier] for name, (_, identifier) in ids.items()} == wanted
    assert {name: rows[module][identifier]["Email_Opt_Out"] for name, (module, identifier) in ids.items()} == {
        "opened": False, "clicked": False, "left": True, "bounced": False
    }  # fmt: skip
    notes = [one for one in rows["Notes"].values() if (one["Parent_Id"] or {}).get("id") == ids["clicked"][1]]
    assert [one["Note_Content"].split("\n")[0] for one in notes] == ["Clicked in May news"]

    # Round again: what came back goes out once more, and then nothing moves.
    loop.forward()
    loop.back()
    now = emulator.state(CRM)
    emulator.clear_requests()
    loop.forward()
    loop.back()
    assert (writes(emulator, TOOL), writes(emulator, CRM)) == ([], [])
    after = emulator.state(CRM)
    assert (after["modules"], after["campaigns"]) == (now["modules"], now["campaigns"])
    assert emulator.state(TOOL)["mails_caused"] == 0
    assert after["automation"] == {}
