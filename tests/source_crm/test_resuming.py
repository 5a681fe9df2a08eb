"""A run may break off anywhere: what is done stays done, the rest follows, by every road."""

import pytest

from emulators.process import EmulatorProcess
from tests.source_crm.systems import CRMS


@pytest.fixture(scope="module")
def process():
    """A larger account without limits: these tests start many runs."""
    with EmulatorProcess(people=9000, limits="off", time_scale=60) as started:
        yield started


@pytest.fixture
def vendor(process):
    process.heal()
    process.reset()
    return process


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    """And with so many checkpoints that there is something between them."""
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", "60")
    for where, rows in {step for crm in CRMS.values() for step in crm.steps}:
        monkeypatch.setattr(where, rows)


# A road of small pages has many: so many of them, and the last one, are tried.
SOME_CHECKPOINTS = 6


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


@pytest.mark.parametrize(("crm", "road"), [pytest.param(crm, road, id=f"{crm.name}-{road}") for crm in CRMS.values() for road in crm.roads])
def test_from_every_checkpoint_the_rest_follows_and_nothing_is_missing(vendor, crm, road):
    road = crm.roads[road]
    whole = crm.reader(vendor, **road).read(crm.people)
    expected = live(whole.records())
    checkpoints = list(messages_until_each_state(whole))
    assert len(checkpoints) >= 4
    every = max(len(checkpoints) // SOME_CHECKPOINTS, 1)
    for before, state in [*checkpoints[::every], checkpoints[-1]]:
        rest = crm.reader(vendor, **road).read(crm.people, state=state)
        assert rest.errors() == []
        assert live([*before, *rest.records()]) == expected
        if before:
            assert min((row["_ab_cdc_cursor"] for row in rest.records()), default=10**18) > max(row["_ab_cdc_cursor"] for row in before)
    repeated = len(rest.records())
    assert repeated == 0


@pytest.mark.needs("bulk")
def test_a_cut_within_a_bulk_job_reads_the_same_job_again_and_no_new_one(vendor, crm):
    whole = crm.reader(vendor, bulk_from_rows=0).read(crm.people)
    inside = [state for _, state in messages_until_each_state(whole) if (state[0]["stream"]["stream_state"].get("backfill") or {}).get("rows")]
    assert inside
    vendor.clear_requests()
    rest = crm.reader(vendor, bulk_from_rows=0).read(crm.people, state=inside[-1])
    calls = [(request["method"], request["path"]) for request in vendor.requests()]
    assert not [path for method, path in calls if method == "POST" and path.endswith("/read")]
    assert len(rest.records()) == len(whole.records()) - inside[-1][0]["stream"]["stream_state"]["backfill"]["rows"]
    assert rest.states(crm.people)[-1]["count"] == len(whole.records())


@pytest.mark.needs("bulk")
def test_a_cut_so_long_ago_that_the_job_is_gone_begins_it_again(vendor, crm):
    whole = crm.reader(vendor, bulk_from_rows=0).read(crm.people)
    inside = next(state for _, state in messages_until_each_state(whole) if (state[0]["stream"]["stream_state"].get("backfill") or {}).get("rows"))
    vendor.advance(3 * 86400)
    rest = crm.reader(vendor, bulk_from_rows=0).read(crm.people, state=inside)
    assert rest.errors() == []
    assert rest.ids() == whole.ids()


def test_a_record_edited_while_the_first_read_runs_comes_again_with_its_new_value(vendor, crm):
    """The edit falls between the backfill's checkpoint and its increment: the state of the backfill remembers when it began."""
    host = crm.reader(vendor, bulk_from_rows=10**9)
    whole = host.read(crm.people)
    early = next(state for before, state in messages_until_each_state(whole) if before)
    one = str(whole.live()[0]["id"])
    crm.move(vendor, one, "Changed Meanwhile")
    vendor.advance(600)
    rest = host.read(crm.people, state=early)
    assert {row[crm.city] for row in rest.records() if str(row["id"]) == one} == {"Changed Meanwhile"}


def test_a_stream_that_breaks_off_keeps_its_last_checkpoint(vendor, crm):
    vendor.faults(system=crm.name, path=crm.calls, kind="status", status=500, after=3, times=0)
    host = crm.reader(vendor, bulk_from_rows=10**9)
    broken = host.read(crm.people, expecting_exception=True)
    vendor.heal()
    assert broken.statuses(crm.people)[-1] == "INCOMPLETE"
    assert broken.errors(crm.people)[0]["failure_type"] == "transient_error"
    assert broken.ids(crm.people)
    rest = host.read(crm.people)
    assert rest.errors() == []
    assert set(map(str, live([*broken.records(crm.people), *rest.records()]))) == set(crm.held(vendor))


@pytest.mark.needs("hidden_modules")
def test_one_failing_stream_leaves_the_others_complete(vendor, crm):
    crm.edit(vendor, "hide_module", crm.small[0])
    output = crm.reader(vendor).read(crm.contacts, crm.small[0], crm.small[1], expecting_exception=True)
    assert output.statuses(crm.contacts)[-1] == output.statuses(crm.small[1])[-1] == "COMPLETE"
    assert output.statuses(crm.small[0]) == ["STARTED", "INCOMPLETE"]
    error = output.errors(crm.small[0])[0]
    assert error["failure_type"] == "config_error"
    assert "hidden from the user" in error["message"]
    assert output.states(crm.small[0]) == [{}]


def test_a_changed_selection_is_compared_also_when_the_first_try_broke_off(vendor, crm):
    host = crm.reader(vendor)
    everybody = host.read(crm.people).ids()
    city = crm.cities(vendor)[0]
    crm.make_view(vendor, "Town", crm.where(city))
    host.config = host.config | crm.select(custom_view="Town")
    vendor.faults(system=crm.name, path=crm.comparison, kind="status", status=500, times=0)
    broken = host.read(crm.people, expecting_exception=True)
    assert broken.errors(crm.people)[0]["failure_type"] == "transient_error"
    assert broken.tombstones() == []
    vendor.heal()
    inside = crm.in_city(vendor, city)
    assert inside
    assert set(host.read(crm.people).gone()) == everybody - inside
