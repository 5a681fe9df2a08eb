"""The CRMs of the round trips: how each one's people are found and changed. A further CRM is one entry in `CRMS`."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Crm:
    """`streams` feed the list and are modules of the emulated CRM; `people` is the stream whose people are edited; the rest are its field names.

    `options` go with each stream in the destination's configuration. `read`: streams for the contract of a source, people first.
    `wrong_secret`: options that cannot work.
    """

    name: str
    streams: tuple
    address: str = "Email"
    last_name: str = "Last_Name"
    opt_out: str = "Email_Opt_Out"
    secrets: tuple = ()
    options: dict = field(default_factory=dict)
    converts: bool = False
    read: tuple = ()
    wrong_secret: dict = field(default_factory=lambda: {"client_secret": "wrong-secret-0001"})

    @property
    def people(self):
        return self.streams[0]

    def config(self, emulator, **options):
        """A working configuration of source-crm."""
        return emulator.config("source-crm", self.name) | options

    def rows(self, emulator):
        """(stream, id, record) of everybody."""
        modules = emulator.state(self.name)["modules"]
        return [(stream, identity, row) for stream in self.streams for identity, row in modules[stream].items()]

    def address_of(self, row):
        """The address that goes to the list, in lower case; empty where there is none."""
        return str(row.get(self.address) or "").lower()

    def addresses(self, emulator):
        return [self.address_of(row) for _, _, row in self.rows(emulator)]

    def person(self, emulator, wanted, *, without=()):
        """(id, address) of one of the `people` whose address is theirs alone and among `wanted`, and who did not opt out."""
        rows = self.rows(emulator)
        addresses = [self.address_of(row) for _, _, row in rows]
        for stream, identity, row in rows:
            address = self.address_of(row)
            alone = stream == self.people and addresses.count(address) == 1
            if alone and address in wanted and address not in without and not row.get(self.opt_out):
                return identity, address
        raise AssertionError("the account has too few people for this story")

    def edit(self, emulator, op, **more):
        return emulator.edit(self.name, op=op, module=self.people, **more)

    def rename(self, emulator, identity, last_name):
        self.edit(emulator, "update", id=identity, record={self.last_name: last_name})

    def move(self, emulator, identity, address):
        self.edit(emulator, "update", id=identity, record={self.address: address})

    def opt_out_of(self, emulator, identity):
        self.edit(emulator, "update", id=identity, record={self.opt_out: True})

    def delete(self, emulator, identity):
        self.edit(emulator, "delete", id=identity)

    def create(self, emulator, address, **fields):
        return self.edit(emulator, "create", record={self.last_name: "Newest", self.address: address, **fields})["id"]


class Pipedrive(Crm):
    """Persons have arrays of addresses and one name; who does not want mail is an option of a custom field."""

    def config(self, emulator, **options):
        """Ids are compared in every sync, as deleted persons are found by nothing else."""
        config = super().config(emulator, **options)
        return config | {"system": config["system"] | {"compare_ids_every_hours": 0}}

    def rows(self, emulator):
        """With the address and the opt-out as columns."""
        fields = emulator.state(self.name)["fields"]["persons"]
        (key,) = (key for key, field in fields.items() if field["name"] == "Newsletter opt-out")
        (yes,) = (option["id"] for option in fields[key]["options"] if option["label"] == "Yes")

        def shown(row):
            address = row["emails"][0]["value"] if row["emails"] else None
            return row | {self.address: address, self.opt_out: row["custom_fields"][key] == yes}

        return [(stream, identity, shown(row)) for stream, identity, row in super().rows(emulator)]

    def rename(self, emulator, identity, last_name):
        self.edit(emulator, "update", id=identity, record={"name": f"Ann {last_name}"})

    def move(self, emulator, identity, address):
        self.edit(emulator, "update", id=identity, record={"emails": [{"value": address}]})

    def opt_out_of(self, emulator, identity):
        self.edit(emulator, "update", id=identity, record={"Newsletter opt-out": "Yes"})

    def create(self, emulator, address, **fields):
        record = {"name": f"Ann {fields.get(self.last_name, 'Newest')}", "emails": [{"value": address}]}
        return self.edit(emulator, "create", record=record)["id"]


OF_ZOHO = ("emulated-secret-0000", "1000.emulated.refresh")
CRMS = {
    one.name: one
    for one in (
        Crm("zoho_crm", ("Leads", "Contacts"), secrets=OF_ZOHO, converts=True, read=("Leads", "Contacts", "Members")),
        Crm("zoho_recruit", ("Candidates", "Contacts"), secrets=OF_ZOHO, read=("Candidates", "Contacts", "Talent_Pool")),
        Pipedrive(
            "pipedrive",
            ("persons",),
            address="email",
            last_name="last_name",
            opt_out="newsletter_opt_out",
            secrets=("fa4e" * 10,),
            read=("persons", "organizations", "deals"),
            wrong_secret={"credentials": {"method": "api_token", "api_token": "wrong-secret-0001"}},
            options={"opt_out_field": "newsletter_opt_out", "last_contacted_field": "last_contacted"},
        ),
    )
}  # fmt: skip
