"""The CRMs that the contract is tested with: one line each. What a test needs to know of a CRM stands here, so that its promise is written once."""

from dataclasses import dataclass, field

from emulators.zoho_accounts.switches import ALL as ACCOUNT_SWITCHES
from emulators.zoho_crm.switches import SWITCHES as CRM_SWITCHES
from emulators.zoho_recruit.switches import SWITCHES as RECRUIT_SWITCHES


@dataclass(frozen=True)
class Crm:
    """One CRM.

    people, contacts, custom: modules of people; the first can be converted where `converts`, `heir` is the module that inherits (None: nobody is named).
    undated: a module without a change time. many: one that bulk jobs refuse. changed: the field of `people` that dates a change.
    roads: options that read by each way there is. criteria: whether any criteria may be given, and not only views.
    prefix: of its switches. list_path: of the calls that read changes. reasons: what restored, hidden or merged records do.
    """

    name: str
    people: str
    contacts: str
    custom: str
    undated: str
    many: str
    small: tuple[str, str]
    changed: str
    status: str
    converts: bool
    heir: str | None
    roads: dict = field(default_factory=dict)
    prefix: str = ""
    list_path: str = ""
    unread_by_bulk: str = "Notes"
    city: str = "City"
    finds_restored_after_s: int = 3600
    credits_of_nothing: int = 8
    switches: tuple = ()

    def readings(self):
        """Every reading that is not the default, of the CRM and of its accounts server."""
        return [(switch.name, reading) for switch in (*self.switches, *ACCOUNT_SWITCHES) for reading in switch.readings[1:]]


CRMS = {
    crm.name: crm
    for crm in (
        Crm(
            name="zoho_crm",
            people="Leads",
            contacts="Contacts",
            custom="Members",
            undated="Visits",
            many="Accounts",
            small=("Accounts", "Deals"),
            changed="Modified_Time",
            status="Lead_Status",
            converts=True,
            heir="Contacts",
            roads={"query": {"bulk_from_rows": 10**9}, "bulk": {"bulk_from_rows": 0}},
            prefix="crm",
            list_path="/coql$",
            switches=CRM_SWITCHES,
        ),
        Crm(
            name="zoho_recruit",
            people="Candidates",
            contacts="Contacts",
            custom="Talent_Pool",
            undated="Assessments",
            many="Clients",
            small=("Clients", "Job_Openings"),
            changed="Updated_On",
            status="Candidate_Status",
            converts=True,
            heir=None,
            finds_restored_after_s=90_000,
            credits_of_nothing=11,
            roads={"pages": {"bulk_from_rows": 10**9}, "bulk": {"bulk_from_rows": 0}},
            prefix="recruit",
            list_path="/recruit/v2/Candidates$",
            switches=RECRUIT_SWITCHES,
        ),
    )
}
