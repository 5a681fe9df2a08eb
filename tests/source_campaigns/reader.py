"""source-campaigns as a host runs it, and the vendor's side of what it should bring."""

from source_campaigns import SourceCampaigns
from tests.source_crm.crm_reader import Output
from tests.source_crm.crm_reader import Reader as SourceReader

ACTIONS = {
    "openedcontacts": "opened",
    "clickedcontacts": "clicked",
    "optoutcontacts": "unsubscribed",
    "spamcontacts": "complaint",
    "senthardbounce": "hard_bounce",
    "sentsoftbounce": "soft_bounce",
}
OF_MAILIGEN = {"opened": "opened", "clicked": "clicked", "unsubscribed": "unsubscribed", "hard_bounce": "hard_bounce"}
SOFT_OF_MAILIGEN = ("soft_bounce", "blocked_bounce", "temporary_bounce", "generic_bounce")
OWN = {"_ab_cdc_cursor", "read_at"}

__all__ = ["Mailigen", "Output", "Reader", "held", "kept", "vendor_responses"]


class Reader(SourceReader):
    """Reads with one configuration, and what people do meanwhile."""

    source, connector, system = SourceCampaigns, "source-campaigns", "zoho_campaigns"

    def edit(self, **operation):
        return self.emulator.edit(self.system, **operation)

    def vendor(self):
        return self.emulator.state(self.system)

    def campaign(self, name):
        """Key of a campaign by name."""
        return next(key for key, one in self.vendor()["campaigns"].items() if one["name"] == name)

    def send(self, n=0, name="Fresh letter", **more):
        """A campaign to a new list of `n` people of their own."""
        key = self.edit(op="create_list", name=f"List for {name}")["list"]
        self.edit(op="populate", list=key, n=n)
        return self.edit(op="send", list=key, name=name, **more)["campaign"]

    def calls(self, method=None):
        """Paths of the vendor's methods that were called since the last clearing."""
        paths = [one["path"].rpartition("/")[2] for one in self.emulator.requests() if one["system"] == self.system]
        return [path for path in paths if method in (None, path)]


class Mailigen(Reader):
    """The same of another tool."""

    system = "mailigen"

    def newsletter(self):
        return next(key for key, one in self.vendor()["lists"].items() if one["name"] == "Newsletter")

    def active(self):
        return [address for address, member in self.vendor()["lists"][self.newsletter()]["members"].items() if member["status"] == "active"]

    @staticmethod
    def told(state):
        """(campaign, action, address) of everything the vendor knows, by the rules of the streams."""
        found = set()
        for key, one in state["campaigns"].items():
            done = {word: set(one["actions"].get(kind, ())) for word, kind in OF_MAILIGEN.items()}
            soft = set().union(*(one["actions"].get(kind, ()) for kind in SOFT_OF_MAILIGEN))
            bounced, sent = done["hard_bounce"] | soft, set(one["recipients"])
            done |= {"soft_bounce": soft, "sent": sent, "delivered": sent - bounced, "unopened": sent - bounced - done["opened"]}
            found |= {(key, action, address) for action, addresses in done.items() for address in addresses}
        return found


def held(records):
    """What a warehouse holds after these responses: key → the newest row, without what was taken back."""
    rows = {}
    for row in sorted(records, key=lambda row: row["_ab_cdc_cursor"]):
        key = (row["campaign_key"], row["action"], row["address"].lower())
        if "_ab_cdc_deleted_at" in row:
            rows.pop(key, None)
        else:
            rows[key] = kept(row)
    return rows


def kept(row):
    """A record without what differs from read to read."""
    return {name: value for name, value in row.items() if name not in OWN}


def vendor_responses(state, since=0.0):
    """(campaign, action, address) of everything the vendor knows, by the rules of the streams, variants under their campaign."""
    found = set()
    for key, one in state["campaigns"].items():
        if one["sent_at"] < since:
            continue
        done = {word: set(one["actions"].get(action, ())) for action, word in ACTIONS.items()}
        bounced = done["hard_bounce"] | done["soft_bounce"]
        sent = set(one["recipients"])
        done |= {"sent": sent, "delivered": sent - bounced, "unopened": sent - bounced - done["opened"], "unsent": set(one["unsent"])}
        found |= {(one["parent"] or key, action, address) for action, addresses in done.items() for address in addresses}
    return found
