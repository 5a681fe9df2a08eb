"""Survey answers onto people, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailsync.answers.plan import Holds, Mapped, Survey, Target
from mailsync.errors import ConfigError
from mailsync.ledger import schema
from mailsync.ledger.forgetting import forget
from mailsync.responses.crm import Ability
from tests.mailsync.answers.scene import ALL, FIELDS, STREAM, SURVEY, New, fields, notes, rows, said, scene
from tests.mailsync.responses.histories import fine
from tests.mailsync.responses.scene import DAY, Scene
from tests.mailsync.responses.test_dry_run import rehearse

__all__ = ["scene"]
ONLY_FIELDS = Survey("s1", fields=ALL)
ONLY_NOTE = Survey("s1", note="Answers to {survey}")


def ran(s: Scene, *messages: Any, **more: Any) -> dict[str, int]:
    return fine(s.run(*messages, **more)).fates(STREAM)


def begun(s: Scene) -> Scene:
    """The first run is over: nothing is read anew any more."""
    fine(s.run(said("r0", address="nobody@example.com")))
    s.crm.calls.clear()
    return s


def test_answers_fill_fields_a_note_and_a_row(scene: New) -> None:
    s = begun(scene())
    ann = s.crm.has("1", "ann@example.com")
    assert ran(s, said("r1", how="9", why="Fast", back="yes", record="1", module="Leads")) == {"written": 1}
    assert fields(s, ann) == {"Score": 9.0, "Reason": "Fast", "Returns": "Yes"}
    assert notes(s, ann) == ["Survey s1 · Completed\nHow satisfied are you?: 9\nWhy?: Fast\nWill you come back?: yes"]
    assert rows(s, ann) == [{"Score": 9.0, "Reason": "Fast"}]


def test_known_responses_cost_no_call(scene: New) -> None:
    s = begun(scene())
    s.crm.has("1", "ann@example.com")
    one = said("r1", how="9", address="ann@example.com")
    ran(s, one)
    s.crm.calls.clear()
    assert ran(s, one, one) == {"unchanged": 2}
    assert s.crm.calls == []


def test_the_record_is_meant_and_not_who_has_the_address(scene: New) -> None:
    s = begun(scene(ONLY_FIELDS))
    ann, bob = s.crm.has("1", "shared@example.com"), s.crm.has("2", "shared@example.com", contacted=9.0)
    ran(s, said("r1", how="1", record="1", address="shared@example.com"), said("r2", how="2", address="shared@example.com"))
    assert (fields(s, ann)["Score"], fields(s, bob)["Score"]) == (1.0, 2.0)


def test_a_converted_lead_hands_over_to_its_contact(scene: New) -> None:
    s = begun(scene())
    contact = s.crm.converts(s.crm.has("1", "ann@example.com"), "7")
    assert ran(s, said("r1", how="9", record="1", module="Leads")) == {"written": 1}
    assert fields(s, contact)["Score"] == 9.0


def test_a_deleted_record_is_sought_by_address(scene: New) -> None:
    s = begun(scene(ONLY_FIELDS))
    s.crm.deletes(s.crm.has("1", "ann@example.com"))
    assert ran(s, said("r1", how="1", record="1", address="ann@example.com")) == {"skipped(person_deleted)": 1}
    again = s.crm.has("2", "ann@example.com")
    assert ran(s, said("r2", how="2", record="1", address="ann@example.com", ended=1.0)) == {"written": 1}
    assert fields(s, again)["Score"] == 2.0


def test_a_module_that_is_not_looked_in_is_no_record(scene: New) -> None:
    s = begun(scene(ONLY_FIELDS))
    ann = s.crm.has("1", "ann@example.com")
    assert ran(s, said("r1", how="1", record="1", module="Cases")) == {"skipped(person_deleted)": 1}
    assert ran(s, said("r2", how="1", record="1", module="leads")) == {"written": 1}
    assert fields(s, ann)["Score"] == 1.0


def test_who_is_not_found_is_asked_again_at_the_recheck(scene: New) -> None:
    s = begun(scene(ONLY_FIELDS))
    assert ran(s, said("r1", how="1", address="ann@example.com")) == {"skipped(no_person)": 1}
    ann = s.crm.has("1", "ann@example.com")
    ran(s)
    assert fields(s, ann) == {}
    ran(s, after=8 * DAY)
    assert fields(s, ann) == {"Score": 1.0}


def test_every_reason_why_nothing_is_written(scene: New) -> None:
    s = begun(scene(ONLY_FIELDS, Survey("s2", writes=False)))
    s.crm.has("1", "ann@example.com")
    told = [
        said("a", how="1", address="ann@example.com", survey="s3"),
        said("b", how="1", address="ann@example.com", survey="s2"),
        said("c", how="1", address="ann@example.com", status="PARTIAL"),
        said("d", how="1"),
        said("e", how="1", address="no address"),
        said("f", how="1", address="ann@example.com", taken_back=True),
    ]
    assert ran(s, told) == {
        "skipped(survey_not_chosen)": 1,
        "skipped(survey_switched_off)": 1,
        "skipped(not_completed)": 1,
        "skipped(no_respondent)": 2,
        "unchanged": 1,
    }
    assert s.crm.writes() == []


def test_partial_responses_are_written_where_asked_for(scene: New) -> None:
    s = begun(scene(replace(SURVEY, partial=True)))
    ann = s.crm.has("1", "ann@example.com")
    ran(s, said("r1", how="1", address="ann@example.com", status="PARTIAL"))
    ran(s, said("r1", version=2, how="1", why="Late", address="ann@example.com"))
    assert fields(s, ann) == {"Score": 1.0, "Reason": "Late"}
    assert len(notes(s, ann)) == len(rows(s, ann)) == 1


def test_a_survey_is_known_by_its_name_too(scene: New) -> None:
    s = begun(scene(Survey("SURVEY S1", fields=ALL)))
    ann = s.crm.has("1", "ann@example.com")
    ran(s, said("r1", how="1", address="ann@example.com"))
    assert fields(s, ann) == {"Score": 1.0}


def test_an_edit_changes_what_is_there_and_an_older_version_changes_nothing(scene: New) -> None:
    s = begun(scene())
    ann = s.crm.has("1", "ann@example.com")
    ran(s, said("r1", version=2, how="2", address="ann@example.com"))
    assert ran(s, said("r1", version=1, how="1", address="ann@example.com")) == {"unchanged": 1}
    ran(s, said("r1", version=3, how="3", why="Better", address="ann@example.com"))
    assert fields(s, ann) == {"Score": 3.0, "Reason": "Better"}
    assert notes(s, ann) == ["Survey s1 · Completed\nHow satisfied are you?: 3\nWhy?: Better"]
    assert rows(s, ann) == [{"Score": 3.0, "Reason": "Better"}]


def test_of_several_responses_the_newest_fills_each_field(scene: New) -> None:
    s = begun(scene())
    ann = s.crm.has("1", "ann@example.com")
    ran(s, said("new", how="9", ended=20.0, address="ann@example.com"))
    ran(s, said("old", how="1", why="Slow", ended=10.0, address="ann@example.com"))
    assert fields(s, ann) == {"Score": 9.0, "Reason": "Slow"}, "a question that the newest leaves out is answered by the one before"
    assert len(notes(s, ann)) == len(rows(s, ann)) == 2


def test_an_answer_that_does_not_fit_is_named_and_the_rest_is_written(scene: New) -> None:
    s = begun(scene(ONLY_FIELDS))
    ann = s.crm.has("1", "ann@example.com")
    done = fine(s.run(said("r1", how="many", why="Fast", back="maybe", address="ann@example.com")))
    assert done.fates(STREAM) == {"rejected(answer_unfit)": 1}
    assert fields(s, ann) == {"Reason": "Fast"}
    assert done.summary is not None
    [detail] = done.summary.examples[STREAM, "crm", "rejected", "answer_unfit"].values()
    assert detail.startswith(("Score: no number", "Returns: not in the field's list"))
    assert "many" not in detail
    ran(s, said("r1", version=2, how="4", why="Fast", back="No", address="ann@example.com"))
    assert fields(s, ann) == {"Score": 4.0, "Reason": "Fast", "Returns": "No"}


def test_a_locked_record_is_rejected_and_tried_again(scene: New) -> None:
    s = begun(scene(ONLY_FIELDS))
    ann = s.crm.has("1", "ann@example.com", locked="RECORD_LOCKED")
    assert ran(s, said("r1", how="1", address="ann@example.com")) == {"rejected(answer_fields)": 1}
    s.crm.people_by_id[ann].locked = ""
    ran(s, after=8 * DAY)
    assert fields(s, ann) == {"Score": 1.0}


@pytest.mark.parametrize("off", [Survey("s1", writes=False), Survey("s9", note="x")], ids=["write off", "removed"])
def test_after_switching_off_nothing_more_is_written_and_what_was_written_stays(scene: New, off: Survey) -> None:
    s = begun(scene())
    ann = s.crm.has("1", "ann@example.com")
    ran(s, said("r1", how="1", ended=1.0, address="ann@example.com"))
    before = (fields(s, ann), notes(s, ann), rows(s, ann))
    s.crm.calls.clear()
    ran(
        s,
        said("r1", version=2, how="2", ended=1.0, address="ann@example.com"),
        said("r2", how="3", ended=3.0, address="ann@example.com"),
        surveys=(off,),
    )
    ran(s, surveys=(off,), after=8 * DAY)
    assert s.crm.writes() == []
    assert (fields(s, ann), notes(s, ann), rows(s, ann)) == before


def test_what_a_survey_wrote_before_it_was_switched_off_is_not_overwritten_by_an_older_answer_to_another(scene: New) -> None:
    other = Survey("s2", fields=ALL)
    s = begun(scene(ONLY_FIELDS, other))
    ann = s.crm.has("1", "ann@example.com")
    ran(s, said("r1", how="9", ended=9.0, address="ann@example.com"))
    ran(s, said("r2", how="2", ended=2.0, survey="s2", address="ann@example.com"), surveys=(other,))
    assert fields(s, ann) == {"Score": 9.0}
    ran(s, said("r3", how="3", ended=30.0, survey="s2", address="ann@example.com"), surveys=(other,))
    assert fields(s, ann) == {"Score": 3.0}


def test_a_changed_mapping_reaches_what_is_known_already(scene: New) -> None:
    s = begun(scene(Survey("s1", fields={"Leads": FIELDS[:1]})))
    ann = s.crm.has("1", "ann@example.com")
    ran(s, said("r1", how="1", why="Fast", address="ann@example.com"))
    ran(s, surveys=(SURVEY,))
    assert fields(s, ann) == {"Score": 1.0, "Reason": "Fast"}
    assert len(notes(s, ann)) == len(rows(s, ann)) == 1


def test_a_lost_ledger_makes_no_second_note_and_no_second_row(scene: New) -> None:
    s = begun(scene(crm_options={"index_lags": True}))
    ann = s.crm.has("1", "ann@example.com")
    one = said("r1", how="1", address="ann@example.com")
    ran(s, one)
    s.lose_ledger()
    ran(s, said("r1", version=2, how="2", address="ann@example.com"), reset=True)
    assert notes(s, ann) == ["Survey s1 · Completed\nHow satisfied are you?: 2"]
    assert rows(s, ann) == [{"Score": 2.0}]


def test_while_everything_is_read_anew_fields_wait_and_notes_do_not(scene: New) -> None:
    s = scene()
    ann = s.crm.has("1", "ann@example.com")
    told = fine(s.run(said("r1", how="1", address="ann@example.com"), complete=False))
    assert told.fates(STREAM) == {"postponed(relearning)": 1}
    assert (fields(s, ann), len(notes(s, ann))) == ({}, 1)
    ran(s, said("r2", how="2", ended=2.0, address="ann@example.com"))
    assert fields(s, ann) == {"Score": 2.0}


def test_after_a_lost_ledger_a_field_does_not_go_back_because_a_newer_answers_giver_could_not_be_looked_up(scene: New) -> None:
    s = scene(ONLY_FIELDS)
    ann = s.crm.has("1", "ann@example.com")
    older, newer = said("r1", how="1", address="ann@example.com"), said("r2", how="2", ended=2.0, record="1", module="Leads")
    ran(s, older, newer)
    s.lose_ledger()
    s.crm.failing = {"people"}
    told = ran(s, older, newer, reset=True)
    assert told == {"postponed(relearning)": 1, "postponed(lookup_failed)": 1}
    assert fields(s, ann) == {"Score": 2.0}
    s.crm.failing = set()
    writes = len(s.crm.writes())
    ran(s)
    assert fields(s, ann) == {"Score": 2.0}
    assert all(call.rows[0][1] == {"Score": 2} for call in s.crm.writes()[writes:])


def test_staff_deletes_a_note_and_it_stays_deleted(scene: New) -> None:
    s = begun(scene(ONLY_NOTE))
    ann = s.crm.has("1", "ann@example.com")
    ran(s, said("r1", how="1", address="ann@example.com"))
    s.crm.deletes_items(ann)
    ran(s, said("r1", version=2, how="2", address="ann@example.com"))
    ran(s, said("r1", version=3, how="3", address="ann@example.com"))
    assert notes(s, ann) == []
    assert len(s.crm.made("rewrite_notes")) == 1, "asked once more, and known to be deleted from then on"


def test_a_merge_brings_the_note_along_and_an_edit_finds_it(scene: New) -> None:
    s = begun(scene())
    ann, eve = s.crm.has("1", "ann@example.com"), s.crm.has("2", "eve@example.com")
    ran(s, said("r1", how="1", address="ann@example.com"))
    s.crm.merges(ann, eve)
    ran(s, said("r1", version=2, how="2", address="ann@example.com"))
    assert notes(s, eve) == ["Survey s1 · Completed\nHow satisfied are you?: 2"]
    assert rows(s, eve) == [{"Score": 2.0}]
    assert fields(s, eve)["Score"] == 2.0
    assert len(s.crm.items) == len(s.crm.rows) == 1


def test_a_person_deleted_before_the_note_was_made_is_decided_anew(scene: New) -> None:
    s = begun(scene(ONLY_NOTE))
    ann, eve = s.crm.has("1", "ann@example.com", contacted=2.0), s.crm.has("2", "ann@example.com")
    s.crm.before.append(("make_items", lambda: s.crm.deletes(ann)))
    assert ran(s, said("r1", how="1", address="ann@example.com")) == {"written": 1}
    assert len(notes(s, eve)) == 1


def test_two_syncs_each_keep_their_own_note(scene: New) -> None:
    s = begun(scene(ONLY_NOTE))
    ann = s.crm.has("1", "ann@example.com")
    one = said("r1", how="1", address="ann@example.com")
    ran(s, one)
    ran(s, one, sync="other")
    assert len(notes(s, ann)) == 2


def test_a_field_that_the_crm_lacks_rows_for_is_refused(scene: New) -> None:
    s = scene(crm_options={"abilities": frozenset(Ability) - {Ability.ROW}})
    assert isinstance(s.run().error, ConfigError)


def test_columns_of_the_response_fill_fields(scene: New) -> None:
    survey = Survey(
        "s1", fields={"Leads": (Mapped(Target("Survey", Holds.TEXT), column="survey_name"), Mapped(Target("Last", Holds.TEXT), column="response_id"))}
    )
    s = begun(scene(survey))
    ann = s.crm.has("1", "ann@example.com")
    ran(s, said("r1", how="1", address="ann@example.com"))
    assert fields(s, ann) == {"Survey": "Survey s1", "Last": "r1"}


def test_forgetting_an_address_erases_the_answers_of_its_person(scene: New) -> None:
    s = begun(scene())
    s.crm.has("1", "ann@example.com")
    s.crm.has("2", "bob@example.com")
    told = [said("r1", why="Secret one", address="ann@example.com"), said("r2", why="Secret two", record="1"), said("r3", why="Mine", record="2")]
    ran(s, told)
    ran(s, said("r4", why="Secret three: ask ann@example.com", record="9"))
    forget(s._opened(), "Ann@Example.com")
    kept = s.rows(schema.survey_response)
    assert [row["response"] for row in kept] == ["r0", "r3"]
    assert "Secret" not in str([s.rows(table) for table in schema.metadata.sorted_tables])
    assert ran(s, said("r5", why="Secret", address="ann@example.com")) == {"skipped(forgotten)": 1}
    assert "Secret" not in str(s.rows(schema.survey_response))


def test_a_dry_run_tells_every_write_and_makes_none(scene: New) -> None:
    s = begun(scene())
    s.crm.has("1", "ann@example.com")
    dry, summary, _ = rehearse(s, [said("r1", how="1", address="ann@example.com"), said("r2", how="2", ended=2.0, address="ann@example.com")])
    writes = [(one["action"], one["target"]) for one in dry.writes()]
    assert writes == [("field", "Leads/1"), *[("note", "Leads/1")] * 2, *[("row", "Leads/1")] * 2]
    assert dry.document(summary)["totals"]["note"] == {"rows": 2, "requests": 1, "api": 1}
    dry.close()
    assert s.crm.writes() == []
