"""An answer in the type of a field; what does not fit is refused without the answer in the message."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailsync.answers.conversion import Unfit, converted
from mailsync.answers.plan import Answer, Holds, Target
from mailsync.responses.crm import Value

JUNE = datetime(2024, 6, 3, tzinfo=UTC).timestamp()
CHOICES = ("Very", "Not at all")


def of(holds: Holds, answer: Answer) -> Value:
    return converted(Target("F", holds, CHOICES if holds in (Holds.CHOICE, Holds.CHOICES) else ()), answer)


@pytest.mark.parametrize(
    ("holds", "answer", "value"),
    [
        (Holds.TEXT, ("One", "Two"), "One, Two"),
        (Holds.WHOLE_NUMBER, " 9 ", 9.0),
        (Holds.NUMBER, "2.5", 2.5),
        (Holds.DATE, "2024-06-03", JUNE),
        (Holds.DATE, "Jun 03, 2024", JUNE),
        (Holds.TIME, "Jun 03, 2024 11:07:29", JUNE + 40_049),
        (Holds.TIME, "2024-06-03T02:00:00+02:00", JUNE),
        (Holds.FLAG, "Yes", True),
        (Holds.FLAG, "いいえ", False),
        (Holds.CHOICE, "very", "Very"),
        (Holds.CHOICE, ("NOT AT ALL",), "Not at all"),
        (Holds.CHOICES, "Very", ("Very",)),
        (Holds.CHOICES, ("not at all", "very"), ("Not at all", "Very")),
    ],
)
def test_an_answer_that_fits(holds: Holds, answer: Answer, value: Value) -> None:
    assert of(holds, answer) == value


@pytest.mark.parametrize(
    ("holds", "answer"),
    [
        (Holds.WHOLE_NUMBER, "2.5"),
        (Holds.WHOLE_NUMBER, "secret"),
        (Holds.NUMBER, ("1", "2")),
        (Holds.NUMBER, "nan"),
        (Holds.WHOLE_NUMBER, "inf"),
        (Holds.DATE, "secret"),
        (Holds.FLAG, "secret"),
        (Holds.CHOICE, "secret"),
        (Holds.CHOICE, ("Very", "Not at all")),
        (Holds.CHOICES, ("Very", "secret")),
    ],
)
def test_an_answer_that_does_not_fit(holds: Holds, answer: Answer) -> None:
    with pytest.raises(Unfit) as told:
        of(holds, answer)
    assert "secret" not in str(told.value)


def test_a_choice_of_a_field_without_a_list_is_text() -> None:
    assert converted(Target("F", Holds.CHOICE), "Whatever") == "Whatever"
