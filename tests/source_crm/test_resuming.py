"""A run may break off anywhere: what is done stays done, the rest follows, by every road."""

import pytest

from tests.source_crm.crm_reader import Reader


@pytest.fixture
def vendor(start_emulator):
    """A larger account without limits: these tests start many runs."""
    return start_emulator(people=9000, limits="off", time_scale=60)


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", "60")


def live(records):
    """What a warehouse holds after these records, by cursor."""
    held = {}
    for row in sorted(records, key=lambda row: row["_ab_cdc_cursor"]):
        if "_ab_cdc_deleted_at" in row:
            held.pop(row["id"], None)
        else:
            held[row["id"]] = {name: value for name, value in row.items() if not name.startswith("_ab_cdc_cursor")}
    return held


def messages_until_each_state(output):
    for at, line in enumerate(output.lines):
        if line["type"] == "STATE":
            before = [one["record"]["data"] for one in output.lines[:at] if one["type"] == "RECORD"]
            yield before, [{"type": "STREAM", "stream": line["state"]["stream"]}]


@pytest.mark.parametrize("road", [{"bulk_from_rows": 0}, {"bulk_from_rows": 10**9}])
def test_from_every_checkpoint_the_rest_follows_and_nothing_is_missing(vendor, monkeypatch, road):
    monkeypatch.setattr("source_crm.zoho.bulk_chain.ROWS_PER_CHECKPOINT", 1000)
    vendor.reset()
    whole = Reader(vendor, **road).read("Leads")
    expected = live(whole.records())
    checkpoints = list(messages_until_each_state(whole))
    assert len(checkpoints) >= 4
    for before, state in checkpoints:
        rest = Reader(vendor, **road).read("Leads", state=state)
        assert rest.errors() == []
        assert live([*before, *rest.records()]) == expected
        if before:
            assert min((row["_ab_cdc_cursor"] for row in rest.records()), default=10**18) > max(row["_ab_cdc_cursor"] for row in before)
    repeated = len(rest.records())
    assert repeated == 0


def test_a_cut_within_a_bulk_job_reads_the_same_job_again_and_no_new_one(vendor, monkeypatch):
    monkeypatch.setattr("source_crm.zoho.bulk_chain.ROWS_PER_CHECKPOINT", 1000)
    whole = Reader(vendor, bulk_from_rows=0).read("Leads")
    inside = [state for _, state in messages_until_each_state(whole) if (state[0]["stream"]["stream_state"].get("backfill") or {}).get("rows")]
    assert inside
    vendor.clear_requests()
    rest = Reader(vendor, bulk_from_rows=0).read("Leads", state=inside[-1])
    calls = [(request["method"], request["path"]) for request in vendor.requests()]
    assert not [path for method, path in calls if method == "POST" and path.endswith("/read")]
    assert len(rest.records()) == len(whole.records()) - inside[-1][0]["stream"]["stream_state"]["backfill"]["rows"]
    assert rest.states("Leads")[-1]["count"] == len(whole.records())


def test_a_cut_so_long_ago_that_the_job_is_gone_begins_it_again(vendor, monkeypatch):
    monkeypatch.setattr("source_crm.zoho.bulk_chain.ROWS_PER_CHECKPOINT", 1000)
    whole = Reader(vendor, bulk_from_rows=0).read("Leads")
    inside = next(state for _, state in messages_until_each_state(whole) if (state[0]["stream"]["stream_state"].get("backfill") or {}).get("rows"))
    vendor.advance(3 * 86400)
    rest = Reader(vendor, bulk_from_rows=0).read("Leads", state=inside)
    assert rest.errors() == []
    assert rest.ids() == whole.ids()
    vendor.reset()


def test_a_record_edited_while_the_first_read_runs_comes_again_with_its_new_value(vendor):
    """The edit falls between the backfill's checkpoint and its increment: the state of the backfill remembers when it began."""
    crm = Reader(vendor, bulk_from_rows=10**9)
    whole = crm.read("Leads")
    early = next(state for before, state in messages_until_each_state(whole) if before)
    one = whole.live()[0]["id"]
    vendor.edit("zoho_crm", op="update", module="Leads", id=one, record={"City": "Changed Meanwhile"})
    vendor.advance(600)
    rest = crm.read("Leads", state=early)
    assert [row["City"] for row in rest.records() if row["id"] == one] == ["Changed Meanwhile"]
    vendor.reset()


def test_a_stream_that_breaks_off_keeps_its_last_checkpoint_and_fails_alone(vendor):
    vendor.faults(system="zoho_crm", method="POST", path="/coql$", kind="status", status=500, after=3, times=0)
    crm = Reader(vendor, bulk_from_rows=10**9)
    broken = crm.read("Leads", expecting_exception=True)
    vendor.heal()
    assert broken.statuses("Leads")[-1] == "INCOMPLETE"
    rest = crm.read("Leads")
    assert rest.errors() == []
    assert live([*broken.records(), *rest.records()]).keys() == set(vendor.state("zoho_crm")["modules"]["Leads"])
    vendor.reset()


def test_one_failing_stream_leaves_the_others_complete(vendor):
    vendor.edit("zoho_crm", op="hide_module", module="Accounts")
    output = Reader(vendor).read("Contacts", "Accounts", "Deals", expecting_exception=True)
    assert output.statuses("Contacts")[-1] == output.statuses("Deals")[-1] == "COMPLETE"
    assert output.statuses("Accounts") == ["STARTED", "INCOMPLETE"]
    error = output.errors("Accounts")[0]
    assert error["failure_type"] == "config_error"
    assert "hidden from the user" in error["message"]
    assert output.states("Accounts") == [{}]
    vendor.reset()


def test_a_changed_selection_is_compared_also_when_the_first_try_broke_off(vendor):
    crm = Reader(vendor)
    everything = crm.read("Members").ids()
    crm.config = crm.config | {"selections": [{"module": "Members", "criteria": [{"field": "Email", "comparator": "is_empty"}]}]}
    vendor.faults(system="zoho_crm", path="/deleted$", kind="status", status=500, times=0)
    broken = crm.read("Members", expecting_exception=True)
    assert broken.errors("Members")[0]["failure_type"] == "transient_error"
    vendor.heal()
    held = vendor.state("zoho_crm")["modules"]["Members"]
    with_mail = {key for key, member in held.items() if member.get("Email")}
    assert with_mail
    assert set(crm.read("Members").gone()) == with_mail
    assert everything >= with_mail
