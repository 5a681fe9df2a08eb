"""The CRMs that the contract is tested with, one entry each. What a test needs to know of a CRM stands here, so that its promise is written once.

What a CRM lacks is said in `lacks`, with the reason: a test marked `needs(…)` is left out for it.
"""

from dataclasses import dataclass, field
from types import ModuleType

from emulators.pipedrive.switches import SWITCHES as PIPEDRIVE_SWITCHES
from emulators.zoho_accounts.switches import ALL as ACCOUNT_SWITCHES
from emulators.zoho_crm.switches import SWITCHES as CRM_SWITCHES
from emulators.zoho_recruit.switches import SWITCHES as RECRUIT_SWITCHES
from mailsync.zoho_crm import scopes as crm_scopes
from mailsync.zoho_recruit import scopes as recruit_scopes
from tests.source_crm.crm_reader import Reader

NEEDS = ("bulk", "conversion", "count", "criteria", "deleted_list", "formulas", "hidden_modules", "undated", "zoho_accounts")


def needed(lacks, marks):
    """Why a CRM that lacks these cannot have a test with these marks; empty where it can."""
    wanted = [mark.args[0] for mark in marks]
    assert set(wanted) | set(lacks) <= set(NEEDS)
    return next((lacks[what] for what in wanted if what in lacks), "")


@dataclass(frozen=True)
class Crm:
    """One CRM, here as Zoho's are.

    people, contacts, custom: modules of people, where it has so many. undated: a module without a change time. small: two modules with few records.
    changed: the column of `people` that dates a change. city: the column of the field City. columns: two columns of people, and `always` those that
    are read whatever the catalog asks for. everybody: a view of all people.
    heir: the module whose record takes the place of a converted one (None: the CRM does not say). converted_readings: what it may do meanwhile;
    so for merged and restored records, and views that are gone.
    roads: options that read by each way there is; everything: those with which all is read that can be. steps: what makes checkpoints frequent.
    prefix: of its switches. calls, fields, metadata: paths of the calls that read changes, read fields, and begin a read; comparison: of one that
    is made to compare ids. finds_unseen_after_s: when what neither a change nor a deletion tells is found.
    cost_of_nothing: of a stream in which nothing happened, in `money`.
    wrong_secret: options that cannot work. too_many: of the message of a limit that lasts; revoked: words of the answer to
    a revoked token. secrets: what no message may hold.
    scopes: what the connector says it needs. unread: switches that no read can notice, and those that other tests are about.
    """

    name: str
    people: str
    contacts: str
    custom: str
    small: tuple
    changed: str
    always: frozenset
    roads: dict
    prefix: str
    calls: str
    finds_unseen_after_s: int
    cost_of_nothing: int
    switches: tuple
    undated: str | None = None
    heir: str | None = None
    city: str = "City"
    columns: tuple = ("Last_Name", "Email")
    money: str = "credits"
    converted_readings: tuple = ()
    merged_readings: tuple = ({},)
    restored_readings: tuple = ({},)
    gone_view_readings: tuple = ({},)
    steps: tuple = (("source_crm.zoho.bulk_chain.ROWS_PER_CHECKPOINT", 1000),)
    everything: dict = field(default_factory=dict)
    fields: str = "/settings/fields"
    metadata: tuple = ("/org$", "/settings/modules$", "/settings/fields", "/oauth/v2/token")
    comparison: str = "/deleted$"
    wrong_secret: dict = field(default_factory=lambda: {"client_secret": "wrong-secret-0001"})
    too_many: str = "credits"
    revoked: tuple = ("invalid_code", "refresh token")
    secrets: tuple = ("emulated-secret-0000", "1000.emulated.refresh", "Zoho-oauthtoken", "refresh_token", "select id", "?type=", "Response (body)")
    scopes: ModuleType | None = None
    unread: tuple = ()
    lacks: dict = field(default_factory=dict)

    @property
    def everybody(self):
        return f"All {self.people}"

    @property
    def followed(self):
        """Modules whose deleted records become tombstones."""
        return (self.people, self.contacts, *self.small)

    def readings(self):
        """Every reading that is not the default, of the CRM and of its accounts server."""
        return [(switch.name, reading) for switch in (*self.switches, *ACCOUNT_SWITCHES) for reading in switch.readings[1:]]

    def readings_of(self, switch):
        """The readings of one of its switches."""
        return next(one.readings for one in self.switches if one.name == f"{self.prefix}_{switch}")

    def reader(self, emulator, **config):
        """A host of source-crm with a working configuration."""
        return Reader(emulator, self.name, **config)

    def held(self, emulator, module=None):
        return emulator.state(self.name)["modules"][module or self.people]

    def edit(self, emulator, op, module=None, **more):
        """What people do in the CRM, with one of `people` unless another module is named."""
        return emulator.edit(self.name, op=op, module=module or self.people, **more)

    def move(self, emulator, identity, city):
        """To another city, which is a change."""
        self.edit(emulator, "update", id=identity, record={"City": city})

    def new(self, emulator, address="new@example.org", module=None):
        return self.edit(emulator, "create", module, record={"Last_Name": "New", "Email": address})["id"]

    def erase_address(self, emulator, identity):
        self.edit(emulator, "update", id=identity, record={"Email": None})

    def add_field(self, emulator, name):
        self.edit(emulator, "add_field", field=name, data_type="text")

    def column(self, name):
        """The column of an added field."""
        return name

    def convert(self, emulator, identity):
        return self.edit(emulator, "convert", id=identity)

    def revoke(self, emulator):
        emulator.edit("zoho", op="revoke_token")

    def city_of(self, state, record):
        return record.get("City")

    def shown(self, state, module, record):
        """What must stand in a record's columns."""
        return {name: record.get(name) for name in ("Email", "City", "Last_Name")}

    def also(self, emulator):
        """What else people do."""

    def by_city(self, emulator):
        """City → ids of its people."""
        state, found = emulator.state(self.name), {}
        for key, record in state["modules"][self.people].items():
            if city := self.city_of(state, record):
                found.setdefault(city, set()).add(key)
        return found

    def in_city(self, emulator, city):
        return self.by_city(emulator).get(city, set())

    def cities(self, emulator):
        return sorted(self.by_city(emulator))

    def where(self, city):
        """A view's criteria, in the vendor's words."""
        return {"field": {"api_name": "City"}, "comparator": "equal", "value": city}

    def created_since(self, days):
        """A view's criteria that mean other records each day."""
        return {"field": {"api_name": "Created_Time"}, "comparator": "greater_equal", "value": f"${{NOW}}-{days}"}

    def make_view(self, emulator, name, criteria, **more):
        return self.edit(emulator, "create_view", name=name, criteria=criteria, **more)["id"]

    def select(self, **selection):
        """Configuration that selects of `people`."""
        return {"selections": [{"module": self.people, **selection}]}

    def spent(self, emulator):
        return sum(request["credits"] for request in emulator.requests() if request["system"] == self.name)


class Pipedrive(Crm):
    """Addresses are arrays, City is a custom field, ids are numbers; deleted persons are found by comparing ids, here in every sync."""

    everybody = "Everybody"

    def reader(self, emulator, **config):
        return Reader(emulator, self.name, **config | {"system": {"compare_ids_every_hours": 0} | config.get("system", {})})

    def readings(self):
        return [(switch.name, reading) for switch in self.switches for reading in switch.readings[1:]]

    def new(self, emulator, address="new@example.org", module=None):
        """As the vendor answers: without a time of change."""
        record = {"name": "New", "emails": [{"value": address}], "update_time": None} if module in (None, self.people) else {"name": "New"}
        return self.edit(emulator, "create", module, record=record)["id"]

    def erase_address(self, emulator, identity):
        self.edit(emulator, "update", id=identity, record={"emails": []})

    def add_field(self, emulator, name):
        self.edit(emulator, "add_field", name=name)

    def column(self, name):
        return name.lower()

    def revoke(self, emulator):
        self.edit(emulator, "revoke_token", kind="api")

    def city_of(self, state, record):
        (key,) = (key for key, one in state["fields"]["persons"].items() if one["name"] == "City")
        return record["custom_fields"][key]

    def shown(self, state, module, record):
        """A person shows the name of the organization, too."""
        if module != self.people:
            return {"name": record["name"]}
        organization = state["modules"]["organizations"].get(str(record["org_id"])) if record["org_id"] else None
        addresses = record["emails"] or [{"value": None}]
        own = {"name": record["name"], "email": addresses[0]["value"], "city": self.city_of(state, record)}
        return own | ({"organization_name": organization["name"]} if organization else {})

    def also(self, emulator):
        *_, renamed, gone = sorted(self.held(emulator, "organizations"), key=int)
        self.edit(emulator, "delete", "organizations", id=gone)
        self.edit(emulator, "update", "organizations", id=renamed, record={"name": "Renamed"})

    def where(self, city):
        return [{"field": "City", "operator": "=", "value": city}]

    def created_since(self, days):
        return [{"field": "add_time", "operator": ">=", "value": f"{days}_days_ago"}]


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
            merged_readings=({"crm_deleted_merged_type": "recycle"}, {"crm_deleted_merged_type": "permanent"}),
            restored_readings=({"crm_restored_modified_time": "old"}, {"crm_restored_modified_time": "new"}),
            roads={"query": {"bulk_from_rows": 10**9}, "bulk": {"bulk_from_rows": 0}},
            prefix="crm",
            calls="/coql$",
            finds_unseen_after_s=3600,
            cost_of_nothing=8,
            switches=CRM_SWITCHES,
            scopes=crm_scopes,
            unread=(
                "search_",
                "member_",
                "campaign_member",
                "related_",
                "layout_",
                "opt_out_",
                "converted_lead_member",
                "wrong_method",
            ),
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
            converted_readings=(
                {"recruit_bulk_converted": "excluded"},
                {"recruit_bulk_converted": "included"},
                {"recruit_deleted_holds_converted": "yes"},
            ),
            merged_readings=({"recruit_deleted_merged_type": "recycle"}, {"recruit_deleted_merged_type": "permanent"}),
            restored_readings=({"recruit_restored_modified_time": "old"}, {"recruit_restored_modified_time": "new"}),
            roads={"pages": {"bulk_from_rows": 10**9}, "bulk": {"bulk_from_rows": 0}},
            prefix="recruit",
            calls="/recruit/v2/(Candidates|Contacts)$",
            finds_unseen_after_s=90_000,
            cost_of_nothing=11,
            switches=RECRUIT_SWITCHES,
            scopes=recruit_scopes,
            unread=("search_", "related_", "opt_out_", "wrong_method", "member_", "campaign_member"),
        ),
        Pipedrive(
            name="pipedrive",
            people="persons",
            contacts="organizations",
            custom="deals",
            small=("deals", "activities"),
            changed="update_time",
            always=frozenset({"id", "add_time", "update_time"}),
            roads={"list": {}, "filter": {"selections": [{"module": "persons", "custom_view": "Everybody"}]}},
            prefix="pipedrive",
            calls="/api/v2/persons$",
            finds_unseen_after_s=3600,
            cost_of_nothing=72,
            switches=PIPEDRIVE_SWITCHES,
            city="city",
            columns=("name", "email"),
            money="tokens",
            gone_view_readings=tuple({"pipedrive_filter_gone": one} for one in ("404", "400", "403")),
            steps=(("source_crm.pipedrive.first_read.ROWS_PER_CHECKPOINT", 1000),),
            everything={"system": {"organization_fields": ["name"]}},
            fields="/personFields$",
            metadata=("/users/me$", "/personFields$"),
            comparison="/api/v2/persons$",
            wrong_secret={
                "credentials": {
                    "method": "oauth",
                    "client_id": "emulated-client",
                    "client_secret": "wrong-secret-0001",
                    "refresh_token": "1:1:emulated",
                }
            },
            too_many="two seconds",
            revoked=("API token",),
            secrets=("fa4e" * 10, "@example", "api_token="),
            unread=(
                "note_",
                "patch_",
                "due_date",
                "unknown_activity",
                "search_",
                "query_token",
                "over_limit",
                "marketing_",
                "daily_",
                "filter_gone",
                "burst_text",
            ),
            lacks={
                "bulk": "it has no bulk jobs",
                "conversion": "it does not convert people",
                "count": "it has none; the log tells how many there are at most",
                "criteria": "its API takes none: a filter is made there and named",
                "deleted_list": "persons are found deleted by comparing ids, however long ago",
                "formulas": "its API shows formula fields to nobody",
                "hidden_modules": "what a user may not see is told of records, not of entities",
                "undated": "every entity has a time of change",
                "zoho_accounts": "its tokens are its own: tests/source_crm/test_pipedrive_limits.py",
            },
        ),
    )
}
