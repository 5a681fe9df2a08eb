"""The CRMs of the round trips: how each one's people are found and changed. A further CRM is one entry in `CRMS`."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Crm:
    """`streams` feed the list and are modules of the emulated CRM; `people` is the stream whose people are edited; the rest are its field names.

    `options` go with each stream in the destination's configuration. `source`: options of the source for small accounts.
    """

    name: str
    streams: tuple
    address: str = "Email"
    last_name: str = "Last_Name"
    opt_out: str = "Email_Opt_Out"
    secrets: tuple = ()
    options: dict = field(default_factory=dict)
    converts: bool = False

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


OF_ZOHO = ("emulated-secret-0000", "1000.emulated.refresh")
CRMS = {
    one.name: one
    for one in (
        Crm("zoho_crm", ("Leads", "Contacts"), secrets=OF_ZOHO, converts=True),
    )
}  # fmt: skip
