"""A response, however it came: by a webhook in either style, or as a row of an export. What a column is, is decided by its name.

Facts: docs/systems/zoho_survey.md#payload and #export.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mailsync.zoho_survey.display_times import DisplayTimes, UnreadableTime

Value = str | list[str]
COMPLETED = "COMPLETED"

# Our name → the names under which the vendor shows it, in the form of `folded`.
METADATA = {
    "response_id": ("response id",),
    "status": ("response status",),
    "collector_id": ("collector id",),
    "collector_name": ("collector name",),
    "started_at": ("response start time", "start time"),
    "ended_at": ("response end time", "end time"),
    "time_taken": ("time taken to respond", "time taken"),
    "ip_address": ("ip address",),
    "response_url": ("response url",),
}
MAPPED = ("record_id", "module", "email")
# A version is (completed?, end or start in seconds, how many contents had the same): the parts of one number below 2^53.
SECOND = 1000
STAGE = 10_000_000_000 * SECOND


def folded(name: str) -> str:
    """A column's name without what spellings differ in: `RESPONSE_ID`, `Response ID`."""
    return " ".join(name.replace("_", " ").split()).casefold()


@dataclass(frozen=True, slots=True)
class Question:
    """`key` is the vendor's where a dictionary tells it, else the text."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Columns:
    """What the user says about columns. `named`: our name → the column's; `several`: folded questions with several choices."""

    named: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    several: frozenset[str] = frozenset()
    separators: tuple[str, ...] = (";", ",")


@dataclass(frozen=True, slots=True)
class SurveyResponse:
    """Times are epoch seconds. `answers` in the survey's order, without questions that were not answered."""

    survey_id: str
    survey_name: str | None
    response_id: str
    status: str | None
    collector_id: str | None
    collector_name: str | None
    started_at: float | None
    ended_at: float | None
    time_taken: str | None
    ip_address: str | None
    record_id: str | None
    module: str | None
    email: str | None
    answers: tuple[tuple[Question, Value], ...]

    @property
    def order(self) -> int:
        """Grows with each later version of the response, as far as it tells: a completed one is later than a partial one."""
        is_completed = self.status.upper() == COMPLETED if self.status else self.ended_at is not None
        return STAGE * is_completed + int(self.ended_at or self.started_at or 0) * SECOND


class SurveyReading:
    """Turns named values of one survey into responses. `labels`: a variable's key → its text; `unreadable` counts times that were none."""

    def __init__(
        self, survey_id: str, survey_name: str | None, columns: Columns, times: DisplayTimes, labels: Mapping[str, str] | None = None
    ) -> None:
        self.survey_id = survey_id
        self._name = survey_name
        self._columns = columns
        self._times = times
        self._labels = dict(labels or {})
        self._keys = {folded(label): key for key, label in self._labels.items()}
        self._places = {key: place for place, key in enumerate(self._labels)}
        self._several: set[str] = set()
        self._meta = _meta(columns)
        self._known: dict[str, str | Question] = {}
        self.unreadable = 0

    def role(self, name: str) -> str | Question:
        """What a column is: one of our own names, "" for one that is left out, or a question."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._role(name)
        return known

    def _role(self, name: str) -> str | Question:
        label = self._labels.get(name, name).strip()
        for spelling in (folded(name), folded(label)):
            if spelling in self._meta:
                return self._meta[spelling]
        if not label or folded(label) in self._columns.left_out or folded(name) in self._columns.left_out:
            return ""
        key = name if name in self._labels else self._keys.get(folded(label), label)
        if {folded(key), folded(label)} & self._columns.several:
            self._several.add(key)
        return Question(key, label)

    def response(self, values: Iterable[tuple[str, Value]]) -> SurveyResponse | None:
        """One response; None where its id is missing."""
        known: dict[str, str] = {}
        answers: dict[str, tuple[Question, Value]] = {}
        for name, value in values:
            role = self._known.get(name)
            if role is None:
                role = self.role(name)
            if not isinstance(role, str):
                if value and (answer := self._answer(role.key, value)):
                    before = answers.get(role.key)
                    answers[role.key] = (role, joined(before[1], answer) if before else answer)
            elif role:
                known[role] = known.get(role) or _text(value)
        if not known.get("response_id"):
            return None
        return self._made(known, list(answers.values()))

    def _made(self, known: Mapping[str, str], given: list[tuple[Question, Value]]) -> SurveyResponse:
        if self._places:
            given.sort(key=lambda one: self._places.get(one[0].key, len(self._places)))
        return SurveyResponse(
            survey_id=self.survey_id,
            survey_name=self._name,
            response_id=known["response_id"],
            started_at=self._time(known.get("started_at")),
            ended_at=self._time(known.get("ended_at")),
            answers=tuple(given),
            **{name: known.get(name) or None for name in ("status", "collector_id", "collector_name", "time_taken", "ip_address", *MAPPED)},
        )

    def _answer(self, key: str, value: Value) -> Value:
        """Without space around; a question known to have several choices is always a list."""
        if isinstance(value, list):
            return [one.strip() for one in value if one.strip()]
        value = value.strip()
        if value and key in self._several:
            return _split(value, self._columns.separators)
        return value

    def _time(self, text: str | None) -> float | None:
        try:
            return self._times.epoch(text or "")
        except UnreadableTime:
            self.unreadable += 1
            return None


def _meta(columns: Columns) -> dict[str, str]:
    """Folded column → our name; what the user names wins, and frees the vendor's name for a question."""
    usual = {spelling: name for name, spellings in METADATA.items() if name not in columns.named for spelling in spellings}
    return usual | {folded(column): name for name, column in columns.named.items()}


def _text(value: Value) -> str:
    return (value if isinstance(value, str) else ", ".join(value)).strip()


def _split(value: str, separators: Sequence[str]) -> list[str]:
    """By the first separator that occurs."""
    separator = next((one for one in separators if one in value), None)
    return [part.strip() for part in value.split(separator) if part.strip()] if separator else [value]


def joined(before: Value | None, value: Value) -> Value:
    """Two values of one question: of two columns with one text, or of two rows of one response."""
    if not before:
        return value
    if not value or value == before:
        return before
    parts = [*(before if isinstance(before, list) else [before]), *(value if isinstance(value, list) else [value])]
    return list(dict.fromkeys(parts))
