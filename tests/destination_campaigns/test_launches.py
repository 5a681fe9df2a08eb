"""Campaigns launched to people of a stream: made, sent once, and what keeps them back, against the emulated vendors."""

import json

import pytest

from mailsync.clock import SystemClock
from mailsync.ledger.engine import Ledger
from mailsync.report.history import launch_lines
from mailsync.report.launched import launched
from mailsync.report.page import page

from .conftest import Connector
from .launches import campaigns, got, launch, once, people, run, scheduled
from .people import Source, write
from .support import COLUMNS, a_catalog
from .tools import TOOLS


@pytest.fixture(params=TOOLS)
def connector(request, emulator, tmp_path):
    made = Connector(emulator, tmp_path, TOOLS[request.param])
    made.config["streams"] = []
    return made


@pytest.fixture
def source():
    return Source()


def test_everybody_gets_it_once_and_no_later_run_sends_it_again(connector, source):
    connector.set(launches=[launch(connector)])
    said = run(connector, people(source.state({}), 1, 2).complete())
    assert got(connector) == once(1, 2)
    assert "2 from Leads. 2 addresses are eligible" in said.logs
    for _ in range(2):
        said = run(connector, people(source.state(), 3).complete())
        assert got(connector) == once(1, 2)
    assert "was sent" in said.logs or "is being sent" in said.logs
    assert "1 skipped(launched)" in said.logs


def test_a_dry_run_tells_the_review_the_calls_and_the_mails_and_the_run_does_exactly_that(connector, source):
    connector.set(launches=[launch(connector)], dry_run=True)
    people(source.state({}), 1, 2).record(3, "p3@new.example.com", Email_Opt_Out=True).record(4, None).record(5, "p2@new.example.com").complete()
    lines = list(source.lines)
    said = run(connector, source)
    (line,) = [one["log"]["message"] for one in said.of("LOG") if one["log"]["message"].startswith("Plan (JSON): ")]
    (plan,) = json.loads(line.removeprefix("Plan (JSON): "))["launches"]
    assert connector.calls(writes=True) == []
    assert campaigns(connector) == []
    own = len(connector.tool.creation)
    assert plan["review"] == {
        "records": {"Leads": 5},
        "eligible": 2,
        "already_on": 0,
        "existing": 0,
        "own": own,
        "duplicates": 1,
        "skipped": {"crm_opt_out": 1, "no_address": 1},
        "waiting": {},
        "against": {},
        "mails": 2 + own,
    }
    assert (plan["calls"], plan["mails"]) == (["create", "send"], 2 + own)
    connector.set(dry_run=False)
    source.lines = lines
    connector.emulator.clear_requests()
    run(connector, source)
    made = [one["path"].rsplit("/", 1)[1] for one in connector.calls(writes=True)]
    assert [one for one in made if "ampaign" in one] == list(connector.tool.launching)
    assert sum(campaigns(connector)[0]["mailed"].values()) == plan["mails"]


MEMBERS = {
    **COLUMNS,
    **{name: {"type": ["null", "string"]} for name in ("campaign_id", "campaign_name", "module", "member_id", "member_status")},
    "_ab_deletion_reason": {"type": ["null", "string"]},
}


def members_catalog():
    catalog = a_catalog(MEMBERS)
    catalog["streams"][0]["stream"]["name"] = "Campaign_Members"
    return catalog


def member(source, campaign, name, module, number, **more):
    return source.record(
        f"{campaign}:{module}:{number}",
        f"p{number}@new.example.com",
        campaign_id=campaign,
        campaign_name=name,
        module=module,
        member_id=str(number),
        **more,
    )


@pytest.mark.parametrize("wanted", ["71", "Spring fair"], ids=["by id", "by name"])
def test_only_the_members_of_one_campaign_of_the_crm_get_it(connector, wanted):
    source = Source("Campaign_Members").state({})
    member(source, "70", "Autumn fair", "Leads", 1)
    member(source, "71", "Spring fair", "Leads", 2)
    member(source, "71", "Spring fair", "Contacts", 3)
    member(source, "71", "Spring fair", "Contacts", 4)
    write(connector.set(streams=[{"stream": "Campaign_Members", "list_name": "Newsletter"}]), source.complete(), members_catalog())
    recipients = [{"stream": "Campaign_Members", "campaign": wanted}]
    connector.set(streams=[], launches=[launch(connector, recipients=recipients)])
    source.state()
    source.tombstone("71:Contacts:4", "left_selection")
    member(source, "70", "Autumn fair", "Leads", 5)
    member(source, "71", "Spring fair", "Leads", 6)
    said = write(connector, source.complete(), members_catalog())
    assert said.code == 0, said.text
    assert got(connector) == once(2, 3, 6)
    assert "1 from Campaign_Members: Contacts, 2 from Campaign_Members: Leads" in said.logs
    assert "1 released, 1 skipped(other_campaign), 1 written" in said.logs


def test_a_name_that_two_campaigns_of_the_crm_have_is_refused_before_anybody_is_written(connector):
    source = Source("Campaign_Members").state({})
    member(source, "70", "Fair", "Leads", 1)
    member(source, "71", "Fair", "Leads", 2)
    connector.set(launches=[launch(connector, recipients=[{"stream": "Campaign_Members", "campaign": "Fair"}])])
    said = write(connector, source.complete(), members_catalog())
    assert said.error["failure_type"] == "config_error"
    assert "70, 71" in said.error["message"]
    assert got(connector) == {}


def test_a_list_with_other_members_is_refused_without_a_yes_and_the_rest_of_the_run_is_done(connector, source):
    connector.set(launches=[launch(connector, list_name="Newsletter", create_list=None, first_contact=None)])
    active = [address for address, member in connector.members().items() if member["status"] == "active"]
    said = write(connector, people(source.state({}), 1).complete())
    assert said.error["failure_type"] == "config_error"
    assert f"{len(active)} other members" in said.error["message"]
    assert campaigns(connector) == []
    assert connector.status("p1@new.example.com") == "active"
    connector.config["launches"][0]["send_to_existing_members"] = True
    run(connector, people(source.state(), 2).complete())
    assert got(connector) == dict.fromkeys(active, 1) | once(1, 2)


def test_merge_tags_that_no_mapped_field_fills_are_named(connector, source):
    page = connector.emulator.publish("tags.html", "$[Shoe Size]$ *|SHOE|* $[LI:VIEW]$ $[First Name]$ *|FNAME|*")
    connector.set(launches=[launch(connector, content_page=page)])
    said = write(connector, people(source.state({}), 1).complete())
    assert ("Shoe Size" in said.error["message"]) is (connector.tool.name == "zoho_campaigns")
    assert "no mapped field fills SHOE of" in said.error["message"] or connector.tool.name == "zoho_campaigns"
    connector.config["launches"][0]["other_tags"] = ["Shoe Size", "SHOE"]
    run(connector, people(source.state(), 1).complete())
    assert got(connector) == once(1)


def test_a_page_that_cannot_be_fetched_is_a_mistake_in_check_already(connector):
    connector.set(launches=[launch(connector, content_page=f"{connector.emulator.url}/pages/nowhere")])
    assert "HTTP 404" in connector.check().status["message"]
    connector.set(launches=[launch(connector)])
    assert connector.check().status["status"] == "SUCCEEDED"


def test_a_scheduled_launch_goes_out_at_its_time(connector, source):
    connector.set(launches=[launch(connector, **scheduled(connector))])
    said = run(connector, people(source.state({}), 1).complete())
    assert "is scheduled" in said.logs
    connector.emulator.advance(9 * 3600)
    assert got(connector) == {}
    connector.emulator.advance(3 * 3600)
    assert got(connector) == once(1)
    assert "was sent" in run(connector, source.state().complete()).logs


def test_the_report_says_where_each_launch_stands(connector, source):
    connector.set(launches=[launch(connector, then="draft")])
    run(connector, people(source.state({}), 1).complete())
    ledger = Ledger.open(connector.config["ledger"]["path"], clock=SystemClock())
    html = page(ledger, [connector.config["sync_name"]])
    (line,) = launch_lines(launched(ledger, connector.config["sync_name"], {}))
    ledger.close()
    assert line.startswith("launch spring  is a draft  since ")
    assert "Launched campaigns" in html
    assert "is a draft" in html
    assert "@" not in html.partition("</style>")[2]


def test_the_accounts_own_time_zone_is_asked_for(emulator, tmp_path, source):
    connector = Connector(emulator, tmp_path)
    connector.set(streams=[], launches=[launch(connector, **scheduled(connector) | {"time_zone": "Asia/Tokyo"})])
    said = write(connector, people(source.state({}), 1).complete())
    assert "+1 hours from UTC" in said.error["message"]
    connector.config["launches"][0].pop("time_zone")
    assert "time_zone is needed" in write(connector, source.state().complete()).error["message"]


def test_a_content_file_and_a_test_mail_of_mailigen(mailigen, source):
    mailigen.file("spring.html", "<p>Hello</p>")
    more = {"content_page": None, "content_file": str(mailigen.folder / "spring.html"), "test_addresses": ["me@company.example.com"]}
    mailigen.set(streams=[], launches=[launch(mailigen, **more)])
    run(mailigen, people(source.state({}), 1).complete())
    (made,) = campaigns(mailigen)
    assert (made["tests"], got(mailigen)) == ({"me@company.example.com": 1}, once(1))


def test_a_token_without_the_scopes_of_launching_is_told_in_check(emulator, tmp_path):
    connector = Connector(emulator, tmp_path)
    scopes = ["ZohoCampaigns.contact.ALL", "ZohoCampaigns.campaign.READ"]
    emulator.edit("zoho", op="grant", refresh_token="1000.narrow.refresh", scopes=scopes)
    connector.system(refresh_token="1000.narrow.refresh").set(streams=[], launches=[launch(connector)])
    assert "ZohoCampaigns.campaign.CREATE" in connector.check().status["message"]
