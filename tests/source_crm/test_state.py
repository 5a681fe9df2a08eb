"""State: what is dumped is what is loaded; odd ones are refused in words."""

import dataclasses

import orjson
import pytest

from mailsync.errors import ConfigError
from source_crm.bin import Bin
from source_crm.emission import Emission, Recent
from source_crm.state import load
from source_crm.zoho_crm.state import Backfill, StreamState

MODIFIED = "Modified_Time"
VERSION = StreamState.VERSION


def test_every_field_survives_the_journey():
    state = StreamState(
        organisation="7", selection="ab", cursor=9, backfill=Backfill("bulk", "2026-01-01T00:00:00Z", job="5", rows=3), upto="2026-01-01T00:00:00Z",
        deleted_upto="2026-01-01T00:00:00Z", recent={"1": "x|y"}, ids="1abc", count=2, bin={"2026-01-01": "1abc"},
        swept="2026-01-01T00:00:00Z", formulas="a.b", formulas_at="2026-01-01T00:00:00Z", fields="cd", refused=["A"], without_coql=True,
    )  # fmt: skip
    assert load(StreamState, orjson.loads(orjson.dumps(state.dump())), "Leads") == state
    assert all(getattr(state, field.name) not in ("", None, {}, [], 0) for field in dataclasses.fields(state))


@pytest.mark.parametrize("blob", [{}, {"__ab_no_cursor_state_message": True}, {"Modified_Time": "2026-01-01T00:00:00Z"}])
def test_states_of_nothing_and_of_others_begin_anew(blob):
    assert load(StreamState, blob, "Leads").is_new


def test_what_a_later_patch_adds_to_the_same_version_is_ignored():
    assert load(StreamState, {"system": "zoho_crm", "version": VERSION, "upto": "2026-01-01T00:00:00Z", "new_thing": 1}, "Leads").upto


@pytest.mark.parametrize("version", [VERSION + 1, "two", None])
def test_a_version_that_is_not_known_is_refused(version):
    with pytest.raises(ConfigError, match="version"):
        load(StreamState, {"system": "zoho_crm", "version": version}, "Leads")


def test_cursors_rise_across_a_run_that_no_state_remembers():
    lost = Emission(0, now=1000.0, modified_field=MODIFIED)
    for _ in range(5):
        lost.record({"id": "1"})
    assert Emission(0, now=1003.0, modified_field=MODIFIED).record({"id": "1"})["_ab_cdc_cursor"] > lost.cursor


def test_cursors_rise_although_the_clock_went_back():
    assert Emission(10**18, now=5.0, modified_field=MODIFIED).record({"id": "1"})["_ab_cdc_cursor"] == 10**18 + 1


def test_only_the_same_content_is_a_repetition():
    recent = Recent({}, "2026-01-01T00:00:00Z", MODIFIED)
    row = {"id": "1", "Modified_Time": "2026-01-01T00:00:00Z", "City": "Ulm"}
    assert not recent.is_repeated(dict(row))
    assert recent.is_repeated(dict(row))
    assert not recent.is_repeated(row | {"City": "Bonn"})
    assert not recent.is_repeated(dict(row))
    old = row | {"Modified_Time": "2025-01-01T00:00:00Z", "id": "2"}
    assert not recent.is_repeated(dict(old))
    assert not recent.is_repeated(dict(old))


def test_what_an_earlier_run_showed_is_recognised_below_the_new_floor():
    row = {"id": "1", "Modified_Time": "2026-01-01T00:00:00Z"}
    first = Recent({}, "2026-01-01T00:00:00Z", MODIFIED)
    first.is_repeated(dict(row))
    later = Recent(first.kept("2026-01-01T00:00:00Z"), "2026-06-01T00:00:00Z", MODIFIED)
    assert later.is_repeated(dict(row))
    assert later.kept("2026-06-01T00:00:00Z") == {}


def test_the_bin_forgets_after_the_vendors_sixty_days():
    full = Bin({}, today="2026-01-01T00:00:00Z", kept_days=61)
    full.add(5, "2026-01-01T10:00:00Z")
    assert 5 in Bin(full.packed(), today="2026-03-01T00:00:00Z", kept_days=61)
    assert 5 not in Bin(full.packed(), today="2026-03-10T00:00:00Z", kept_days=61)
    full.discard(5)
    assert full.packed() == {}
