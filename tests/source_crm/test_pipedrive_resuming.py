"""A run at Pipedrive may break off anywhere: what is done stays done, the rest follows."""

import pytest

from tests.source_crm.test_pipedrive_reading import held, of_filter, pipedrive
from tests.source_crm.test_resuming import live, messages_until_each_state

PAGE = 40


@pytest.fixture(autouse=True)
def _short_pages(monkeypatch):
    """Five pages for two hundred people, a checkpoint after each."""
    monkeypatch.setattr("mailsync.pipedrive.api.RECORDS_PER_PAGE", PAGE)
    monkeypatch.setattr("source_crm.pipedrive.changes.RECORDS_PER_PAGE", PAGE)
    monkeypatch.setattr("source_crm.pipedrive.first_read.ROWS_PER_CHECKPOINT", PAGE)


@pytest.mark.parametrize(("stream", "selected"), [("persons", None), ("persons", "Newsletter readers"), ("deals", None)])
def test_from_every_checkpoint_the_rest_follows_and_nothing_is_missing(emulator, stream, selected):
    selections = of_filter(selected) if selected else None
    whole = pipedrive(emulator, selections).read(stream)
    expected = live(whole.records())
    checkpoints = list(messages_until_each_state(whole))
    assert len(checkpoints) >= (4 if stream == "persons" else 3)
    for before, state in checkpoints:
        rest = pipedrive(emulator, selections).read(stream, state=state)
        assert rest.errors() == []
        assert live([*before, *rest.records()]) == expected
        if before:
            assert min((row["_ab_cdc_cursor"] for row in rest.records()), default=10**18) > max(row["_ab_cdc_cursor"] for row in before)
    assert rest.records() == []


@pytest.mark.parametrize("reading", ["400", "first_page"])
def test_a_cursor_that_the_vendor_no_longer_takes_begins_the_list_again(emulator, reading):
    emulator.switch(pipedrive_bad_cursor=reading)
    whole = pipedrive(emulator).read("persons")
    before, state = next(one for one in messages_until_each_state(whole) if one[0])
    state[0]["stream"]["stream_state"]["first"]["next_page"] = "b3V0ZGF0ZWQ"
    rest = pipedrive(emulator).read("persons", state=state)
    assert rest.errors() == []
    assert {str(row["id"]) for row in before} | rest.ids() == set(held(emulator))
    assert len(rest.ids()) > len(held(emulator)) - PAGE  # all of it again, but for who was changed a moment ago and shown


def test_a_stream_that_breaks_off_keeps_every_page_it_showed_and_fails_alone(emulator):
    emulator.faults(system="pipedrive", path="/api/v2/persons$", kind="status", status=503, after=3, times=0)
    reader = pipedrive(emulator, last_contacted="off")
    reader_config = reader.config
    broken = reader.read("persons", "organizations", expecting_exception=True)
    emulator.heal()
    assert broken.statuses("persons")[-1] == "INCOMPLETE"
    assert broken.statuses("organizations")[-1] == "COMPLETE"
    assert broken.errors("persons")[0]["failure_type"] == "transient_error"
    done = broken.ids("persons")
    assert len(done) == 2 * PAGE  # the first call looks for the newest id
    rest = reader.read("persons")
    assert reader.config is reader_config
    assert rest.ids() == set(held(emulator)) - done


def test_a_person_edited_while_the_first_read_runs_comes_again_with_the_new_value(emulator):
    reader = pipedrive(emulator)
    whole = reader.read("persons")
    early = next(state for before, state in messages_until_each_state(whole) if before)
    one = str(whole.live()[0]["id"])
    emulator.edit("pipedrive", op="update", module="persons", id=one, record={"City": "Changed Meanwhile"})
    emulator.advance(600)
    rest = reader.read("persons", state=early)
    assert [row["city"] for row in rest.live() if str(row["id"]) == one] == ["Changed Meanwhile"]
