"""The emulated CRMs in the words of these tests: make people, look at what hangs on them. One class a system, for one suite."""


class ZohoCrm:
    name = "zoho_crm"
    people, other_people = "Contacts", "Leads"
    has_campaigns = True
    note_text, deal_title = "Note_Content", "Deal_Name"

    def __init__(self, emulator):
        self.emulator = emulator

    def edit(self, **operation):
        return self.emulator.edit(self.name, **operation)

    def state(self):
        return self.emulator.state(self.name)

    def person(self, address, module=None, **record):
        return self.edit(op="create", module=module or self.people, record={"Last_Name": address.split("@")[0], "Email": address, **record})["id"]

    def user(self, number):
        """As a record's owner is given."""
        return {"id": str(572_000_000_000_000_000 + 11 + number * 13)}

    def of(self, module, person):
        return self.state()["modules"][module][person]

    def campaigns(self):
        return {one["Mailing_Key"]: one for one in self.state()["campaigns"].values() if one.get("Mailing_Key")}

    def statuses(self, campaign):
        """Person → member status."""
        members = self.campaigns()[campaign]["members"]
        return {person: status for module in members.values() for person, status in module.items()}

    def notes(self, person):
        return [one for one in self.state()["modules"]["Notes"].values() if (one["Parent_Id"] or {}).get("id") == person]

    def activities(self, person, module="Tasks"):
        rows = self.state()["modules"][module].values()
        return [one for one in rows if person in [(one[name] or {}).get("id") for name in ("Who_Id", "What_Id")]]

    def deals(self, person):
        return [one for one in self.state()["modules"]["Deals"].values() if (one["Contact_Name"] or {}).get("id") == person]

    def opted_out(self, person, module=None):
        return bool(self.of(module or self.people, person)["Email_Opt_Out"])
