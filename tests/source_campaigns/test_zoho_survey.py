"""Zoho Survey: answers by export and by webhook, each response once, whatever the vendor's unverified habits are."""

import json
import os
import random
import shutil

import pytest

from tests.mailsync.zoho_survey.receiving import ReceiverProcess
from tests.source_campaigns.survey_account import ANN, ANSWERS, BETTER, CHANNELS, HOW, SATISFACTION, Account

STREAMS = ("survey_responses", "survey_answers")
KEYS = {
    "survey_responses": lambda row: (row["survey_id"], row["response_id"]),
    "survey_answers": lambda row: (row["survey_id"], row["response_id"], row["question_key"]),
}
TREE = ("portals", "surveys", "collectors", "questions")
# What concerns the reading side; the others are of invitations.
READINGS = {
    "authorization": ("bearer", "zoho_oauthtoken"),
    "scopes": ("any",),
    "paging": ("range_is_size", "ignored"),
    "page_cap": ("20",),
    "entities": ("plain",),
    "unanswered": ("empty",),
    "multiple_in_webhook": ("list", "semicolon_text"),
    "time_format": ("12h",),
    "created_event": ("metadata_only",),
    "partial_status": ("PARTIALLY_COMPLETED", "INCOMPLETE"),
    "edited_response": ("silent",),
    "edit_moves_end": ("yes",),
    "webhook_retry": ("until_accepted",),
    "webhook_twice": ("yes",),
    "csv_header": ("second",),
    "csv_multiple": ("repeated_header", "second_header_row"),
    "csv_bom": ("no",),
}
# Singly they are tried where they matter: in tests/mailsync/zoho_survey, and with partial responses below.
ELSEWHERE = ("authorization", "scopes", "paging", "page_cap", "partial_status", "created_event", "webhook_retry", "csv_bom")
PROVE = bool(os.environ.get("MAILSYNC_PROVE"))
SINGLY = [(name, reading) for name, readings in READINGS.items() for reading in readings]


@pytest.fixture
def account(vendor):
    return Account(vendor)


def test_a_response_is_a_record_with_its_crm_record(account):
    made = account.answer(took_s=208)
    account.export()
    row = account.responses()[made]
    assert (row["record_id"], row["module"], row["email"]) == (ANN["record_id"], "Leads", "ann@example.com")
    assert (row["survey_name"], row["status"], row["collector_name"], row["time_taken"]) == (SATISFACTION, "COMPLETED", "Web link", "3 mins 28 secs")
    assert row["answers"][CHANNELS] == "Newsletter, Web site"
    assert row["answers"][BETTER] == ANSWERS[BETTER]
    assert "ip_address" not in row
    assert row["started_at"] < row["ended_at"]


def test_times_are_utc(account):
    made = account.answer()
    at = account.vendor()["surveys"][account.survey_id]["responses"][made]["ended_at"]
    account.export()
    from mailsync.instants import epoch

    assert epoch(account.responses()[made]["ended_at"]) == int(at)


def test_the_seeded_responses_come_once_and_a_second_sync_brings_nothing(account):
    first = account.read(*STREAMS)
    count = sum(len(one["responses"]) for one in account.vendor()["surveys"].values())
    assert len(first.records("survey_responses")) == count
    assert len({(row["survey_id"], row["response_id"]) for row in first.records("survey_responses")}) == count
    account.emulator.clear_requests()
    again = account.read(*STREAMS)
    assert again.records() == []
    assert account.emulator.requests() == []


def test_cursors_grow_over_both_syncs(account):
    first = account.read("survey_responses").records()
    account.answer()
    account.export()
    cursors = [row["_ab_cdc_cursor"] for row in [*first, *account.read("survey_responses").records()]]
    assert cursors == sorted(set(cursors))
    assert len(cursors) == len(first) + 1


@pytest.mark.parametrize("style", ["labels", "variables"])
def test_a_delivery_and_an_export_give_the_same_record(account, style):
    with account.hooked(style):
        made = account.answer()
    spooled = account.responses()[made]
    shutil.rmtree(account.config["system"]["spool"])
    account.use(spool=None)
    account.export()
    account.state = []
    assert account.responses()[made] == spooled


def test_from_a_browser_through_the_receiver_to_a_record(account):
    spool = account.folder / "received"
    account.use(exports=None, spool=str(spool), surveys=[{"survey_id": account.survey_id, "survey_name": SATISFACTION}])
    with ReceiverProcess(spool) as process:
        account.edit("create_webhook", url=process.url(account.survey_id), style="labels")
        account.edit("create_webhook", url=process.url(account.survey_id), style="variables")
        made = account.answer()
        account.edit("redeliver")
        assert {one["status"] for one in account.vendor()["deliveries"]} == {200}
        assert len(process.kept(account.survey_id)) == 4
    by_receiver = account.responses()
    assert list(by_receiver) == [made]
    account.export()
    account.use(exports=[{"survey_id": account.survey_id, "location": str(account.folder / f"{account.survey_id}.csv")}], spool=None)
    account.state = []
    assert account.responses()[made] == by_receiver[made] | {"survey_name": SATISFACTION}


@pytest.mark.parametrize("style", ["labels", "variables"])
def test_what_came_by_delivery_does_not_come_again_by_export(account, style):
    account.responses()
    with account.hooked(style):
        made = account.answer()
    assert list(account.responses()) == [made]
    account.export()
    assert account.responses() == {}


def test_an_export_may_lie_on_a_web_server(account):
    import functools
    import threading
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    account.export("served.csv")
    handler = functools.partial(SimpleHTTPRequestHandler, directory=account.folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    location = f"http://127.0.0.1:{server.server_port}/served.csv?signature=secret-word"
    account.use(exports=[{"survey_id": account.survey_id, "location": location}])
    assert len(account.responses()) == account.count()
    assert account.responses() == {}
    made = account.answer()
    account.export("served.csv")
    assert list(account.responses()) == [made]
    account.use(exports=[{"survey_id": account.survey_id, "location": location.replace("served", "gone")}])
    message = account.check().message
    server.shutdown()
    server.server_close()
    assert "HTTP 404" in message
    assert "secret-word" not in message


def test_a_pattern_takes_every_export_and_each_response_once(account):
    account.export("week-1.csv")
    made = account.answer()
    account.export("week-2.csv")
    account.use(exports=[{"survey_id": account.survey_id, "location": str(account.folder / "week-*.csv")}])
    assert len(account.responses()) == account.count()
    later = account.answer()
    account.export("week-3.csv", responses=[made, later])
    assert list(account.responses()) == [later]


def test_an_old_export_does_not_undo_what_a_delivery_brought(account):
    made = account.answer()
    old = account.export("old.csv").read_bytes()
    account.responses()
    with account.hooked("labels"):
        account.emulator.advance(60)
        account.edit("edit_response", response=made, answers={HOW: "Hardly"})
    account.export("now.csv")
    account.use(exports=[{"survey_id": account.survey_id, "location": str(account.folder / "*.csv")}])
    assert account.responses()[made]["answers"][HOW] == "Hardly"
    (account.folder / "again.csv").write_bytes(old)
    assert made not in account.responses()


@pytest.mark.parametrize(("status", "event"), [("PARTIAL", "answers_so_far"), ("INCOMPLETE", "metadata_only")])
def test_a_partial_response_is_overwritten_by_the_completed_one(account, status, event):
    account.emulator.switch(zoho_survey_partial_status=status, zoho_survey_created_event=event)
    account.responses()
    with account.hooked("labels"):
        begun = account.edit("start", answers={HOW: "Rather"}, **ANN)["response"]
        partial = account.responses()[begun]
        account.emulator.advance(60)
        account.edit("answer", response=begun, answers=ANSWERS)
    completed = account.responses()[begun]
    assert (partial["status"], "ended_at" in partial, partial["answers"].get(HOW)) == (status, False, "Rather" if event == "answers_so_far" else None)
    assert (completed["status"], completed["answers"][HOW]) == ("COMPLETED", "Very")
    assert completed["version"] > partial["version"]


def test_answers_are_one_record_each_and_a_taken_back_one_is_a_tombstone(account):
    with account.hooked("labels"):
        made = account.answer()
        rows = {row["question"]: row for row in account.read("survey_answers").records() if row["response_id"] == made}
        assert rows[HOW]["answer"] == "Very"
        assert rows[HOW]["question_key"] == "q1"
        account.edit("edit_response", response=made, answers={HOW: "Hardly", BETTER: ""})
    output = account.read("survey_answers")
    assert {row["question"]: row["answer"] for row in output.live()}[HOW] == "Hardly"
    assert {row["question_key"] for row in output.tombstones()} >= {"q5"}
    assert all(row["response_id"] == made for row in output.records())


def test_several_choices_are_a_list_where_it_is_said(account):
    account.use(multiple_choice=[CHANNELS])
    made = account.answer()
    account.export()
    assert account.responses()[made]["answers"][CHANNELS] == ["Newsletter", "Web site"]
    row = next(row for row in account.read("survey_answers").records() if (row["response_id"], row["question"]) == (made, CHANNELS))
    assert (row["answer"], row["choices"]) == ("Newsletter; Web site", ["Newsletter", "Web site"])


def test_the_address_of_the_machine_only_when_asked(account):
    account.use(with_ip_address=True)
    assert {row["ip_address"] for row in account.responses().values()} == {"203.0.113.7"}


def test_without_an_account_keys_stay_keys_and_no_call_is_made(account):
    account.use(account=None)
    account.responses()
    account.emulator.clear_requests()
    with account.hooked("variables"):
        made = account.answer()
    row = account.responses()[made]
    assert (row["answers"]["q1"], row["status"]) == ("Very", "COMPLETED")
    with account.hooked("variables"):
        account.answer()
    assert "name questions by key" in account.read("survey_responses").log()
    assert [one["path"] for one in account.emulator.requests() if one["method"] == "GET"] == []


def test_the_private_api_is_off_unless_an_account_is_given(account):
    assert set(account.discover()) == {*STREAMS, *TREE}
    output = account.read(*TREE)
    assert {row["survey_name"] for row in output.records("surveys")} == {SATISFACTION, "Event feedback & wishes", "Kundenumfrage"}
    assert {row["department_name"] for row in output.records("portals")} == {"Marketing", "Support & Care", "General"}
    assert len(output.records("collectors")) == 3
    assert {row["group"] for row in output.records("questions")} == {"Questions", "Respondent Variables"}
    account.use(account=None)
    account.catalog = None
    assert set(account.discover()) == set(STREAMS)
    output = account.read("surveys", "survey_responses", expecting_exception=True)
    assert "is of Zoho Survey's private API, which is off" in output.errors("surveys")[0]["message"]
    assert output.records("survey_responses")


@pytest.mark.parametrize("named", ["old workspace", None])
def test_only_the_chosen_portals_are_listed(account, named):
    portals = {one["name"]: key for key, one in account.vendor()["portals"].items()}
    account.use(account=account.config["system"]["account"] | {"portals": [named or portals["Old workspace"]]})
    assert account.check().status.value == "SUCCEEDED"
    output = account.read(*TREE)
    assert {row["portal_name"] for row in output.records("portals")} == {"Old workspace"}
    assert {row["survey_name"] for row in output.records("surveys")} == {"Kundenumfrage"}
    assert len(output.records("collectors")) == 1


@pytest.mark.parametrize("scheme", ["bearer", "zoho_oauthtoken"])
def test_which_authorization_the_private_api_takes_is_found_out_once_a_stream(account, scheme):
    account.emulator.switch(zoho_survey_authorization=scheme)
    account.emulator.clear_requests()
    assert account.read("collectors").records("collectors")
    assert sum(one["status"] == 401 for one in account.emulator.requests()) <= 1


def test_streams_of_mailings_are_refused_by_name(account):
    output = account.read("campaigns", expecting_exception=True)
    assert "Zoho Survey has no campaigns" in output.errors("campaigns")[0]["message"]


def test_nothing_but_records_holds_an_address_an_answer_or_a_secret(account):
    with account.hooked("variables"):
        account.answer()
    spoilt = account.folder / "spool" / account.survey_id / "broken.json"
    spoilt.write_bytes(b'{"Response ID": "R", "Email address": "bob@example.org"')
    outputs = [account.read(*STREAMS, *TREE)]
    account.use(account=account.config["system"]["account"] | {"client_secret": "wrong-secret-0001"})
    account.emulator.edit("zoho", op="expire_tokens")
    outputs.append(account.read(*STREAMS, *TREE, state=[], expecting_exception=True))
    told = [json.dumps(line) for output in outputs for line in output.lines if line["type"] != "RECORD"]
    assert outputs[1].errors("surveys")
    words = ("@", "emulated-secret", "wrong-secret", "emulated.refresh", ANN["record_id"], "pepper", "203.0.113")
    assert [line for line in told for word in words if word in line] == []


def test_what_is_no_delivery_is_passed_over_and_told(account):
    account.responses()
    with account.hooked("labels") as hook:
        made = account.answer()
        hook.keep(b"{}")
        (account.folder / "spool" / account.survey_id / "broken.json").write_bytes(b'{"Response ID": "R')
        (account.folder / "spool" / account.survey_id / ".half.json").write_bytes(b'{"Response ID": "R9"}')
        (account.folder / "spool" / "lost.json").write_bytes(b'{"Response ID": "R7"}')
        (account.folder / "spool" / account.survey_id / "note.txt").write_bytes(b"x")
    output = account.read("survey_responses")
    assert [row["response_id"] for row in output.records()] == [made]
    assert "no delivery with a response id, passed over: 2" in output.log()
    assert "in no survey's folder, passed over: 1" in output.log()


def test_deliveries_may_be_moved_away_once_they_were_read(account):
    with account.hooked("labels"):
        account.answer()
    account.read("survey_responses")
    shutil.rmtree(account.folder / "spool" / account.survey_id)
    assert account.read("survey_responses").records() == []
    assert account.state[0]["stream"]["stream_state"]["deliveries"] == ""


def test_a_state_of_another_zone_is_refused(account):
    account.responses()
    account.use(time_zone="Asia/Tokyo")
    output = account.read("survey_responses", expecting_exception=True)
    assert "belongs to the account zoho_survey:Europe/Berlin" in output.errors("survey_responses")[0]["message"]


def test_a_large_export_is_continued_where_it_broke_off(account, monkeypatch):
    import source_campaigns.zoho_survey.reading as reading

    monkeypatch.setattr(reading, "CHECKPOINT", 5)
    account.use(exports=account.config["system"]["exports"][:1])
    output = account.read("survey_responses")
    states = output.states("survey_responses")
    assert len(states) >= account.count() // 5 + 2
    account.state = [{"type": "STREAM", "stream": {"stream_descriptor": {"name": "survey_responses"}, "stream_state": states[2]}}]
    rest = account.read("survey_responses").records()
    assert [row["response_id"] for row in rest] == [row["response_id"] for row in output.records()][10:]


def test_reading_goes_on_from_every_state_as_a_host_keeps_them(account):
    """The last state of each stream up to a point, then the rest: nothing is missing and nothing comes twice, whatever the point."""
    with account.hooked("labels"):
        account.answer()
    whole = account.read(*STREAMS)
    expected = {name: {KEYS[name](row) for row in whole.records(name)} for name in STREAMS}
    points = [at for at, line in enumerate(whole.lines) if line["type"] == "STATE"]
    assert len(points) >= 2 * 4
    for point in points if PROVE else points[1::3]:
        before = whole.lines[: point + 1]
        states = [line["state"]["stream"] for line in before if line["type"] == "STATE"]
        kept = {state["stream_descriptor"]["name"]: {"type": "STREAM", "stream": state} for state in states}
        resumed = account.read(*STREAMS, state=list(kept.values()))
        for name in STREAMS:
            covered = [
                at for at, line in enumerate(before) if line["type"] == "STATE" and line["state"]["stream"]["stream_descriptor"]["name"] == name
            ]
            safe = before[: covered[-1]] if covered else []
            shown = [line["record"]["data"] for line in safe if line["type"] == "RECORD" and line["record"]["stream"] == name]
            keys = [KEYS[name](row) for row in [*shown, *resumed.records(name)]]
            assert sorted(keys) == sorted(expected[name])


@pytest.mark.parametrize(("switch", "reading"), SINGLY if PROVE else [one for one in SINGLY if one[0] not in ELSEWHERE])
def test_both_roads_meet_under_each_reading(account, switch, reading):
    both_roads_meet(account, {switch: reading})


@pytest.mark.parametrize("number", range(20 if PROVE else 2))
def test_both_roads_meet_under_a_random_mix(account, number):
    chosen = random.Random(number)
    both_roads_meet(account, {name: chosen.choice((*readings, None)) for name, readings in READINGS.items()})


def both_roads_meet(account, readings):
    """Deliveries in both styles and an export bring the same responses with the same answers; edits arrive where the vendor tells of them."""
    account.emulator.switch(**{f"zoho_survey_{name}": reading for name, reading in readings.items() if reading})
    account.use(multiple_choice=[CHANNELS])
    account.export()
    assert account.check().status.value == "SUCCEEDED"
    assert len(account.responses()) == account.count()
    with account.hooked("labels"):
        one = account.answer()
    with account.hooked("variables"):
        two = account.answer(answers={HOW: "Rather", CHANNELS: ["Trade fair"]}, email="bob@example.org")
        account.emulator.advance(30)
        account.edit("edit_response", response=one, answers={HOW: "Hardly"})
        account.edit("redeliver", response=two)
    by_spool = account.responses()
    assert set(by_spool) == {one, two}
    account.export()
    late = account.responses()
    fires = readings.get("edited_response") != "silent"
    assert set(late) == (set() if fires else {one})
    held = by_spool | late
    assert held[one]["answers"][HOW] == "Hardly"
    assert (held[one]["answers"][CHANNELS], held[two]["answers"][CHANNELS]) == (["Newsletter", "Web site"], ["Trade fair"])
    account.state = []
    account.use(spool=None)
    fresh = account.responses()
    for key in (one, two):
        assert without_version(fresh[key]) == without_version(held[key])
    json.dumps(fresh)


def without_version(row):
    return {name: value for name, value in row.items() if name != "version"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"time_zone": "Europe/Berlim"}, ["time_zone", "Europe/Berlin"]),
        ({"time_zone": None}, ["time_zone is missing"]),
        ({"exports": None, "spool": None}, ["neither exports nor a spool"]),
        ({"spool": "{folder}/nowhere"}, ["system.spool", "no such folder"]),
        ({"exports": [{"survey_id": "S", "location": "{folder}/nothing.csv"}]}, ["system.exports[0].location", "no such file"]),
        ({"exports": [{"survey_id": "S", "location": "{folder}/n*.csv"}]}, ["no such file"]),
        ({"exports": [{"location": "{folder}/nothing.csv"}]}, ["system.exports[0].survey_id is missing"]),
        ({"exports": [{"survey_id": "S", "location": "ftp-nothing://x/y"}]}, ["system.exports[0].location"]),
        ({"exports": [{"survey_id": "S", "location": "http://files.example.com/a.csv"}]}, ["must begin with https://"]),
        ({"exports": [{"survey_id": "S", "location": "{folder}/x.csv", "encoding": "utf-88"}]}, ["encoding", "utf-88"]),
        ({"exports": [{"survey_id": "S", "location": "{folder}/x.csv", "delimiter": "::"}]}, ["delimiter"]),
        ({"exports": [{"survey_id": "S", "location": "{folder}/x.csv", "header_row": -1}]}, ["header_row"]),
        ({"record_id_column": "CRM Id"}, ["record_id_column", "'CRM Id'", "CRM Record ID"]),
        ({"columns": {"ended": "End"}}, ["system.columns", "ended_at"]),
        ({"columns": {"ended_at": "Collector Name"}}, ["Set time_format"]),
        ({"columns": {"ended_at": "CRM_Module"}}, ["'crm module'", "two purposes"]),
        ({"storage_options": "[1]"}, ["storage_options"]),
        ({"account": {"data_center": "moon"}}, ["data_center", "moon"]),
        ({"account": {"portals": ["Neu"]}}, ["no portal 'Neu'", "Emulated Ltd", "Old workspace"]),
        ({"account": {"portals": "Neu"}}, ["system.account.portals"]),
        ({"multiple_choice": "x"}, ["system.multiple_choice"]),
    ],
)
def test_check_says_what_is_wrong(account, options, words):
    filled = json.loads(json.dumps(options).replace("{folder}", str(account.folder)))
    if isinstance(filled.get("account"), dict):
        filled["account"] = account.config["system"]["account"] | filled["account"]
    account.use(**filled)
    answer = account.check()
    assert answer.status.value == "FAILED"
    assert [word for word in words if word not in answer.message] == []


def test_check_names_a_wrong_header_with_what_is_there(account):
    path = account.folder / f"{account.survey_id}.csv"
    path.write_text("Antwort,Frage\nR1,x\n")
    assert "no column Response ID" in account.check().message
    assert "Antwort, Frage" in account.check().message


def test_check_names_missing_scopes_and_the_data_centre(account):
    account.emulator.edit("zoho", op="grant", refresh_token="1000.emulated.refresh", scopes=["ZohoSurvey.portal.READ"])
    assert "ZohoSurvey.survey.READ" in account.check().message
    account.use(base_urls={name: f"{url}/dc/us" for name, url in account.config["system"]["base_urls"].items()})
    assert "data_center" in account.check().message


def test_check_works_and_without_an_account_calls_nobody(account):
    assert account.check().status.value == "SUCCEEDED"
    account.use(account=None)
    account.emulator.clear_requests()
    assert account.check().status.value == "SUCCEEDED"
    assert account.emulator.requests() == []


def test_an_object_store_is_read_by_its_driver(account):
    import fsspec

    store = fsspec.filesystem("memory")
    with account.hooked("labels"):
        made = account.answer()
    text = account.edit("export", responses=[made])["csv"]
    store.pipe("/bucket/exports/one.csv", text.encode())
    for number, path in enumerate((account.folder / "spool" / account.survey_id).iterdir()):
        store.pipe(f"/bucket/spool/{account.survey_id}/{number}.json", path.read_bytes())
    account.use(spool="memory://bucket/spool", exports=[])
    assert list(account.responses()) == [made]
    account.use(spool=None, exports=[{"survey_id": account.survey_id, "location": "memory://bucket/exports/*.csv"}])
    assert account.responses() == {}
    account.state = []
    assert list(account.responses()) == [made]
    store.rm("/bucket", recursive=True)


def test_a_driver_that_is_not_installed_is_named(account):
    account.use(spool="gs://bucket/spool")
    assert "needs the package gcsfs" in account.check().message
