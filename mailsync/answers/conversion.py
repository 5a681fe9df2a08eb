"""An answer in the type of a field. What does not fit is told, and never bent: a wrong value in a CRM is worse than none."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from mailsync.answers.plan import Answer, Holds, Target
from mailsync.responses.crm import Value

YES = frozenset({"yes", "true", "1", "はい"})
NO = frozenset({"no", "false", "0", "いいえ"})
_DISPLAYED = ("%b %d, %Y %H:%M:%S", "%b %d, %Y")  # how the vendor's own pages show times


class Unfit(ValueError):
    """The answer cannot stand in the field. The message says why, without the answer."""


def converted(target: Target, answer: Answer) -> Value:
    """The value to write. Raises Unfit."""
    return _BY_KIND[target.holds](target, answer)


def shown(answer: Answer) -> str:
    """An answer as text; several choices with commas between."""
    return answer if isinstance(answer, str) else ", ".join(answer)


def _text(_target: Target, answer: Answer) -> str:
    return shown(answer)


def _number(_target: Target, answer: Answer) -> float:
    try:
        value = float(_single(answer))
    except ValueError:
        raise Unfit("no number") from None
    if not math.isfinite(value):
        raise Unfit("no number")
    return value


def _whole(target: Target, answer: Answer) -> float:
    value = _number(target, answer)
    if not value.is_integer():
        raise Unfit("no whole number")
    return value


def _moment(_target: Target, answer: Answer) -> float:
    text = _single(answer)
    for read in (datetime.fromisoformat, *(_reading(form) for form in _DISPLAYED)):
        try:
            moment = read(text)
        except ValueError:
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    raise Unfit("no date")


def _reading(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, form).replace(tzinfo=UTC)


def _flag(_target: Target, answer: Answer) -> bool:
    word = _single(answer).casefold()
    if word not in YES | NO:
        raise Unfit("neither yes nor no")
    return word in YES


def _choice(target: Target, answer: Answer) -> str:
    return _chosen(target, _single(answer))


def _choices(target: Target, answer: Answer) -> tuple[str, ...]:
    return tuple(_chosen(target, one) for one in ((answer,) if isinstance(answer, str) else answer))


def _chosen(target: Target, text: str) -> str:
    found = next((one for one in target.choices if one.casefold() == text.strip().casefold()), None)
    if found is None and target.choices:
        raise Unfit("not in the field's list")
    return found or text


def _single(answer: Answer) -> str:
    if isinstance(answer, str):
        return answer.strip()
    if len(answer) != 1:
        raise Unfit("several answers")
    return answer[0].strip()


_BY_KIND: Mapping[Holds, Callable[[Target, Answer], Value]] = {
    Holds.TEXT: _text,
    Holds.NUMBER: _number,
    Holds.WHOLE_NUMBER: _whole,
    Holds.DATE: _moment,
    Holds.TIME: _moment,
    Holds.FLAG: _flag,
    Holds.CHOICE: _choice,
    Holds.CHOICES: _choices,
}
