"""Which of two contents of a response is the newer one."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from mailsync.zoho_survey.responses import Question, SurveyResponse
from mailsync.zoho_survey.versions import Versions


def response(text="a", *, ended=1000.0, status="COMPLETED", key="R1"):
    answers = ((Question("q", "Why?"), text),)
    return SurveyResponse("S1", None, key, status, None, None, 900.0, ended, None, None, None, None, None, answers)


def shown(versions, *responses):
    """For each the version it is shown under, None where it is not."""
    found = [versions.next(one) for one in responses]
    return [one and one[0] for one in found]


def test_the_first_version_says_so_and_a_repetition_is_nothing_new():
    versions = Versions()
    assert versions.next(response()) == (response().order, True)
    assert versions.next(response()) is None


def test_an_edit_that_moves_the_end_is_newer_whatever_comes_first():
    old, new = response("a"), response("b", ended=2000.0)
    assert shown(Versions(), old, new) == [old.order, new.order]
    assert shown(Versions(), new, old) == [new.order, None]


def test_an_edit_that_does_not_move_the_end_is_newer_when_it_comes_later_and_the_old_one_does_not_come_back():
    versions = Versions()
    assert shown(versions, response("a"), response("b"), response("a"), response("b")) == [response().order, response().order + 1, None, None]


def test_a_completed_response_is_newer_than_a_partial_one():
    partial = response("a", ended=None, status="PARTIAL")
    assert shown(Versions(), partial, response("b", ended=901.0)) == [partial.order, response("b", ended=901.0).order]
    assert shown(Versions(), response("b", ended=901.0), replace(partial, started_at=5000.0))[1] is None


def test_versions_fit_into_numbers_that_every_warehouse_keeps_whole():
    assert response(ended=4_000_000_000.0).order + 999 < 2**53


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("xyz"), st.sampled_from([900.0, 1000.0, 2000.0])), max_size=40))
def test_packing_forgets_nothing(history):
    """Whether the state went through its text between two responses makes no difference; versions of a response only grow."""
    kept, packed, last = Versions(), "", {}
    for key, text, ended in history:
        one = response(text, ended=ended, key=key)
        resumed = Versions(packed)
        found = kept.next(one)
        assert resumed.next(one) == found
        packed = resumed.packed()
        if found:
            assert found[0] > last.get(key, 0)
            assert found[1] is (key not in last)
            last[key] = found[0]


def test_a_response_takes_some_twenty_bytes_of_state():
    versions = Versions()
    for number in range(5000):
        versions.next(response(str(number), ended=1_700_000_000.0 + number * 977, key=f"S4{number:06x}"))
    assert len(versions.packed()) / 5000 < 20
