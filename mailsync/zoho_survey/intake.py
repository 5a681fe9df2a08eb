"""Responses as they arrive: every export that is new or changed, every delivery in the spool that was not read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from mailsync.errors import ConfigError
from mailsync.zoho_survey import payload
from mailsync.zoho_survey.export import ExportFile
from mailsync.zoho_survey.intake_settings import Export, IntakeSettings
from mailsync.zoho_survey.places import Found
from mailsync.zoho_survey.responses import MAPPED, SurveyReading, SurveyResponse, Value, folded
from mailsync.zoho_survey.spool import Seen, is_delivery
from mailsync.zoho_survey.versions import Versions

# Deliveries between two checkpoints.
BATCH = 2000
HOW_TO_HAVE_TEXTS = "Let the webhook send texts, or give system.account for a survey that is published."

Labels = Callable[[str], Mapping[str, str]]


@dataclass(slots=True)
class Memory:
    """What was read: deliveries, exports by their mark, and versions of responses by survey."""

    seen: Seen = field(default_factory=Seen)
    exports: dict[str, str] = field(default_factory=dict)
    versions: dict[str, Versions] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """A response to be shown. `is_first`: no version of it was shown before."""

    response: SurveyResponse
    version: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class Part:
    """What is read between two checkpoints: one export, or some deliveries."""

    export: tuple[Export, Found] | None = None
    deliveries: tuple[Found, ...] = ()

    @property
    def told(self) -> str:
        """For a log line."""
        return f"export {self.export[1].name}" if self.export else f"{len(self.deliveries)} deliveries"


class Intake:
    """One account's. `labels` gives a survey's dictionary, key → text, empty where there is none; `warn` is told what a person should know."""

    def __init__(self, settings: IntakeSettings, labels: Labels, warn: Callable[[str], None]) -> None:
        self._settings = settings
        self._labels = labels
        self._warn = warn
        self._readings: dict[str, SurveyReading] = {}
        self._known_labels: dict[str, Mapping[str, str]] = {}

    def due(self, memory: Memory) -> list[Part]:
        """What is to be read, oldest first. Raises ConfigError, VendorUnavailable."""
        waiting: list[tuple[float, Export | None, Found]] = []
        there: set[str] = set()
        for export in self._settings.exports:
            files = export.place.matching()
            there |= {_name(export, one) for one in files}
            waiting += [(one.modified, export, one) for one in files if not one.mark or memory.exports.get(_name(export, one)) != one.mark]
        memory.exports = {name: mark for name, mark in memory.exports.items() if name in there}
        waiting += [(found.modified, None, found) for found in self._spooled(memory)]
        waiting.sort(key=lambda one: (one[0], one[2].path))
        return list(_parts(waiting))

    def _spooled(self, memory: Memory) -> list[Found]:
        if self._settings.spool is None:
            return []
        complete = [one for one in self._settings.spool.below() if is_delivery(one)]
        there = [one for one in complete if one.depth > 0]
        if len(complete) > len(there):
            self._warn(
                f"Files of the spool in no survey's folder, passed over: {len(complete) - len(there)}. Put each into one named by its survey's id."
            )
        memory.seen.keep_only(there)
        return [one for one in there if one not in memory.seen]

    def read(self, part: Part, memory: Memory) -> Iterator[Shown]:
        """What is new in it; remembered when the last one was taken."""
        if part.export:
            yield from self._exported(*part.export, memory)
        else:
            yield from self._delivered(part.deliveries, memory)

    def _exported(self, export: Export, found: Found, memory: Memory) -> Iterator[Shown]:
        name = _name(export, found)
        with export.place.open(found) as (stream, mark):
            if mark != memory.exports.get(name):
                with ExportFile(stream, export.form, self._reading(export.survey_id), named=f"Export {found.name}") as file:
                    yield from self._new(file.responses(), memory)
                if file.without_id:
                    self._warn(f"Export {found.name}: rows without a response id, passed over: {file.without_id}.")
        self._say_unreadable(export.survey_id)
        memory.exports[name] = mark

    def _delivered(self, deliveries: Iterable[Found], memory: Memory) -> Iterator[Shown]:
        spoilt, surveys, by_key = 0, set[str](), set[str]()
        for found in deliveries:
            values = self._delivery(found)
            response = self._reading(found.folder).response(values) if values else None
            if response is None:
                spoilt += 1
            else:
                yield from self._new([response], memory)
                surveys.add(found.folder)
                by_key |= {found.folder} if payload.names_keys(values) and not self._known_labels.get(found.folder) else set()
            memory.seen.add(found)
        if spoilt:
            self._warn(f"Files of the spool that are no delivery with a response id, passed over: {spoilt}. Did something else write them?")
        if by_key:
            self._warn(f"Deliveries of {', '.join(sorted(by_key))} name questions by key, and so do their answers. {HOW_TO_HAVE_TEXTS}")
        for survey in surveys:
            self._say_unreadable(survey)

    def _delivery(self, found: Found) -> list[tuple[str, Value]]:
        """Its values; none where it is no delivery."""
        assert self._settings.spool is not None  # noqa: S101 - deliveries are of it
        with self._settings.spool.open(found) as (stream, _):
            body = stream.read()
        try:
            return list(payload.values(body))
        except payload.UnreadablePayload:
            return []

    def _new(self, responses: Iterable[SurveyResponse], memory: Memory) -> Iterator[Shown]:
        for response in responses:
            versions = memory.versions.setdefault(response.survey_id, Versions())
            if (following := versions.next(response)) is not None:
                yield Shown(response, *following)

    def _reading(self, survey: str) -> SurveyReading:
        known = self._readings.get(survey)
        if known is None:
            settings = self._settings
            labels = self._known_labels[survey] = self._labels(survey)
            known = SurveyReading(survey, settings.names.get(survey), settings.columns, settings.times, labels)
            self._readings[survey] = known
        return known

    def _say_unreadable(self, survey: str) -> None:
        reading = self._readings.get(survey)
        if reading and reading.unreadable:
            self._warn(f"Survey {survey}: times that could not be read and are left out: {reading.unreadable}. Set time_format.")
            reading.unreadable = 0

    def check(self) -> None:
        """Whether every export can be read and has the columns that are named, and the spool is there. Raises ConfigError, VendorUnavailable."""
        for export in self._settings.exports:
            for found in export.place.matching():
                self._check_export(export, found)
        if self._settings.spool is not None:
            self._settings.spool.below()

    def _check_export(self, export: Export, found: Found) -> None:
        named = f"Export {found.name}"
        reading = SurveyReading(export.survey_id, None, self._settings.columns, self._settings.times)
        with export.place.open(found) as (stream, _), ExportFile(stream, export.form, reading, named=named) as file:
            there = {folded(name) for name in file.columns}
            for ours, column in self._settings.columns.named.items():
                if folded(column) not in there:
                    option = f"{ours}_column" if ours in MAPPED else f"columns.{ours}"
                    raise ConfigError(f"{named} has no column {column!r}, which {option} names. It has: {', '.join(file.columns[:40])}.")
            next(file.responses(), None)
        if reading.unreadable:
            raise ConfigError(f"{named}: the times of its first response are in a form that is not known here. Set time_format, e.g. %d/%m/%Y %H:%M.")


def _name(export: Export, found: Found) -> str:
    """How the memory calls a file."""
    return f"{export.survey_id}/{hashlib.blake2b(found.path.encode(), digest_size=6).hexdigest()}"


def _parts(waiting: Iterable[tuple[float, Export | None, Found]]) -> Iterator[Part]:
    """Each export by itself, deliveries that follow each other together."""
    for is_export, group in groupby(waiting, key=lambda one: one[1] is not None):
        files = list(group)
        if is_export:
            yield from (Part(export=(export, found)) for _, export, found in files if export is not None)
        else:
            for first in range(0, len(files), BATCH):
                yield Part(deliveries=tuple(found for _, _, found in files[first : first + BATCH]))
