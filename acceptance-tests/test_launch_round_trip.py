"""From a campaign's members in the CRM to mails in their inboxes, under `mailsync sync`: those who are linked to it, once, and nobody else.

A normal run takes one mailing tool; MAILSYNC_PROVE=1 takes all.
"""

import os
import re

import pytest
from connection import Pair
from pairs import PAIRS, name_of

TOKENS_AGAIN_S = 601
PROVE = os.environ.get("MAILSYNC_PROVE") == "1"
LAUNCHES = [one for one in PAIRS if one[0].name == "zoho_crm"][: None if PROVE else 1]
FIRST = {"zoho_campaigns": {"first_contact": "seed@example.com"}, "mailigen": {}}

pytestmark = pytest.mark.slow


class Fair:
    """A campaign of the CRM, linked to some leads and contacts, and its launch to a list of its own."""

    def __init__(self, pair):
        self.pair, self.vendors = pair, pair.emulator
        self.modules = self.vendors.state("zoho_crm")["modules"]
        self.campaign, self.name = next((key, one["Campaign_Name"]) for key, one in self.vendors.state("zoho_crm")["campaigns"].items())
        pair.source["selections"] = [{"module": "Campaign_Members", "criteria": [{"field": "Campaign_Name", "comparator": "in", "value": self.name}]}]
        pair.streams = ["Campaign_Members"]
        pair.destination["streams"] = []
        self.launches(then="draft")

    def launches(self, **more):
        self.pair.destination["launches"] = [
            {
                "launch_key": self.campaign,
                "recipients": [{"stream": "Campaign_Members", "campaign": self.name}],
                "list_name": "Fair",
                "create_list": True,
                **FIRST[self.pair.tool.name],
                "campaign_name": "See you at the fair",
                "subject": "See you",
                "from_email": "letters@example.com",
                "content_page": self.vendors.publish("fair.html", "<p>Hello</p>"),
                **more,
            }
        ]
        self.pair.write()

    def mailable(self, module, count):
        """Ids of people with an address of their own, who may be mailed."""
        addresses = [str(one["Email"] or "").lower() for people in ("Leads", "Contacts") for one in self.modules[people].values()]
        plain = re.compile(r"[a-z0-9.-]+@[a-z0-9.-]+\.(com|org)")
        fit = [
            key
            for key, one in sorted(self.modules[module].items())
            if plain.fullmatch(address := str(one["Email"] or "").lower()) and addresses.count(address) == 1 and not one["Email_Opt_Out"]
        ]
        return fit[:count]

    def link(self, module, ids):
        self.vendors.edit("zoho_crm", op="set_member_status", campaign=self.campaign, module=module, ids=ids, status="Planned")

    def addresses(self, module, ids):
        return {self.modules[module][one]["Email"].lower() for one in ids}

    def sync(self):
        self.vendors.advance(TOKENS_AGAIN_S)
        result = self.pair.sync()
        assert result["code"] == 0, result["err"]

    def mailed(self):
        campaigns = self.vendors.state(self.pair.tool.name)["campaigns"].values()
        counts = [one["mailed"] for one in campaigns if f"launch {self.campaign}" in one["name"]]
        assert all(count == 1 for one in counts for count in one.values())
        return {address for one in counts for address in one} - {"seed@example.com"}


@pytest.mark.parametrize("between", LAUNCHES, ids=name_of)
def test_the_members_of_a_campaign_get_it_once(emulator, tmp_path, between):
    fair = Fair(Pair(emulator, tmp_path, between))
    leads, contacts = fair.mailable("Leads", 4), fair.mailable("Contacts", 3)
    fair.link("Leads", leads[:3])
    fair.link("Contacts", contacts)
    fair.sync()
    assert fair.mailed() == set()
    emulator.edit("zoho_crm", op="remove_member", campaign=fair.campaign, module="Leads", ids=leads[:1])
    emulator.edit("zoho_crm", op="update", module="Contacts", id=contacts[0], record={"Email_Opt_Out": True})
    fair.link("Leads", leads[3:])
    fair.launches(then="send")
    fair.sync()
    wanted = fair.addresses("Leads", leads[1:]) | fair.addresses("Contacts", contacts[1:])
    assert fair.mailed() == wanted
    fair.link("Contacts", fair.mailable("Contacts", 5)[3:])
    fair.sync()
    assert fair.mailed() == wanted
    told = fair.pair.run("history")
    assert f"launch {fair.campaign}  was sent" in told.out
