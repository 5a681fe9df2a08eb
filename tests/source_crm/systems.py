"""The CRMs that the contract is tested with: one line each. What a test needs to know of a CRM stands here, so that its promise is written once."""

from dataclasses import dataclass
from types import ModuleType

from emulators.zoho_accounts.switches import ALL as ACCOUNT_SWITCHES
from emulators.zoho_crm.switches import SWITCHES as CRM_SWITCHES
from emulators.zoho_recruit.switches import SWITCHES as RECRUIT_SWITCHES
from mailsync.zoho_crm import scopes as crm_scopes
from mailsync.zoho_recruit import scopes as recruit_scopes


@dataclass(frozen=True)
class Crm:
    """One CRM.

    people, contacts, custom: modules of people. undated: a module without a change time. small: two modules with few records.
    changed: the field of `people` that dates a change. always: columns that are read whatever the catalog asks for.
    heir: the module whose record takes the place of a converted one (None: the CRM does not say). converted_readings: what it may do meanwhile.
    roads: options that read by each way there is. prefix: of its switches. calls: the path of the calls that read changes.
    finds_unseen_after_s: when what neither a change nor a deletion tells is found. credits_of_nothing: of a stream in which nothing happened.
    scopes: what the connector says it needs.
    """

    name: str
    people: str
    contacts: str
    custom: str
    undated: str
    small: tuple
    changed: str
    always: frozenset
    heir: str | None
    converted_readings: tuple
    roads: dict
    prefix: str
    calls: str
    finds_unseen_after_s: int
    credits_of_nothing: int
    switches: tuple
    scopes: ModuleType

    def readings(self):
        """Every reading that is not the default, of the CRM and of its accounts server."""
        return [(switch.name, reading) for switch in (*self.switches, *ACCOUNT_SWITCHES) for reading in switch.readings[1:]]

    def readings_of(self, switch):
        """The readings of one of its switches."""
        return next(one.readings for one in self.switches if one.name == f"{self.prefix}_{switch}")


CRMS = {
    crm.name: crm
    for crm in (
        Crm(
            name="zoho_crm",
            people="Leads",
            contacts="Contacts",
            custom="Members",
            undated="Visits",
            small=("Accounts", "Deals"),
            changed="Modified_Time",
            always=frozenset({"id", "Modified_Time", "Converted__s"}),
            heir="Contacts",
            converted_readings=(
                {"crm_coql_converted_leads": "excluded"},
                {"crm_coql_converted_leads": "included"},
                {"crm_deleted_holds_converted": "yes"},
            ),
            roads={"query": {"bulk_from_rows": 10**9}, "bulk": {"bulk_from_rows": 0}},
            prefix="crm",
            calls="/coql$",
            finds_unseen_after_s=3600,
            credits_of_nothing=8,
            switches=CRM_SWITCHES,
            scopes=crm_scopes,
        ),
        Crm(
            name="zoho_recruit",
            people="Candidates",
            contacts="Contacts",
            custom="Talent_Pool",
            undated="Assessments",
            small=("Clients", "Job_Openings"),
            changed="Updated_On",
            always=frozenset({"id", "Updated_On"}),
            heir=None,
            converted_readings=(
                {"recruit_bulk_converted": "excluded"},
                {"recruit_bulk_converted": "included"},
                {"recruit_deleted_holds_converted": "yes"},
            ),
            roads={"pages": {"bulk_from_rows": 10**9}, "bulk": {"bulk_from_rows": 0}},
            prefix="recruit",
            calls="/recruit/v2/(Candidates|Contacts)$",
            finds_unseen_after_s=90_000,
            credits_of_nothing=11,
            switches=RECRUIT_SWITCHES,
            scopes=recruit_scopes,
        ),
    )
}
