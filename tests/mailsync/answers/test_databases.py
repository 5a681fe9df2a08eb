"""The same on SQLite and PostgreSQL: answers are taken in, a run dies in the middle, answers are edited, and a person is erased."""

from __future__ import annotations

import pytest

from mailsync.ledger import schema
from mailsync.ledger.forgetting import forget
from tests.mailsync.answers.scene import STREAM, fields, notes, options, rows, said
from tests.mailsync.membership.fake_tool import Crash
from tests.mailsync.responses.histories import fine
from tests.mailsync.responses.scene import Scene


@pytest.mark.slow
def test_a_days_work_cut_off_in_the_middle_ends_the_same_on_both_databases(location: str) -> None:
    s = Scene(location, options(), streams=(STREAM,))
    ann, bob = s.crm.has("1", "ann@example.com"), s.crm.has("2", "bob@example.com")
    fine(s.run(said("r0", address="nobody@example.com")))
    day = [said("r1", how="1", why="Fast", record="1"), said("r2", how="2", ended=2.0, address="bob@example.com")]
    for die_at in (3, 6):
        assert isinstance(s.run(day, die_at=die_at).error, Crash)
    fine(s.run(day, after=2.0))
    fine(s.run(said("r1", version=2, how="9", why="Faster", record="1"), day))
    assert (fields(s, ann), fields(s, bob)) == ({"Score": 9.0, "Reason": "Faster"}, {"Score": 2.0})
    assert [len(notes(s, one)) for one in (ann, bob)] == [len(rows(s, one)) for one in (ann, bob)] == [1, 1]
    s.crm.calls.clear()
    assert fine(s.run(day)).fates(STREAM) == {"unchanged": 2}
    assert s.crm.calls == []
    forget(s._opened(), "bob@example.com")
    assert sorted(row["response"] for row in s.rows(schema.survey_response)) == ["r0", "r1"]
    s.close()
