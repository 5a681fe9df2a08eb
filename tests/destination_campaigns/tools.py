"""What differs between the mailing tools, as the tests of the destination need it. A further tool is one entry in `TOOLS`."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Tool:
    """`named`: column → the field it feeds by default. `removed`: how the list shows whom we removed, None where it does not.

    `refused`: an address that only the vendor refuses, with our reason. `writes`, `reads`: every call, searched in the request's path, and how often
    the history of the fault matrix makes it (of reads: at least). `in_matrix`: options of the system there, so that each write is made several times.
    `no_fault`: kind → why it cannot happen here. `launching`: the calls that make a campaign and send it.
    """

    name: str
    named: dict
    removed: str | None
    refused: tuple
    longest: int
    full: str
    secrets: tuple
    creation: dict
    launching: tuple
    writes: dict
    reads: dict
    in_matrix: dict = field(default_factory=dict)
    no_fault: dict = field(default_factory=dict)


TOOLS = {
    one.name: one
    for one in (
        Tool(
            "zoho_campaigns",
            {"First_Name": "First Name", "Last_Name": "Last Name", "Interests": "Interests", "New": "Nickname"},
            removed="unsubscribed",
            refused=("info@new.example.com", "role_address"),
            longest=100,
            full="contact limit",
            secrets=("emulated-secret", "1000.emulated.refresh"),
            creation={"first_contact": "seed@example.com"},
            writes={
                "json/listsubscribe": 5,
                "addlistsubscribersinbulk": 2,
                "json/listunsubscribe": 8,
                "json/contactdonotmail": 2,
                "addlistandcontacts": 1,
                "custom/add": 1,
            },
            reads={
                "getmailinglists": 4,
                "listsubscriberscount": 24,
                "getlistsubscribers": 8,
                "contact/allfields": 2,
                "recentcampaigns": 8,
                "getcampaigndetails": 6,
                "campaignreports": 4,
            },
            launching=("createCampaign", "sendcampaign"),
        ),
        Tool(
            "mailigen",
            {"First_Name": "FNAME", "Last_Name": "LNAME", "New": "NICKNAME"},
            removed=None,
            refused=("ünder@new.example.com", "vendor_refused"),
            longest=255,
            full="takes nobody more",
            secrets=("emulated-mailigen-key",),
            creation={},
            writes={"listBatchSubscribe": 7, "listBatchUnsubscribe": 7, "suppressedListBatchSubscribe": 1, "listCreate": 1, "listMergeVarAdd": 3},
            reads={"getAccountDetails": 2, "/lists": 4, "listMergeVars": 6, "listMembers": 24, "suppressedListMembers": 2, "/campaigns": 2},
            in_matrix={"batch_size": 2},
            no_fault={"token": "its key does not expire; a key that is taken back is an error of the configuration"},
            launching=("campaignCreate", "campaignSendNow"),
        ),
    )
}
