"""The same on SQLite and PostgreSQL: people are invited, a run dies in the middle, an answer is lost and released, another round follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailsync.membership.rejects import Selection, retry
from tests.mailsync.invitations.scene import SURVEY, Scene, fine
from tests.mailsync.membership.fake_tool import Crash

A, B, C = "a@example.com", "b@example.com", "c@example.com"


@pytest.mark.slow
def test_invitations_end_the_same_on_both_databases(location: str) -> None:
    s = Scene(location)

    def day() -> list[object]:
        return [s.lead("1", A), s.lead("2", B), s.lead("3", C, opt_out=True)]

    fine(s.run())
    assert isinstance(s.run(*day(), die_at=6).error, Crash)
    s.inviter.dial = lambda _values: "lost_before"
    fine(s.run(*day(), after=2.0))
    s.inviter.dial = lambda _values: None
    retry(s.opened(), "s", Selection(reasons=frozenset({"outcome_unknown"})))
    fine(s.run(*day()))
    assert s.inviter.invited() == [A, B]
    fine(s.run(targets=(replace(SURVEY, key="s1#again"),)))
    assert s.inviter.invited() == [A, A, B, B]
    s.close()
