"""The emulated CRMs in the words of these tests: make people, look at what hangs on them. One class a system, for one suite."""

import re
from typing import ClassVar

MARK = re.compile(r"\s*(<br>)?\[ms-[0-9a-f]{16}\]")


def unmarked(text):
    return MARK.sub("", text or "")


class ZohoCrm:
    name = "zoho_crm"
    people, other_people = "Contacts", "Leads"
    row_module, row_name = "Courses", "Name"
    status_field, campaign_field = "Department", "Title"
    activity_type, activity_module = "Calls", "Calls"
    place: ClassVar = {"pipeline": "Renewals", "stage": "Negotiation"}
    owner, owner_id = "Mina Çelik", str(572_000_000_000_000_000 + 11 + 2 * 13)
    write_paths: ClassVar = {"person": "/Contacts$", "activity": "/Calls$", "deal": "/Deals$", "note": "/Notes$", "field": "/Contacts$"}
    system: ClassVar = {}

    def __init__(self, emulator):
        self.emulator = emulator

    def edit(self, **operation):
        return self.emulator.edit(self.name, **operation)

    def state(self):
        return self.emulator.state(self.name)

    def person(self, address, module=None, **record):
        return self.edit(op="create", module=module or self.people, record={"Last_Name": address.split("@")[0], "Email": address, **record})["id"]

    def owned(self, address, city=""):
        """A person of the owner of these tests, in a city."""
        return self.person(address, Owner={"id": self.owner_id}, Mailing_City=city)

    def city_filter(self, name, city):
        criteria = {"field": {"api_name": "Mailing_City"}, "comparator": "equal", "value": city}
        self.edit(op="create_view", module=self.people, name=name, criteria=criteria)

    def merge(self, stays, leaves):
        self.edit(op="merge", module=self.people, id=stays, loser=leaves)

    def of(self, module, person):
        return self.state()["modules"][module][person]

    def shown(self, person, field):
        return self.of(self.people, person)[field]

    def campaigns(self):
        return {one["Mailing_Key"]: one for one in self.state()["campaigns"].values() if one.get("Mailing_Key")}

    def statuses(self, campaign):
        """Person → member status."""
        members = self.campaigns()[campaign]["members"]
        return {person: status for module in members.values() for person, status in module.items()}

    def notes(self, person):
        """Their texts, without marks."""
        rows = self.state()["modules"]["Notes"].values()
        return [unmarked(one["Note_Content"]) for one in rows if (one["Parent_Id"] or {}).get("id") == person]

    def activities(self, person, module="Tasks"):
        rows = self.state()["modules"][module].values()
        return [one for one in rows if person in [(one[name] or {}).get("id") for name in ("Who_Id", "What_Id")]]

    def chosen_activities(self, person):
        """(id, subject, owner) of those of the type of these tests."""
        return [(one["id"], one["Subject"], one["Owner"]["id"]) for one in self.activities(person, self.activity_module)]

    def deals(self, person):
        return [one for one in self.state()["modules"]["Deals"].values() if (one["Contact_Name"] or {}).get("id") == person]

    def chosen_deals(self, person):
        """(title, pipeline, stage, owner)."""
        return [(one["Deal_Name"], one["Pipeline"], one["Stage"], one["Owner"]["id"]) for one in self.deals(person)]

    def rows_of(self, person):
        """Name and score of this person's rows of a custom module."""
        rows = self.state()["modules"][self.row_module].values()
        return [(one["Name"], one["Score"]) for one in rows if (one["Person"] or {}).get("id") == person]

    def opted_out(self, person, module=None):
        return bool(self.of(module or self.people, person)["Email_Opt_Out"])

    def with_address(self, address):
        """(id, name, owner) of the people of this address in the module of these tests."""
        rows = self.state()["modules"][self.people].values()
        return [(one["id"], one["Full_Name"], one["Owner"]["id"]) for one in rows if one["Email"] == address]


class Pipedrive:
    name = "pipedrive"
    people = "persons"
    status_field, campaign_field = "Mailing status", "Mailing campaign"
    activity_type, activity_module = "Newsletter follow-up", "activities"
    place: ClassVar = {"pipeline": "Partners", "stage": "Signed"}
    owner, owner_id = "Ben Seller", "12"
    write_paths: ClassVar = {"person": "/persons$", "activity": "/activities$", "deal": "/deals$", "note": "/notes$", "field": "/persons/[0-9]+$"}
    system: ClassVar = {"opt_out_field": "No mail"}

    def __init__(self, emulator):
        self.emulator = emulator
        for name in (self.status_field, self.campaign_field):
            self.edit(op="add_field", module="persons", name=name)
        self.opt_out_key = self.edit(op="add_field", module="persons", name="No mail", type="enum", options=["Yes", "No"])["key"]
        self.city_key = self.edit(op="add_field", module="persons", name="Town")["key"]

    def edit(self, **operation):
        return self.emulator.edit(self.name, **operation)

    def state(self):
        return self.emulator.state(self.name)

    def person(self, address, **record):
        emails = [{"value": address, "primary": True, "label": "work"}]
        return self.edit(op="create", module="persons", record={"name": address.split("@")[0], "emails": emails, **record})["id"]

    def owned(self, address, city=""):
        return self.person(address, owner_id=int(self.owner_id), custom_fields={self.city_key: city})

    def city_filter(self, name, city):
        self.edit(op="create_view", module="persons", name=name, criteria=[{"field": self.city_key, "operator": "=", "value": city}])

    def merge(self, stays, leaves):
        self.edit(op="merge", module="persons", id=stays, loser=leaves)

    def of(self, module, person):
        return self.state()["modules"][module][person]

    def shown(self, person, field):
        keys = {one["name"]: key for key, one in self.state()["fields"]["persons"].items()}
        return self.of("persons", person)["custom_fields"][keys[field]]

    def notes(self, person):
        return [unmarked(one["content"]) for one in self.state()["modules"]["notes"].values() if str(one["person_id"]) == person]

    def chosen_activities(self, person):
        rows = self.state()["modules"]["activities"].values()
        mine = [one for one in rows if str(one["person_id"]) == person and one["type"] == "newsletter_follow_up"]
        return [(str(one["id"]), one["subject"], str(one["owner_id"])) for one in mine]

    def chosen_deals(self, person):
        places = {5: ("Partners", "Signed")}
        rows = [one for one in self.state()["modules"]["deals"].values() if str(one["person_id"]) == person]
        return [(unmarked(one["title"]), *places[one["stage_id"]], str(one["owner_id"])) for one in rows]

    def opted_out(self, person):
        return self.of("persons", person)["custom_fields"][self.opt_out_key] is not None

    def with_address(self, address):
        rows = self.state()["modules"]["persons"].values()
        return [(str(one["id"]), one["name"], str(one["owner_id"])) for one in rows if address in [mail["value"] for mail in one["emails"]]]


class ZohoRecruit(ZohoCrm):
    name = "zoho_recruit"
    people = "Candidates"
    row_module = "Talent_Pool"
    status_field, campaign_field = "Mailing_Status", "Mailing_Campaign"
    write_paths: ClassVar = {"person": "/Candidates$", "activity": "/Calls$", "note": "/Notes$", "field": "/Candidates$"}

    def __init__(self, emulator):
        super().__init__(emulator)
        for name in (self.status_field, self.campaign_field):
            self.edit(op="add_field", module=self.people, field=name)

    def owned(self, address, city=""):
        return self.person(address, Candidate_Owner={"id": self.owner_id}, City=city)

    def city_filter(self, name, city):
        criteria = {"field": {"api_name": "City"}, "comparator": "equal", "value": city}
        self.edit(op="create_view", module=self.people, name=name, criteria=criteria)

    def chosen_deals(self, _person):
        return []

    def with_address(self, address):
        rows = self.state()["modules"][self.people].values()
        return [(one["id"], one["Full_Name"], one["Candidate_Owner"]["id"]) for one in rows if one["Email"] == address]


EVERY = (ZohoCrm, ZohoRecruit, Pipedrive)
