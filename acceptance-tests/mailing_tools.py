"""The mailing tools of the round trips: what each one shows, and the words it uses. A further tool is one entry in `TOOLS`."""

from dataclasses import dataclass

NEWSLETTER = "Newsletter"


@dataclass(frozen=True)
class Tool:
    """`removed`: how the list shows somebody whom we removed; `last_name`: its field; `refused`: an address that it refuses.

    `full`: what a run says when the plan is full; `forms`: a list may have a sign-up form; `secret`: option and secret of the configuration.
    """

    name: str
    removed: str
    last_name: str
    refused: str
    full: str
    forms: bool
    secret: str
    secrets: tuple

    def config(self, emulator, crm=None):
        """A working configuration of destination-campaigns, fed by this CRM's streams."""
        config = emulator.config("destination-campaigns", self.name)
        if crm is not None:
            config["streams"] = [{"stream": stream, "list_name": NEWSLETTER, **crm.options} for stream in crm.streams]
        return config

    def memberships(self, emulator, name=NEWSLETTER):
        """Address key → membership on the list of that name."""
        (found,) = (one["members"] for one in emulator.state(self.name)["lists"].values() if one["name"] == name)
        return found

    def members(self, emulator, name=NEWSLETTER):
        """Address key → status on the list."""
        return {address: member["status"] for address, member in self.memberships(emulator, name).items()}

    def active(self, emulator):
        return {address for address, status in self.members(emulator).items() if status == "active"}

    def lists_now(self, emulator):
        """Everything that can be compared between two runs: who stands where, with which fields."""
        lists = emulator.state(self.name)["lists"].values()
        return {one["name"]: {address: (m["status"], m["fields"]) for address, m in one["members"].items()} for one in lists}

    def does(self, emulator, op, address):
        """What a person does; to leave everything names no list."""
        more = {} if op == "opt_out" else {"list": NEWSLETTER}
        emulator.edit(self.name, op=op, email=address, **more)

    def fill(self, emulator):
        """The plan takes nobody more."""
        state = emulator.state(self.name)
        active = {address for one in state["lists"].values() for address, member in one["members"].items() if member["status"] == "active"}
        emulator.edit(self.name, op="set_contact_limit", n=state.get("contacts", len(active)))

    def writes(self, emulator):
        return [one for one in emulator.requests() if one["system"] == self.name and one["writes"]]


TOOLS = {
    one.name: one
    for one in (
        Tool(
            "zoho_campaigns", "unsubscribed", "Last Name", refused="info@example.com", full="contact limit", forms=True, secret="refresh_token",
            secrets=("emulated-secret-0000", "1000.emulated.refresh"),
        ),
        Tool(
            "mailigen", "absent", "LNAME", refused="nobody@mail.invalid", full="takes nobody more", forms=False, secret="api_key",
            secrets=("emulated-mailigen-key-0000",),
        ),
    )
}  # fmt: skip
