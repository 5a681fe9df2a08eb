"""Every way in which a source reads a system, for the tests that hold for all of them: one entry each in `WAYS`.

A way has a small story: a first read, changes, a second read; and says what a warehouse must hold afterwards.
"""

from dataclasses import dataclass, field

from tests.source_campaigns.reader import Mailigen, Reader, held, vendor_responses
from tests.source_campaigns.survey_account import BETTER, HOW, Account
from tests.source_crm.systems import CRMS
from tests.source_crm.test_readings import agrees, warehouse

OF_CAMPAIGNS = ("responses", "campaigns", "campaign_reports", "contacts", "lists")


@dataclass
class OfCrm:
    """source-crm, by one of the roads of a CRM. `endpoints`: every path that the story calls; `no_fault`: kind → why it cannot happen here."""

    crm: object
    road: str
    endpoints: tuple
    options: dict = field(default_factory=dict)
    no_fault: dict = field(default_factory=dict)

    @property
    def name(self):
        return f"{self.crm.name}-{self.road}"

    @property
    def system(self):
        return self.crm.name

    @property
    def streams(self):
        return (self.crm.people, self.crm.contacts)

    def host(self, vendors):
        return self.crm.reader(vendors, **self.crm.everything, **self.crm.roads[self.road], **self.options)

    def begins(self, vendors):
        """The account as it is."""

    def changes(self, vendors):
        people, contacts = (sorted(self.crm.held(vendors, name)) for name in self.streams)
        self.crm.move(vendors, people[0], "Ulm")
        self.crm.erase_address(vendors, people[1])
        self.crm.edit(vendors, "delete", id=people[2])
        self.crm.edit(vendors, "delete", self.crm.contacts, id=contacts[0])
        self.crm.new(vendors)
        vendors.advance(3600)

    def agrees(self, vendors, outputs):
        rows = {stream: {} for stream in self.streams}
        for output in outputs:
            warehouse(rows, output)
        agrees(vendors, self.crm, rows)

    def tombstones_of_the_living(self, vendors, output):
        return {(stream, key) for stream in self.streams for key in output.gone(stream) if key in self.crm.held(vendors, stream)}


@dataclass
class OfMailingTool:
    """source-campaigns, of one mailing tool. `responses`: what of the vendor's state the stream must show."""

    system: str
    reader: type
    responses: object
    endpoints: tuple
    no_fault: dict = field(default_factory=dict)
    streams: tuple = OF_CAMPAIGNS

    @property
    def name(self):
        return self.system

    def host(self, vendors):
        return self.reader(vendors)

    def begins(self, vendors):
        self._send(vendors, "Before")

    def changes(self, vendors):
        """Another campaign, and news of the first."""
        self._send(vendors, "After")
        vendors.advance(3600)

    def _send(self, vendors, name):
        people = [key for key, one in self._newsletter(vendors)["members"].items() if one["status"] == "active"]
        campaign = vendors.edit(self.system, op="send", list="Newsletter", name=name)["campaign"]
        for address in people[:5]:
            vendors.edit(self.system, op="open", campaign=campaign, email=address)
        vendors.edit(self.system, op="click", campaign=campaign, email=people[0])
        vendors.edit(self.system, op="unsubscribe", campaign=campaign, email=people[1])
        vendors.edit(self.system, op="bounce", campaign=campaign, email=people[6], kind="hard")

    def _newsletter(self, vendors):
        return next(one for one in vendors.state(self.system)["lists"].values() if one["name"] == "Newsletter")

    def agrees(self, vendors, outputs):
        state = vendors.state(self.system)
        assert set(held([row for output in outputs for row in output.records("responses")])) == self.responses(state)
        assert {row.get("id") or row.get("listkey") for output in outputs for row in output.records("lists")} == set(state["lists"])
        assert {row["campaign_key"] for output in outputs for row in output.records("campaigns")} >= {
            key for key, one in state["campaigns"].items() if not one.get("parent")
        }
        contacts = {}
        for output in outputs:
            for row in sorted(output.records("contacts"), key=lambda row: row["_ab_cdc_cursor"]):
                contacts[row["list_key"], row["address"].lower()] = row["status"]
        now = {(key, address): one["status"] for key, lst in state["lists"].items() for address, one in lst["members"].items()}
        assert {place: status for place, status in contacts.items() if now.get(place) != status} == {}
        assert {place for place, status in now.items() if status != "pending"} <= set(contacts)

    def tombstones_of_the_living(self, vendors, output):
        there = self.responses(vendors.state(self.system))
        return {key for row in output.tombstones("responses") if (key := (row["campaign_key"], row["action"], row["address"].lower())) in there}


@dataclass
class OfSurveys:
    """source-campaigns, of Zoho Survey: files that are there, and the private tree, which tells the questions' keys."""

    endpoints: tuple
    name: str = "zoho_survey"
    system: str = "zoho_survey"
    no_fault: dict = field(default_factory=dict)
    streams: tuple = ("survey_responses", "survey_answers", "portals", "surveys", "collectors", "questions")

    def host(self, vendors):
        return Account(vendors)

    def begins(self, vendors):
        """The exports of the seeded surveys."""

    def changes(self, vendors):
        """One answer by each road, and an answer that is taken back."""
        account = Account(vendors)
        account.answer()
        account.export()
        with account.hooked("variables"):
            made = account.answer()
            vendors.advance(60)
            account.edit("edit_response", response=made, answers={HOW: "Hardly", BETTER: ""})

    def agrees(self, vendors, outputs):
        state = vendors.state(self.system)["surveys"]
        exported = [key for key, one in state.items() if one["responses"]]
        shown = {(row["survey_id"], row["response_id"]): row for row in self._ordered(outputs, "survey_responses")}
        assert set(shown) == {(key, response) for key in exported for response in state[key]["responses"]}
        answers = {}
        for row in self._ordered(outputs, "survey_answers"):
            place = (row["survey_id"], row["response_id"], row["question_key"])
            answers.pop(place, None)
            if "_ab_cdc_deleted_at" not in row:
                answers[place] = row
        known = {(place[0], place[1], question) for place in shown for question in self._answered(state, *place)}
        assert {place for place in answers if place[2].startswith("q")} == known
        published = {key for key, one in state.items() if one["published"]}
        assert {row["survey_id"] for output in outputs for row in output.records("surveys")} == published
        assert {row["survey_id"] for output in outputs for row in output.records("collectors")} == published
        assert {row["survey_id"] for output in outputs for row in output.records("questions")} == published
        assert {row["portal_id"] for output in outputs for row in output.records("portals")} == set(vendors.state(self.system)["portals"])

    def tombstones_of_the_living(self, vendors, output):
        state = vendors.state(self.system)["surveys"]
        rows = output.tombstones("survey_answers")
        return {
            (row["response_id"], row["question_key"])
            for row in rows
            if row["question_key"] in self._answered(state, row["survey_id"], row["response_id"])
        }

    def _answered(self, state, survey, response):
        """Keys of the questions that have an answer; of a matrix those of its rows."""
        questions = {question["key"]: question for question in state[survey]["questions"]}
        for key, answer in state[survey]["responses"][response]["answers"].items():
            rows = questions[key]["rows"]
            yield from (f"{key}_{rows.index(row) + 1}" for row in answer) if isinstance(answer, dict) else (key,)

    def _ordered(self, outputs, stream):
        return sorted((row for output in outputs for row in output.records(stream)), key=lambda row: row["_ab_cdc_cursor"])


API_TOKEN = {"token": "an API token does not expire; one that is taken back is an error of the configuration"}
OF_ZOHO = ("/oauth/v2/token", "/org$", "/settings/modules$", "/settings/fields", "/deleted$")
OF_PIPEDRIVE = (
    *("/users/me$", "/users$", "/personFields$", "/organizationFields$", "/persons$", "/persons/[0-9]+$"),
    *("/organizations$", "/organizations/[0-9]+$", "/activities$"),
)
WAYS = [
    OfCrm(CRMS["zoho_crm"], "query", (*OF_ZOHO, "/settings/custom_views", "/coql$", "/Leads$"), CRMS["zoho_crm"].select(custom_view="All Leads")),
    OfCrm(CRMS["zoho_crm"], "bulk", (*OF_ZOHO, "/coql$", "/Leads$", "POST /read$", "/read/[0-9]+$", "/result$")),
    OfCrm(
        CRMS["zoho_recruit"],
        "pages",
        (*OF_ZOHO, "/settings/custom_views", "/Candidates$", "/Contacts$"),
        CRMS["zoho_recruit"].select(custom_view="All Candidates"),
    ),
    OfCrm(CRMS["zoho_recruit"], "bulk", (*OF_ZOHO, "/Candidates$", "/Contacts$", "POST /read$", "/read/[0-9]+$", "/result$")),
    OfCrm(CRMS["pipedrive"], "list", OF_PIPEDRIVE, no_fault=API_TOKEN),
    OfCrm(CRMS["pipedrive"], "filter", (*OF_PIPEDRIVE, "/filters$", "/filters/[0-9]+$"), no_fault=API_TOKEN),
    OfMailingTool(
        "zoho_campaigns",
        Reader,
        vendor_responses,
        (
            "/oauth/v2/token",
            "recentcampaigns",
            "campaignreports",
            "getcampaigndetails",
            "getcampaignrecipientsdata",
            "getlistsubscribers",
            "getmailinglists",
            "topics",
        ),
        streams=(*OF_CAMPAIGNS, "topics"),
    ),
    OfMailingTool(
        "mailigen",
        Mailigen,
        Mailigen.told,
        (
            "/ping",
            "/lists",
            "/campaigns",
            "/campaignStats",
            "/campaignOpened",
            "/campaignNotOpened",
            "/campaignClickStatsDetails",
            "/campaignUnsubscribes",
            "/campaignHardBounces",
            "/listMembers",
        ),
        no_fault=API_TOKEN,
    ),
    OfSurveys(("/oauth/v2/token", "/portals$", "/surveys$", "/collectors/metainfo$", "/variables$")),
]
