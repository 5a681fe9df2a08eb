"""Reading related lists: which members a campaign shows, in which order, page by page."""

import pytest

from tests.emulators.zoho_crm_api import Api, api, code

__all__ = ["api"]


@pytest.fixture
def campaign(emulator):
    """A campaign with all leads, some hundred."""
    state = emulator.state("zoho_crm")["modules"]
    first = min(state["Campaigns"])
    emulator.edit("zoho_crm", op="set_member_status", campaign=first, module="Leads", ids=sorted(state["Leads"]), status="Sent")
    return first


def rows(answer):
    return [row["id"] for row in answer.json()["data"]]


def listed(api, campaign, **params):
    return api.get(f"/crm/v8/Campaigns/{campaign}/Leads", **{"fields": "Email", **params})


def test_members_come_newest_first_or_in_the_order_asked_for(api, campaign):
    assert rows(listed(api, campaign)) == sorted(rows(listed(api, campaign)), reverse=True)
    assert rows(listed(api, campaign, sort_by="id", sort_order="asc")) == sorted(rows(listed(api, campaign, sort_by="id", sort_order="asc")))
    changed = listed(api, campaign, sort_by="Modified_Time", sort_order="asc", fields="Modified_Time").json()["data"]
    assert [row["Modified_Time"] for row in changed] == sorted(row["Modified_Time"] for row in changed)
    assert code(listed(api, campaign, sort_by="Email")) == (400, "INVALID_DATA")


def test_page_tokens_lead_to_every_member(api, emulator, campaign):
    found, token = [], None
    while token is not None or not found:
        answer = listed(api, campaign, sort_order="asc", per_page=30, **({"page_token": token} if token else {}))
        found += rows(answer)
        token = answer.json()["info"]["next_page_token"]
    assert len(found) == len(set(found)) == len(emulator.state("zoho_crm")["modules"]["Leads"])


def test_a_page_token_is_bound_to_its_parameters_and_lives_a_day(api, emulator, campaign):
    token = listed(api, campaign, per_page=30).json()["info"]["next_page_token"]
    assert code(listed(api, campaign, per_page=30, page_token=token, sort_order="asc")) == (400, "TOKEN_BOUND_DATA_MISMATCH")
    assert code(listed(api, campaign, page_token="made-up")) == (400, "INVALID_DATA")
    emulator.advance(90_000)
    assert code(listed(Api(emulator), campaign, per_page=30, page_token=token)) == (400, "EXPIRED_VALUE")


@pytest.mark.parametrize(("reading", "skipped"), [("position", 0), ("offset", 1)])
def test_what_a_page_token_keeps_when_somebody_is_taken_off_meanwhile(api, emulator, campaign, reading, skipped):
    emulator.switch(crm_page_token_keeps=reading)
    every = rows(listed(api, campaign, sort_order="asc"))
    first = listed(api, campaign, sort_order="asc", per_page=30)
    emulator.edit("zoho_crm", op="remove_member", campaign=campaign, module="Leads", id=every[0])
    second = listed(api, campaign, sort_order="asc", per_page=30, page_token=first.json()["info"]["next_page_token"])
    assert rows(second)[0] == every[30 + skipped]


def test_members_are_asked_for_by_id_and_by_time_of_change(api, emulator, campaign):
    some = rows(listed(api, campaign))[:3]
    assert sorted(rows(listed(api, campaign, ids=",".join(some)))) == sorted(some)
    assert code(listed(api, campaign, ids="1" * 2001)) == (400, "INVALID_DATA")
    emulator.edit("zoho_crm", op="update", module="Leads", id=some[0], record={"City": "Ulm"})
    since = listed(api, campaign, ids=some[0], fields="Modified_Time").json()["data"][0]["Modified_Time"]
    assert rows(api.get(f"/crm/v8/Campaigns/{campaign}/Leads", since, fields="Email")) == [some[0]]


def test_deleted_and_converted_people_and_those_taken_off_are_no_members(api, emulator, campaign):
    one, two, three = rows(listed(api, campaign))[:3]
    emulator.edit("zoho_crm", op="delete", module="Leads", id=one)
    emulator.edit("zoho_crm", op="convert", id=two)
    emulator.edit("zoho_crm", op="remove_member", campaign=campaign, module="Leads", id=three)
    assert listed(api, campaign, ids=f"{one},{two},{three}").status_code == 204


@pytest.mark.parametrize(("reading", "status"), [("absent", 200), ("shown", 200), ("refused", 400)])
def test_whether_the_status_may_be_asked_for(api, emulator, campaign, reading, status):
    emulator.switch(crm_member_status_read=reading)
    answer = listed(api, campaign, fields="Email,Member_Status")
    assert answer.status_code == status
    if status == 200:
        assert {row.get("Member_Status") for row in answer.json()["data"]} == {"Sent" if reading == "shown" else None}


@pytest.mark.parametrize(("reading", "status"), [("refused", 400), ("served", 200)])
def test_recruit_lists_members_by_switch_only(emulator, reading, status):
    emulator.switch(recruit_campaign_member_lists=reading)
    state = emulator.state("zoho_recruit")["modules"]
    campaign, candidate = min(state["Campaigns"]), min(state["Candidates"])
    emulator.edit("zoho_recruit", op="set_member_status", campaign=campaign, module="Candidates", id=candidate, status="Sent")
    answer = Api(emulator).get(f"/recruit/v2/Campaigns/{campaign}/Candidates", fields="Email")
    assert answer.status_code == status
    if status == 200:
        assert rows(answer) == [candidate]
