"""Campaigns: what people do with them, and what the reads show of it; and the other edits."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest

from tests.emulators.zoho_campaigns_api import api, form_list, fresh

__all__ = ["api", "form_list", "fresh"]

EMAILS = [f"p{number:02}@example.com" for number in range(30)]


def edit(api, **operation):
    return api.emulator.edit("zoho_campaigns", **operation)


@pytest.fixture(autouse=True)
def without_seeded_campaigns(api):
    edit(api, op="delete_campaign")


@pytest.fixture
def filled(api, fresh):
    for first in range(0, len(EMAILS), 10):
        api.attach(fresh, *EMAILS[first : first + 10])
    return fresh


@pytest.fixture
def campaign(api, filled):
    return edit(api, op="send", list=filled, name="Spring", subject="Hello")["campaign"]


def recipients(api, campaign, action, **params):
    """Addresses, `[]` for code 6501."""
    answer = api.get("getcampaignrecipientsdata", campaignkey=campaign, action=action, **({"range": 500} | params))
    if answer["code"] == "6501":
        return []
    assert answer["code"] == "0", answer
    return [row["contactemailaddress"] for row in answer["list_of_details"]]


def counters(api, campaign):
    return api.get("campaignreports", campaignkey=campaign)["campaign-reports"][0]


def events(api, campaign, action, **params):
    """Address → times, from the XML form."""
    answer = api.raw("GET", "getcampaignrecipientsdata", params={"campaignkey": campaign, "action": action, "range": 500} | params)
    rows = {}
    for contact in ET.fromstring(answer.content).iter("contact"):
        values = [(fl.get("val"), fl.text) for fl in contact.iter("fl")]
        rows[dict(values)["contact_email"]] = [pair for pair in values if pair[0] != "contact_email"]
    return rows


def test_without_campaigns_there_is_a_code(api):
    assert api.get("recentcampaigns")["code"] == "6101"


def test_recent_campaigns_come_newest_first_five_by_default(api, filled):
    keys = []
    for number in range(7):
        keys.append(edit(api, op="send", list=filled, name=f"Letter {number}")["campaign"])
        api.advance(3600)
    shown = api.get("recentcampaigns", status="sent", sort="desc")["recent_campaigns"]
    assert [one["campaign_key"] for one in shown] == keys[:1:-1]
    assert all(isinstance(value, str) for value in shown[0].values())
    assert int(shown[0]["sent_time"]) > int(shown[1]["sent_time"])
    assert [one["campaign_key"] for one in api.get("recentcampaigns", sort="asc", range=100)["recent_campaigns"]] == keys
    assert [one["campaign_key"] for one in api.get("recentcampaigns", fromindex=7, range=5)["recent_campaigns"]] == keys[:1]
    assert api.get("recentcampaigns", fromindex=8)["code"] == "6101"
    assert api.get("recentcampaigns", status="drafts")["code"] == "6101"


def test_a_campaign_goes_to_active_members_and_names_its_lists(api, filled):
    api.unsubscribe(filled, EMAILS[0])
    other = api.new_list("Other")
    api.attach(other, "other@example.com", EMAILS[1])
    key = edit(api, op="send", lists=[filled, other])["campaign"]
    assert sorted(recipients(api, key, "sentcontacts")) == sorted([*EMAILS[1:], "other@example.com"])
    lists = api.get("getcampaigndetails", campaignkey=key)["associated_mailing_lists"]
    assert [(one["listkey"], one["listname"], one["liststatus"]) for one in lists] == [(filled, "Fresh", "active"), (other, "Other", "active")]


def test_twenty_recipients_unless_a_range_is_sent_in_an_order_that_tells_nothing(api, campaign):
    assert len(api.get("getcampaignrecipientsdata", campaignkey=campaign, action="sentcontacts")["list_of_details"]) == 20
    pages = recipients(api, campaign, "sentcontacts", range=16) + recipients(api, campaign, "sentcontacts", range=16, fromindex=17)
    assert sorted(pages) == EMAILS
    assert pages != EMAILS


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"campaignkey": "x"}, "6002"),
        ({"action": ""}, "903"),
        ({"action": "sentleads"}, "1001"),
        ({"action": "optoutcontacts"}, "6501"),
        ({"range": 1001}, "6502"),
    ],
)
def test_codes_of_the_recipients_read(api, campaign, params, code):
    assert api.get("getcampaignrecipientsdata", **({"campaignkey": campaign, "action": "sentcontacts"} | params))["code"] == code


def test_an_unknown_campaign_key(api):
    assert api.get("campaignreports", campaignkey="x")["code"] == "6001"
    assert api.get("getcampaigndetails", campaignkey="x")["code"] == "6001"


def test_everything_that_recipients_do_shows_up(api, filled, campaign):
    for place, (op, kind) in enumerate(
        [("open", ""), ("click", ""), ("unsubscribe", ""), ("opt_out", ""), ("complain", ""), ("bounce", "hard"), ("bounce", "soft")]
    ):
        edit(api, op=op, kind=kind, campaign=campaign, email=EMAILS[place])
    shown = {
        action: recipients(api, campaign, action)
        for action in ("openedcontacts", "clickedcontacts", "optoutcontacts", "spamcontacts", "senthardbounce")
    }
    assert {action: sorted(emails) for action, emails in shown.items()} == {
        "openedcontacts": EMAILS[0:2],
        "clickedcontacts": EMAILS[1:2],
        "optoutcontacts": EMAILS[2:4],
        "spamcontacts": EMAILS[4:5],
        "senthardbounce": EMAILS[5:6],
    }
    assert recipients(api, campaign, "sentsoftbounce") == EMAILS[6:7]
    assert sorted(recipients(api, campaign, "unopenedcontacts")) == EMAILS[2:5] + EMAILS[7:]
    assert [api.status(filled, email) for email in EMAILS[:7]] == ["active", "active", "unsubscribed", "unsubscribed", "spam", "bounced", "active"]
    assert api.emulator.state("zoho_campaigns")["suppressed"] == [EMAILS[3]]
    report = counters(api, campaign)
    told = {
        name: report[f"{name}_count"] for name in ("emails_sent", "delivered", "opens", "unique_clicks", "unsub", "spams", "bounces", "hardbounce")
    }
    assert told == {
        "emails_sent": "30",
        "delivered": "28",
        "opens": "2",
        "unique_clicks": "1",
        "unsub": "2",
        "spams": "1",
        "bounces": "2",
        "hardbounce": "1",
    }


def test_a_row_knows_when_the_mail_was_sent_and_writes_absent_names_as_null(api, filled, campaign):
    api.subscribe(filled, EMAILS[0], {"First Name": "Ann"})
    api.advance(86_400)
    edit(api, op="unsubscribe", campaign=campaign, email=EMAILS[0])
    row = api.get("getcampaignrecipientsdata", campaignkey=campaign, action="optoutcontacts")["list_of_details"][0]
    assert (row["contactfn"], row["contactln"], row["contactstatus"]) == ("Ann", "null", "UnSubscribed")
    sent = api.get("recentcampaigns")["recent_campaigns"][0]["sent_time"]
    assert row["sent_time"] == sent


@pytest.mark.parametrize(
    ("op", "action", "name"),
    [("unsubscribe", "optoutcontacts", "optOutTime"), ("opt_out", "optoutcontacts", "optOutTime"), ("bounce", "senthardbounce", "bouncedDate")],
)
def test_xml_rows_know_when_it_happened_in_the_accounts_zone(api, campaign, op, action, name):
    api.advance(5 * 86_400)
    edit(api, op=op, campaign=campaign, email=EMAILS[0])
    at = datetime.fromtimestamp(api.emulator.now(), UTC) + timedelta(hours=1)
    ((told, text),) = events(api, campaign, action)[EMAILS[0]]
    assert told == name
    assert abs(datetime.strptime(text, "%b %d, %Y %I:%M %p").replace(tzinfo=UTC) - at) < timedelta(minutes=2)


def test_timelines_list_every_opening(api, campaign):
    for _ in range(3):
        edit(api, op="open", campaign=campaign, email=EMAILS[0])
        api.advance(3600)
    rows = events(api, campaign, "openedcontacts", type="open_timeline")
    assert [name for name, _ in rows[EMAILS[0]]] == ["time"] * 3


@pytest.mark.parametrize(("reading", "opens"), [("unique", "1"), ("total", "3")])
def test_opens_count_counts_people_or_openings(api, campaign, reading, opens):
    api.emulator.switch(zoho_campaigns_opens_count=reading)
    for _ in range(3):
        edit(api, op="open", campaign=campaign, email=EMAILS[0])
    assert counters(api, campaign)["opens_count"] == opens


def test_the_variants_of_a_test_hide_their_recipients_from_the_parent(api, filled):
    key = edit(api, op="send", list=filled, kind="abtesting")["campaign"]
    split = api.get("getcampaigndetails", campaignkey=key, campaigntype="abtesting")["AB-split-details"][0]
    children = [split["a_child_campaignkey"], split["b_child_campaignkey"]]
    shares = [recipients(api, one, "sentcontacts") for one in (key, *children)]
    assert [len(share) for share in shares] == [24, 3, 3]
    assert sorted(email for share in shares for email in share) == EMAILS
    edit(api, op="unsubscribe", campaign=key, email=shares[1][0])
    assert recipients(api, key, "optoutcontacts") == []
    assert recipients(api, children[0], "optoutcontacts") == [shares[1][0]]
    assert [one["campaign_key"] for one in api.get("recentcampaigns")["recent_campaigns"]] == [key]


def test_leaving_by_a_preference_page_leaves_no_trace_in_campaigns(api, filled, campaign):
    edit(api, op="unsubscribe", list=filled, email=EMAILS[0])
    edit(api, op="opt_out", email=EMAILS[1])
    assert recipients(api, campaign, "optoutcontacts") == []
    assert api.subscribers(filled, "unsub") == EMAILS[:2]


@pytest.mark.parametrize(("reading", "suppressed"), [("no", []), ("yes", [EMAILS[0]])])
def test_a_complaint_may_lead_to_do_not_mail(api, campaign, reading, suppressed):
    api.emulator.switch(zoho_campaigns_do_not_mail_complaint=reading)
    edit(api, op="complain", campaign=campaign, email=EMAILS[0])
    assert api.emulator.state("zoho_campaigns")["suppressed"] == suppressed


def test_erased_people_are_gone_everywhere(api, filled, campaign):
    edit(api, op="unsubscribe", campaign=campaign, email=EMAILS[0])
    edit(api, op="erase", email=EMAILS[0])
    assert api.member(filled, EMAILS[0]) is None
    assert EMAILS[0] not in api.subscribers(filled, "unsub")
    assert recipients(api, campaign, "optoutcontacts") == []
    assert api.attach(filled, EMAILS[0])["readd_contacts"] == []


def test_staff_adds_somebody_with_fields_whatever_they_were(api, fresh):
    api.never_mail("ann@example.com")
    edit(api, op="add", list="Fresh", email="ann@example.com", fields={"First Name": "Ann"})
    assert api.subscribers(fresh) == ["ann@example.com"]
    assert api.fields(fresh, "ann@example.com") == {"First Name": "Ann"}


def test_a_form_comes_and_goes(api, fresh):
    edit(api, op="make_public", list=fresh)
    assert api.subscribe(fresh, "ann@example.com")["message"].startswith("A confirmation")
    edit(api, op="make_public", list=fresh, public=False)
    api.subscribe(fresh, "ann@example.com", {"First Name": "Ann"})
    assert api.status(fresh, "ann@example.com") == "active"


def test_a_pending_person_is_no_contact_yet(api, form_list):
    before = api.emulator.state("zoho_campaigns")["contacts"]
    api.subscribe(form_list, "ann@example.com")
    assert api.emulator.state("zoho_campaigns")["contacts"] == before
    edit(api, op="confirm", email="ann@example.com")
    assert api.emulator.state("zoho_campaigns")["contacts"] == before + 1


def test_a_revoked_token_ends_everything(api):
    edit(api, op="revoke_token")
    assert api.raw("GET", "getmailinglists").status_code == 401


@pytest.mark.parametrize(
    ("operation", "says"),
    [
        ({"op": "dance"}, "foreign_calls"),
        ({"op": "add", "list": "Nowhere", "email": "a@example.com"}, "no list"),
        ({"op": "unsubscribe", "email": "nobody@example.com"}, "on no such list"),
        ({"op": "confirm", "email": "p00@example.com"}, "nobody waits|on no such list"),
        ({"op": "erase", "email": "nobody@example.com"}, "no contact"),
        ({"op": "open", "campaign": "x", "email": "a@example.com"}, "no campaign"),
        ({"op": "open", "email": "a@example.com"}, "campaign"),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(api, operation, says):
    with pytest.raises(RuntimeError, match=says):
        edit(api, **operation)


def test_staff_cannot_add_people_beyond_the_contact_limit(api, fresh):
    edit(api, op="set_contact_limit", n=1)
    with pytest.raises(RuntimeError, match="2302"):
        edit(api, op="add", list=fresh, email="new@example.com")


def test_only_recipients_do_something_with_a_mail(api, filled, campaign):
    api.attach(filled, "late@example.com")
    with pytest.raises(RuntimeError, match="no recipient"):
        edit(api, op="open", campaign=campaign, email="late@example.com")
