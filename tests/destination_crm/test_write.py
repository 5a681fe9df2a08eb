"""Responses in, and what the CRM shows for it."""

import json

import pytest

from mailsync.runner.cli import main

from .mailing import Mailing, first, later


def wrote(emulator):
    """Requests that changed data, since the log was cleared."""
    return [one["path"] for one in emulator.requests() if one["writes"]]


def test_a_campaign_and_the_status_of_its_members(connector, crm):
    ann, bob = crm.person("ann@example.com"), crm.person("bob@example.com", module=crm.other_people)
    source = first().campaign("c1", "May news").did("Ann@Example.com", "sent", "opened", "clicked").did("bob@example.com", "sent", "hard_bounce")
    said = connector.write(source.complete({"n": 1}))
    assert said.code == 0, said.text
    assert crm.campaigns()["c1"]["Campaign_Name"] == "May news"
    assert crm.campaigns()["c1"]["Start_Date"] == "2026-03-01"
    assert crm.statuses("c1") == {ann: "Responded", bob: "Bounced"}


def test_the_highest_response_stays_whatever_comes_later_and_costs_no_call(connector, crm, emulator):
    ann = crm.person("ann@example.com")
    connector.write(first().campaign("c1").did("ann@example.com", "clicked").complete({"n": 1}))
    emulator.clear_requests()
    said = connector.write(later({"n": 1}).campaign("c1").did("ann@example.com", "clicked", "sent", "opened", "clicked").complete({"n": 2}))
    assert said.code == 0, said.text
    assert crm.statuses("c1") == {ann: "Responded"}
    assert not wrote(emulator)
    assert "1 unchanged" in said.logs


def test_a_first_sync_that_breaks_off_shows_nothing_lower_than_the_end(connector, crm):
    ann = crm.person("ann@example.com")
    cut = first().campaign("c1").did("ann@example.com", "sent", "opened").state("responses", {"n": 1})
    assert connector.write(cut).code == 0
    assert crm.campaigns()["c1"]["members"] == {}
    rest = later({"n": 1}, "responses").did("ann@example.com", "clicked").complete({"n": 2})
    assert connector.write(rest).code == 0
    assert crm.statuses("c1") == {ann: "Responded"}


def test_figures_facts_and_constants_go_into_the_campaign_and_are_refreshed_only_when_they_change(connector, crm, emulator):
    figures = [{"figure": "opened", "field": "Mails_Opened"}, {"figure": "clicked", "field": "Mails_Clicked"}]
    facts, constants = [{"column": "subject", "field": "Description"}], [{"field": "Type", "value": "Email"}]
    connector.set(campaigns={"figures": figures, "facts": facts, "constants": constants})
    streams = ("campaigns", "campaign_reports", "responses")
    connector.write(first(*streams).campaign("c1", subject="Spring").report("c1", opened=7, clicked=2).complete({"n": 1}))
    campaign = crm.campaigns()["c1"]
    assert [campaign[name] for name in ("Type", "Description", "Mails_Opened", "Mails_Clicked")] == ["Email", "Spring", 7, 2]
    emulator.clear_requests()
    connector.write(later({"n": 1}, *streams).campaign("c1", subject="Spring").report("c1", opened=7, clicked=2).complete({"n": 2}))
    assert not wrote(emulator)
    connector.write(later({"n": 2}, *streams).report("c1", opened=8, clicked=2).complete({"n": 3}))
    assert crm.campaigns()["c1"]["Mails_Opened"] == 8
    assert len(crm.campaigns()) == 1


def test_without_a_key_field_a_campaign_is_found_by_the_key_in_its_name_also_when_renamed(connector, crm):
    del connector.config["system"]["campaign_key_field"]
    connector.write(first().campaign("c1", "May news").complete({"n": 1}))
    (made,) = [one for one in crm.state()["campaigns"].values() if one["Campaign_Name"].startswith("May news [")]
    crm.edit(op="update", module="Campaigns", id=made["id"], record={"Campaign_Name": "Spring " + made["Campaign_Name"][-14:]})
    connector.config["sync_name"] = "another"
    connector.config["ledger"] = {"kind": "sqlite", "path": str(connector.folder / "other.db")}
    connector.write(first().campaign("c1", "May news").complete({"n": 1}))
    assert [one["id"] for one in crm.state()["campaigns"].values() if made["Campaign_Name"][-14:] in one["Campaign_Name"]] == [made["id"]]


def test_a_child_campaign_hangs_on_its_parent(connector, crm):
    connector.write(first().campaign("c1", "Test", parent_key="p1").campaign("p1", "Whole").complete({"n": 1}))
    campaigns = crm.campaigns()
    assert campaigns["c1"]["Parent_Campaign"]["id"] == campaigns["p1"]["id"]


def test_campaigns_are_known_from_responses_where_their_stream_is_not_synced(connector, crm):
    ann = crm.person("ann@example.com")
    more = {"campaign_name": "June news", "campaign_sent_at": "2026-06-01T08:00:00Z"}
    said = connector.write(first("responses").did("ann@example.com", "sent", "opened", **more).complete({"n": 1}))
    assert said.code == 0, said.text
    assert crm.campaigns()["c1"]["Campaign_Name"] == "June news"
    assert crm.statuses("c1") == {ann: "Opened"}


def test_the_status_field_shows_the_latest_campaign_and_the_member_status_each_one(connector, crm):
    fields = [{"module": crm.people, "field": "Department", "campaign_field": "Title"}]
    connector.set(status_fields=fields)
    ann = crm.person("ann@example.com")
    source = first().campaign("c1", "Old", "2026-01-01T00:00:00Z").campaign("c2", "New", "2026-02-01T00:00:00Z")
    connector.write(source.did("ann@example.com", "sent", campaign="c1").did("ann@example.com", "opened", campaign="c2").complete({"n": 1}))
    assert [crm.of(crm.people, ann)[name] for name in ("Department", "Title")] == ["Opened", "New"]
    connector.write(later({"n": 1}).did("ann@example.com", "clicked", campaign="c1").complete({"n": 2}))
    assert [crm.of(crm.people, ann)[name] for name in ("Department", "Title")] == ["Opened", "New"]
    assert (crm.statuses("c1"), crm.statuses("c2")) == ({ann: "Responded"}, {ann: "Opened"})


def test_a_status_field_of_a_custom_module(connector, crm, emulator):
    crm.edit(op="add_field", module="Members", field="Mailing_Status", data_type="text")
    connector.set(people_modules=["Leads", "Contacts", "Members"], status_fields=[{"module": "Members", "field": "Mailing_Status"}])
    member = crm.edit(op="create", module="Members", record={"Name": "Mia", "Email": "mia@example.com"})["id"]
    said = connector.write(first().campaign("c1").did("mia@example.com", "opened").complete({"n": 1}))
    assert said.code == 0, said.text
    assert crm.of("Members", member)["Mailing_Status"] == "Opened"


@pytest.mark.parametrize(
    ("opt_out", "response", "expected"),
    [
        ("proven", {"leaving_level": "organisation"}, True),
        ("proven", {"leaving_level": "list"}, False),
        ("proven", {}, False),
        ("any_leaving", {}, True),
        ("any_leaving", {"is_ours": True}, False),
        ("never", {"leaving_level": "organisation"}, False),
    ],
)
def test_the_opt_out_follows_a_leaving_of_the_whole_account_only(connector, crm, opt_out, response, expected):
    connector.set(opt_out=opt_out)
    ann, twin = crm.person("ann@example.com"), crm.person("ann@example.com", module=crm.other_people)
    connector.write(first().campaign("c1").did("ann@example.com", "unsubscribed", **response).complete({"n": 1}))
    assert (crm.opted_out(ann), crm.opted_out(twin, crm.other_people)) == (expected, expected)


def test_an_opt_out_that_staff_set_back_stays_so(connector, crm):
    connector.set(opt_out="any_leaving")
    ann = crm.person("ann@example.com")
    connector.write(first().campaign("c1").did("ann@example.com", "unsubscribed").complete({"n": 1}))
    crm.edit(op="update", module=crm.people, id=ann, record={"Email_Opt_Out": False})
    connector.write(later({"n": 1}).did("ann@example.com", "unsubscribed").complete({"n": 2}))
    assert not crm.opted_out(ann)
    connector.write(later({"n": 2}).campaign("c2").did("ann@example.com", "unsubscribed", campaign="c2").complete({"n": 3}))
    assert crm.opted_out(ann)


def test_who_left_a_list_without_a_campaign_is_opted_out_where_lists_are_topics(connector, crm):
    connector.set(opt_out="any_leaving")
    ann, ours = crm.person("ann@example.com"), crm.person("our@example.com")
    source = first("contacts").contact("ann@example.com", "unsubscribed").contact("our@example.com", "unsubscribed", is_ours=True)
    assert connector.write(source.complete({"n": 1})).code == 0
    assert (crm.opted_out(ann), crm.opted_out(ours)) == (True, False)


def test_nothing_of_the_crms_own_automation_runs_unless_it_is_asked_for(connector, crm):
    crm.person("ann@example.com")
    connector.set(
        status_fields=[{"module": crm.people, "field": "Department"}], opt_out="any_leaving",
        new_people={"module": crm.people, "of_recipients": True},
        rule_groups=[{"rules": [{"name": kind, "makes": kind, "on": ["sent"], "stage": "Qualification"} for kind in ("note", "activity", "deal")]}],
    )  # fmt: skip
    before = crm.state()["automation"]
    source = first().campaign("c1").did("ann@example.com", "sent", "unsubscribed").did("new@example.com", "sent").complete({"n": 1})
    said = connector.write(source)
    assert said.code == 0, said.text
    for made in ("2 notes made", "2 activities made", "2 deals made", "1 people made"):
        assert made in said.logs, said.logs
    assert crm.state()["automation"] == before
    connector.set(run_automation=True)
    connector.write(later({"n": 1}).campaign("c2").did("ann@example.com", "clicked", campaign="c2").complete({"n": 2}))
    assert crm.state()["automation"]["workflow"] > before.get("workflow", 0)


def test_one_locked_record_of_a_batch_is_rejected_alone_and_goes_through_later(connector, crm):
    connector.set(status_fields=[{"module": crm.people, "field": "Department"}], recheck_runs=1)
    people = {f"p{number}@example.com": crm.person(f"p{number}@example.com") for number in range(110)}
    locked = people["p50@example.com"]
    crm.edit(op="lock_record", module=crm.people, id=locked)
    connector.write(first().campaign("c1").complete({"n": 0}))
    source = later({"n": 0}).campaign("c1")
    for address in people:
        source.did(address, "opened")
    said = connector.write(source.complete({"n": 1}))
    assert said.code == 0, said.text
    assert "1 rejected(field)" in said.logs
    assert "RECORD_LOCKED" in said.logs
    shown = [crm.of(crm.people, person)["Department"] for person in people.values()]
    assert shown.count("Opened") == 109
    crm.edit(op="lock_record", module=crm.people, id=locked, locked=False)
    connector.write(later({"n": 1}).complete({"n": 2}))
    assert crm.of(crm.people, locked)["Department"] == "Opened"


def test_who_is_not_in_the_crm_is_told_and_found_once_they_are(connector, crm):
    connector.set(recheck_runs=1)
    said = connector.write(first().campaign("c1").did("late@example.com", "opened").complete({"n": 1}))
    assert "1 skipped(no_person)" in said.logs
    late = crm.person("late@example.com")
    connector.write(later({"n": 1}).complete({"n": 2}))
    assert crm.statuses("c1") == {late: "Opened"}


def test_states_come_back_as_they_were_with_what_became_of_the_records(connector, crm):
    crm.person("ann@example.com")
    source = Mailing().state("campaigns", {}, id=7).state("responses", {}, id=8, unknown={"kept": None}).campaign("c1").did("ann@example.com", "sent")
    source.state("responses", {"at": None, "big": 9007199254740993}, id=9).complete()
    said = connector.write(source)
    assert [state["id"] for state in said.states] == [7, 8, 9]
    assert said.states[1]["unknown"] == {"kept": None}
    assert said.states[2]["stream"]["stream_state"] == {"at": None, "big": 9007199254740993}
    assert said.states[2]["destinationStats"]["recordCount"] == 1


def test_a_state_of_another_ledger_is_a_configuration_error(connector):
    said = connector.write(later({"n": 17}).complete({"n": 18}))
    assert said.code == 1
    assert said.error["failure_type"] == "config_error"
    assert "ledger" in said.error["message"]


def test_no_address_is_in_any_line(connector, crm):
    crm.person("someone.private@example.com")
    connector.set(new_people={"module": crm.people, "of_recipients": True})
    source = (
        first().campaign("c1").did("someone.private@example.com", "sent").did("x@@private.example", "sent").did("new.private@example.com", "sent")
    )
    said = connector.write(source.complete({"n": 1}))
    assert "private" not in said.text.replace("private_", "")
    assert "rejected(invalid_address)" in said.logs


def test_a_record_that_takes_an_unopened_back_changes_nothing(connector, crm):
    ann = crm.person("ann@example.com")
    source = (
        first().campaign("c1").did("ann@example.com", "sent", "opened").did("ann@example.com", "unopened", _ab_cdc_deleted_at="2026-03-02T00:00:00Z")
    )
    said = connector.write(source.complete({"n": 1}))
    assert said.code == 0, said.text
    assert crm.statuses("c1") == {ann: "Opened"}


def test_a_run_that_is_refused_while_it_is_set_up_is_in_the_history_with_its_reason(connector, capsys):
    said = connector.set(people_modules=["Leds"]).write(first().campaign("c1").did("ann@example.com", "sent").complete({"n": 1}))
    assert said.code == 1
    with pytest.raises(SystemExit):
        main(["history", "--json", "--ledger", connector.config["ledger"]["path"]])
    (told,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (told["status"], told["records"]) == ("failed", {})
    assert "Leds" in told["error"]
