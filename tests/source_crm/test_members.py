"""The stream of campaign members: who is linked to which campaign of the CRM, and everything by which somebody leaves it."""

import json

import pytest

from emulators.process import EmulatorProcess
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho_crm.members import CrmMembers
from mailsync.zoho_recruit.members import RecruitMembers
from tests.source_crm.crm_reader import Reader
from tests.source_crm.systems import CRMS

STREAM = "Campaign_Members"
SERVED = {"zoho_crm": {}, "zoho_recruit": {"recruit_campaign_member_lists": "served"}}


@pytest.fixture(params=[CRMS[name] for name in SERVED], ids=SERVED)
def crm(request, emulator):
    emulator.switch(**SERVED[request.param.name])
    return request.param


class Account:
    """The emulated CRM, with members in its first campaigns."""

    def __init__(self, emulator, crm):
        self.emulator, self.crm = emulator, crm
        self.modules = (crm.people, crm.contacts)
        self.first, self.second = sorted(self.state()["modules"]["Campaigns"])[:2]
        self.people, self.contacts = (sorted(self.state()["modules"][name]) for name in self.modules)
        self.link(self.first, crm.people, self.people[:5])
        self.link(self.first, crm.contacts, self.contacts[:3])
        self.link(self.second, crm.people, self.people[3:6])

    def state(self):
        return self.emulator.state(self.crm.name)

    def edit(self, op, **more):
        return self.emulator.edit(self.crm.name, op=op, **more)

    def link(self, campaign, module, ids, status="Planned"):
        self.edit("set_member_status", campaign=campaign, module=module, ids=list(ids), status=status)

    def members(self):
        """Primary key → who that is."""
        state = self.state()
        return {
            f"{campaign}:{module}:{person}": state["modules"][module][person]
            for campaign, one in state["campaigns"].items()
            for module, people in one["members"].items()
            for person in people
            if person in state["modules"][module]
        }


@pytest.fixture
def account(emulator, crm):
    return Account(emulator, crm)


def held(*outputs):
    """What a warehouse holds after these."""
    rows = {}
    for output in outputs:
        for row in output.records(STREAM):
            if "_ab_cdc_deleted_at" in row:
                rows.pop(row["id"], None)
            else:
                rows[row["id"]] = row
    return rows


def agrees(account, *outputs):
    rows, there = held(*outputs), account.members()
    assert set(rows) == set(there)
    campaigns = account.state()["modules"]["Campaigns"]
    for key, row in rows.items():
        assert key == f"{row['campaign_id']}:{row['module']}:{row['member_id']}"
        assert row["campaign_name"] == campaigns[row["campaign_id"]]["Campaign_Name"]
        for name in ("Email", "First_Name", "Last_Name"):
            assert row.get(name) == there[key].get(name), (key, name)
        assert bool(row.get("Email_Opt_Out")) == bool(there[key].get("Email_Opt_Out"))


def test_every_member_of_every_campaign_is_a_record(account, reader):
    host = reader()
    assert STREAM in host.discover()
    assert host.discover()[STREAM]["source_defined_primary_key"] == [["id"]]
    output = host.read(STREAM)
    assert output.errors() == []
    agrees(account, output)
    assert len(output.records(STREAM)) == 11
    assert {row["_ab_cdc_updated_at"] for row in output.records(STREAM)}
    assert "at least" in output.log()


def test_a_second_sync_brings_nothing_and_its_state_is_small(account, reader):
    host = reader()
    host.read(STREAM)
    account.emulator.advance(3600)
    again = host.read(STREAM)
    assert again.records() == []
    assert again.errors() == []
    assert len(json.dumps(host.state)) < 2500


def test_whoever_joins_leaves_changes_or_is_deleted_is_told_once(account, reader):
    host = reader()
    first = host.read(STREAM)
    people, contacts = account.people, account.contacts
    account.emulator.advance(3600)
    account.link(account.second, account.crm.contacts, contacts[:1])
    account.edit("remove_member", campaign=account.first, module=account.crm.people, id=people[0])
    account.edit("delete", module=account.crm.people, id=people[1])
    account.edit("update", module=account.crm.contacts, id=contacts[1], record={"Last_Name": "Newly-Named"})
    account.emulator.advance(3600)
    second = host.read(STREAM)
    agrees(account, first, second)
    assert second.ids(STREAM) == {f"{account.second}:{account.crm.contacts}:{contacts[0]}", f"{account.first}:{account.crm.contacts}:{contacts[1]}"}
    assert second.gone(STREAM) == {
        f"{account.first}:{account.crm.people}:{people[0]}": "left_selection",
        f"{account.first}:{account.crm.people}:{people[1]}": "deleted",
    }
    assert min(row["_ab_cdc_cursor"] for row in second.records()) > max(row["_ab_cdc_cursor"] for row in first.records())
    assert host.read(STREAM).records() == []


def test_somebody_taken_off_and_put_back_is_shown_again(account, reader):
    host = reader()
    first = host.read(STREAM)
    account.edit("remove_member", campaign=account.first, module=account.crm.people, id=account.people[0])
    gone = host.read(STREAM)
    account.link(account.first, account.crm.people, account.people[:1])
    back = host.read(STREAM)
    assert len(gone.tombstones(STREAM)) == len(back.live(STREAM)) == 1
    agrees(account, first, gone, back)


def test_a_converted_lead_leaves_to_the_contact_that_takes_its_place(emulator, reader):
    account = Account(emulator, CRMS["zoho_crm"])
    host = reader()
    first = host.read(STREAM)
    contact = account.edit("convert", id=account.people[0])["contact"]
    emulator.advance(3600)
    second = host.read(STREAM)
    agrees(account, first, second)
    (tombstone,) = second.tombstones(STREAM)
    assert tombstone["_ab_deletion_reason"] == "converted"
    assert (tombstone["_ab_heir_stream"], tombstone["_ab_heir_id"]) == (STREAM, f"{account.first}:Contacts:{contact}")


def test_the_members_of_a_deleted_campaign_leave_and_a_renamed_one_shows_its_new_name(account, reader):
    host = reader()
    first = host.read(STREAM)
    account.edit("delete", module="Campaigns", id=account.first)
    account.edit("update", module="Campaigns", id=account.second, record={"Campaign_Name": "Autumn"})
    account.emulator.advance(3600)
    second = host.read(STREAM)
    agrees(account, first, second)
    assert {row["campaign_name"] for row in second.live(STREAM)} == {"Autumn"}
    assert set(second.gone(STREAM).values()) == {"left_selection"}
    assert len(second.tombstones(STREAM)) == 8


@pytest.mark.parametrize(("reading", "shown"), [("absent", set()), ("shown", {"Planned"}), ("refused", set())])
def test_the_status_is_shown_as_far_as_the_vendor_shows_it(account, reader, reading, shown):
    account.emulator.switch(**{f"{account.crm.prefix}_member_status_read": reading})
    host = reader()
    first = host.read(STREAM)
    assert first.errors() == []
    assert {row["member_status"] for row in first.records(STREAM) if "member_status" in row} == shown
    account.link(account.first, account.crm.people, account.people[:1], status="Opened")
    second = host.read(STREAM)
    assert [row["member_status"] for row in second.records(STREAM)] == (["Opened"] if shown else [])
    agrees(account, first, second)
    assert host.read(STREAM).records() == []


def select(*criteria, **more):
    return {"selections": [{"module": STREAM, "criteria": list(criteria), **more}]}


def test_campaigns_are_chosen_by_id_and_by_name(account, reader):
    name = account.state()["modules"]["Campaigns"][account.second]["Campaign_Name"]
    for criterion in (
        {"field": "id", "comparator": "equal", "value": account.second},
        {"field": "Campaign_Name", "comparator": "in", "value": f"{name}\n"},
    ):
        host = reader(**select(criterion))
        assert host.check().status.value == "SUCCEEDED"
        assert {row["campaign_id"] for row in host.read(STREAM).records(STREAM)} == {account.second}


def test_a_change_of_the_selection_takes_the_members_of_the_other_campaigns_away(account, reader):
    host = reader()
    first = host.read(STREAM)
    host.config |= select({"field": "id", "comparator": "equal", "value": account.second})
    second = host.read(STREAM)
    assert {row["campaign_id"] for row in held(first, second).values()} == {account.second}
    assert len(second.tombstones(STREAM)) == 8


def test_a_campaign_that_is_named_and_not_there_is_a_configuration_error_and_never_an_empty_one(account, reader):
    host = reader(**select({"field": "Campaign_Name", "comparator": "equal", "value": "No such campaign"}))
    status = host.check()
    assert status.status.value == "FAILED"
    assert "No such campaign" in status.message
    (error,) = host.read(STREAM, expecting_exception=True).errors(STREAM)
    assert error["failure_type"] == "config_error"


def test_a_named_campaign_that_is_deleted_lets_its_members_leave_once_and_is_an_error_afterwards(account, reader):
    name = account.state()["modules"]["Campaigns"][account.second]["Campaign_Name"]
    host = reader(**select({"field": "Campaign_Name", "comparator": "equal", "value": name}))
    host.read(STREAM)
    account.edit("update", module="Campaigns", id=account.second, record={"Campaign_Name": "Renamed"})
    renamed = host.read(STREAM, expecting_exception=True)
    assert (renamed.records(), [error["failure_type"] for error in renamed.errors(STREAM)]) == ([], ["config_error"])
    account.edit("delete", module="Campaigns", id=account.second)
    gone = host.read(STREAM)
    assert len(gone.tombstones(STREAM)) == 3
    assert gone.errors() == []
    assert host.read(STREAM, expecting_exception=True).errors(STREAM)


def test_campaigns_are_chosen_by_a_field_or_a_view_of_the_module(emulator, reader):
    account = Account(emulator, CRMS["zoho_crm"])
    account.edit("update", module="Campaigns", id=account.first, record={"Status": "Planning"})
    account.edit("update", module="Campaigns", id=account.second, record={"Status": "Complete"})
    host = reader(**select({"field": "Status", "comparator": "equal", "value": "Planning"}))
    first = host.read(STREAM)
    assert {row["campaign_id"] for row in first.records(STREAM)} == {account.first}
    account.edit("update", module="Campaigns", id=account.second, record={"Status": "Planning"})
    second = host.read(STREAM)
    agrees(account, first, second)
    viewed = reader(selections=[{"module": STREAM, "custom_view": "No such view"}])
    assert "No such view" in viewed.check().message


def test_recruit_chooses_by_what_it_can_compare_and_refuses_the_rest_by_name(emulator):
    emulator.switch(**SERVED["zoho_recruit"])
    host = Reader(emulator, "zoho_recruit", **select({"field": "Status", "comparator": "equal", "value": "Planning"}))
    assert "Status equal" in host.check().message


@pytest.mark.parametrize("switches", [{}, {"recruit_campaigns_module": "absent"}])
def test_where_recruit_serves_no_members_the_stream_is_left_out_by_name_and_fails_alone(emulator, switches):
    emulator.switch(**switches)
    host = Reader(emulator, "zoho_recruit")
    said = host.run_discover()
    assert STREAM not in host.discover()
    assert switches or STREAM in said.log()
    output = host.read(STREAM, "Contacts", expecting_exception=True)
    (error,) = output.errors(STREAM)
    assert error["failure_type"] == "config_error"
    assert output.records("Contacts")
    assert output.statuses("Contacts")[-1] == "COMPLETE"
    asked = [one for one in emulator.requests() if "/Campaigns/" in one["path"]]
    assert len(asked) <= 10


def test_a_refused_campaign_does_not_lose_the_others_and_is_named(account, reader, monkeypatch):
    refused = []
    for kind in (CrmMembers, RecruitMembers):

        def page(self, campaign, module, fields, place, whole=kind.page):
            if campaign == account.first and not refused:
                raise CrmRefusal("Refused: NOT_ALLOWED.", code="NOT_ALLOWED", details={})
            return whole(self, campaign, module, fields, place)

        monkeypatch.setattr(kind, "page", page)
    host = reader()
    output = host.read(STREAM, expecting_exception=True)
    assert {row["campaign_id"] for row in output.records(STREAM)} == {account.second}
    (error,) = output.errors(STREAM)
    assert account.first in error["message"]
    assert error["failure_type"] == "config_error"
    refused.append(False)
    rest = host.read(STREAM)
    assert rest.errors() == []
    agrees(account, output, rest)
    assert {row["campaign_id"] for row in rest.records(STREAM)} == {account.first}


def test_what_a_list_left_out_once_is_asked_for_again_before_anybody_is_told_gone(account, reader, monkeypatch):
    """Pages may move under the reader: the list lacks somebody, the question by id, or a second look, does not."""
    host = reader()
    host.read(STREAM)
    for kind in (CrmMembers, RecruitMembers):
        whole, asked = kind.page, []

        def short(self, campaign, module, fields, place, whole=whole, asked=asked):
            page = whole(self, campaign, module, fields, place)
            asked.append((campaign, module))
            return type(page)(page.rows[1:], page.next) if asked.count((campaign, module)) == 1 else page

        monkeypatch.setattr(kind, "page", short)
    assert host.read(STREAM).tombstones() == []


def test_only_the_columns_of_the_catalog_are_read(account, reader):
    host = reader()
    output = host.read(STREAM, columns=["id", "Email"])
    assert all("Last_Name" not in row for row in output.records(STREAM))
    assert any("Email" in row for row in output.records(STREAM))


def test_a_module_hidden_from_the_user_is_named_and_its_members_stay(account, reader):
    host = reader()
    first = host.read(STREAM)
    account.edit("hide_module", module=account.crm.contacts)
    output = host.read(STREAM)
    assert output.errors() == []
    assert output.tombstones() == []
    assert account.crm.contacts in output.log()
    assert held(first, output)


# -- long lists


@pytest.fixture(scope="module")
def process():
    with EmulatorProcess(people=2500, limits="off") as started:
        yield started


@pytest.fixture
def long(process, request):
    process.reset()
    crm = CRMS[getattr(request, "param", "zoho_crm")]
    process.switch(**SERVED[crm.name])
    account = Account(process, crm)
    account.link(account.first, crm.people, account.people[:1100])
    return account


def checkpoints(output):
    for at, line in enumerate(output.lines):
        if line["type"] == "STATE":
            before = [one["record"]["data"] for one in output.lines[:at] if one["type"] == "RECORD"]
            yield before, [{"type": "STREAM", "stream": line["state"]["stream"]}]


@pytest.mark.parametrize("long", SERVED, indirect=True)
def test_from_every_checkpoint_the_rest_follows_and_nothing_comes_twice(long, monkeypatch):
    monkeypatch.setattr("source_crm.zoho.members.task.PAGES_PER_CHECKPOINT", 1)
    monkeypatch.setattr("source_crm.zoho.members.task.Task.is_due", property(lambda _: True))
    whole = Reader(long.emulator, long.crm.name).read(STREAM)
    expected = {row["id"] for row in whole.records(STREAM)}
    assert expected == set(long.members())
    points = list(checkpoints(whole))
    assert len(points) >= 8
    for before, state in points[:: max(len(points) // 6, 1)]:
        rest = Reader(long.emulator, long.crm.name).read(STREAM, state=state)
        assert rest.errors() == []
        assert rest.tombstones() == []
        assert sorted([row["id"] for row in before] + [row["id"] for row in rest.records(STREAM)]) == sorted(expected)


def test_a_list_whose_place_the_vendor_forgot_is_read_from_its_beginning(long, monkeypatch):
    monkeypatch.setattr("source_crm.zoho.members.task.Task.is_due", property(lambda _: True))
    whole = Reader(long.emulator).read(STREAM)
    inside = [state for _, state in checkpoints(whole) if state[0]["stream"]["stream_state"].get("walk", {}).get("token")]
    assert inside
    long.emulator.advance(90_000)
    rest = Reader(long.emulator).read(STREAM, state=inside[0])
    assert rest.errors() == []
    assert "from its beginning" in rest.log()
    assert rest.tombstones() == []
    assert {row["id"] for row in whole.records(STREAM)} <= held(whole, rest).keys()


@pytest.mark.parametrize("reading", ["position", "offset"])
def test_a_list_beyond_the_reach_of_page_tokens_goes_on_by_the_time_of_change(long, monkeypatch, reading):
    long.emulator.switch(crm_page_token_keeps=reading)
    monkeypatch.setattr("mailsync.zoho_crm.members.ROWS_PER_LIST", 400)
    output = Reader(long.emulator).read(STREAM)
    assert output.errors() == []
    assert {row["id"] for row in output.records(STREAM)} == set(long.members())


def test_a_state_of_many_members_takes_about_two_bytes_each(long):
    host = Reader(long.emulator)
    host.read(STREAM)
    assert len(json.dumps(host.state)) < 1500 + 2 * 1100


def test_a_sync_costs_a_page_for_each_campaign_module_and_two_hundred_members(long):
    host = Reader(long.emulator)
    host.read(STREAM)
    long.emulator.clear_requests()
    host.read(STREAM)
    pages = [one for one in long.emulator.requests() if "/Campaigns/" in one["path"]]
    campaigns = len(long.state()["modules"]["Campaigns"])
    assert sum(one["credits"] for one in pages) == 2 * campaigns + 5
