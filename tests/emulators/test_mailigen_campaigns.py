"""What campaigns did, as the API tells it."""

import pytest

from tests.emulators.mailigen_api import Api, api, fresh

__all__ = ["api", "fresh"]

ANN, BOB, CAT = "ann@example.com", "bob@example.org", "cat@example.com"


@pytest.fixture
def campaign(api, fresh):
    """The id of a campaign that went to three people."""
    api.subscribe(fresh, ANN, BOB, CAT)
    return api.emulator.edit("mailigen", op="send", list=fresh, name="May", subject="News of May")["campaign"]


def test_campaigns_are_listed_newest_first_and_narrowed_by_filters(api, fresh, campaign):
    api.emulator.advance(86_400)
    later = api.emulator.edit("mailigen", op="send", list="Newsletter", name="June")["campaign"]
    rows = api.call("campaigns")
    assert [row["id"] for row in rows] == [later, campaign]
    assert (rows[1]["title"], rows[1]["subject"], rows[1]["emails_sent"], rows[1]["status"]) == ("May", "News of May", 3, "sent")
    assert [row["id"] for row in api.call("campaigns", filters={"list_id": fresh})] == [campaign]
    assert [row["id"] for row in api.call("campaigns", filters={"sendtime_start": rows[0]["send_time"]})] == [later]
    assert api.call("campaigns", start=1, limit=1)[0]["id"] == campaign
    assert api.call("campaigns", filters={"status": "draft"}) == []


def test_counters_and_lists_of_who_did_what(api, campaign):
    for op, email, more in [
        ("open", ANN, {}), ("open", ANN, {}), ("click", ANN, {"fields": {"link": "https://example.com/a"}}),
        ("bounce", BOB, {"kind": "hard"}), ("bounce", CAT, {"kind": "soft"}), ("unsubscribe", CAT, {}), ("forward", ANN, {}),
    ]:  # fmt: skip
        api.emulator.edit("mailigen", op=op, email=email, campaign=campaign, **more)
    stats = api.call("campaignStats", cid=campaign)
    names = ("opens", "unique_opens", "clicks", "users_who_clicked", "hard_bounces", "soft_bounces", "unsubscribes", "forwards", "emails_sent")
    assert [stats[name] for name in names] == [3, 1, 1, 1, 1, 1, 1, 1, 3]
    assert api.call("campaignOpened", cid=campaign) == {"total": 1, "data": [{"email": ANN, "count": 3}]}
    assert api.call("campaignNotOpened", cid=campaign)["data"] == [{"email": BOB}, {"email": CAT}]
    assert api.call("campaignHardBounces", cid=campaign) == [BOB]
    assert api.call("campaignSoftBounces", cid=campaign) == [CAT]
    assert api.call("campaignUnsubscribes", cid=campaign) == [CAT]
    assert [row["email"] for row in api.call("campaignBounceMessages", cid=campaign)] == [BOB, CAT]
    assert api.call("campaignGeoOpens", cid=campaign)[0]["opens"] == 3
    assert list(api.call("campaignForwardStats", cid=campaign)) == [ANN]
    api.emulator.advance(31 * 86_400)
    assert api.call("campaignBounceMessages", cid=campaign) == []


def test_clicks_have_times_and_their_summary_another_shape_by_version(api, campaign):
    link = "https://example.com/a"
    for email in (ANN, ANN, BOB):
        api.emulator.edit("mailigen", op="click", email=email, campaign=campaign, fields={"link": link})
    [row] = api.call("campaignClickStats", cid=campaign)
    assert (row["url"], row["clicks"], row["unique"]) == (link, 3, 2)
    assert Api(api.emulator, version="1.5").call("campaignClickStats", cid=campaign) == {link: {"clicks": 3, "unique": 2}}
    details = api.call("campaignClickStatsDetails", cid=campaign, filters={"linkId": row["id"]})
    assert [one["email"] for one in details] == [ANN, ANN, BOB]
    assert all(len(one["date"]) == 19 for one in details)


def test_openings_come_fifty_a_page_at_most(api, fresh):
    people = [f"p{n}@example.com" for n in range(60)]
    api.subscribe(fresh, *people)
    campaign = api.emulator.edit("mailigen", op="send", list=fresh)["campaign"]
    for email in people:
        api.emulator.edit("mailigen", op="open", email=email, campaign=campaign)
    pages = [api.call("campaignOpened", cid=campaign, start=page, limit=1000)["data"] for page in range(3)]
    assert [len(page) for page in pages] == [50, 10, 0]


def test_times_are_two_hours_ahead_under_the_other_reading(api, campaign):
    gmt = api.call("campaigns")[0]["send_time"]
    api.emulator.switch(mailigen_times_zone="riga")
    riga = api.call("campaigns")[0]["send_time"]
    assert (int(riga[11:13]) - int(gmt[11:13])) % 24 == 2


def test_an_unknown_campaign(api):
    assert api.call("campaignStats", cid="nothing")["code"] == 300


def test_edits_that_make_no_sense_are_refused(api, fresh, campaign):
    for wrong in (
        {"op": "open", "email": "dan@example.com", "campaign": campaign},
        {"op": "bounce", "email": ANN, "kind": "silent"},
        {"op": "send", "list": "Nothing"},
        {"op": "confirm", "email": ANN},
        {"op": "make_public", "list": fresh},
    ):
        with pytest.raises(RuntimeError, match="HTTP 400"):
            api.emulator.edit("mailigen", **wrong)
