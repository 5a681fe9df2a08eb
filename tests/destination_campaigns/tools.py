"""What differs between the mailing tools, as the tests of the destination need it. A further tool is one entry in `TOOLS`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tool:
    """`named`: column → the field it feeds by default. `removed`: how the list shows whom we removed, None where it does not.

    `refused`: an address that only the vendor refuses, with our reason. `endpoints`: the calls that subscribe, read and take off.
    """

    name: str
    named: dict
    removed: str | None
    refused: tuple
    longest: int
    endpoints: tuple
    full: str
    secrets: tuple
    creation: dict


TOOLS = {
    one.name: one
    for one in (
        Tool(
            "zoho_campaigns",
            {"First_Name": "First Name", "Last_Name": "Last Name", "Interests": "Interests", "New": "Nickname"},
            removed="unsubscribed",
            refused=("info@new.example.com", "role_address"),
            longest=100,
            endpoints=("json/listsubscribe", "getlistsubscribers", "json/listunsubscribe"),
            full="contact limit",
            secrets=("emulated-secret", "1000.emulated.refresh"),
            creation={"first_contact": "seed@example.com"},
        ),
        Tool(
            "mailigen",
            {"First_Name": "FNAME", "Last_Name": "LNAME", "New": "NICKNAME"},
            removed=None,
            refused=("ünder@new.example.com", "vendor_refused"),
            longest=255,
            endpoints=("listBatchSubscribe", "listMembers", "listBatchUnsubscribe"),
            full="takes nobody more",
            secrets=("emulated-mailigen-key",),
            creation={},
        ),
    )
}
