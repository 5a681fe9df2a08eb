"""How a run ended: problems in words, and one exit code that cron and scripts can act on."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from mailsync.errors import FailureType, MailsyncError, TransientError
from mailsync.runner.tally import StreamTally


class ExitCode(IntEnum):
    """What the process returns. A signal adds 128 to its number, as shells expect (130 for Ctrl-C, 143 for SIGTERM)."""

    OK = 0
    INTERNAL = 1  # a bug, here or in a connector: report it
    CONFIG = 2  # somebody must change a configuration; argparse uses 2 for wrong arguments too
    TRANSIENT = 3  # run the same command again later
    LOCKED = 4  # another run of this connection is under way


class Locked(TransientError):
    """Another run holds the state file."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that went wrong, fit for a screen. `who` is the connector, or `mailsync`; `stream` where one stream alone failed."""

    who: str
    failure_type: FailureType
    text: str
    stream: str | None = None

    @classmethod
    def of(cls, error: MailsyncError) -> Problem:
        """What the runner itself has to say."""
        return cls("mailsync", error.failure_type, str(error))

    def __str__(self) -> str:
        where = f"{self.who}, stream {self.stream}" if self.stream else self.who
        return f"{where}: {printable(self.text)} {_NEXT[self.failure_type]}"


_NEXT: dict[FailureType, str] = {
    "config_error": "[needs a change of the configuration]",
    "transient_error": "[may pass by itself: run again later]",
    "system_error": "[a bug: please report it]",
}
_RANKING: tuple[tuple[FailureType, ExitCode], ...] = (
    ("config_error", ExitCode.CONFIG),  # first: repeating the run cannot help
    ("system_error", ExitCode.INTERNAL),
    ("transient_error", ExitCode.TRANSIENT),
)


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended. `unacknowledged`: checkpoints that the destination did not give back; the next run repeats what lies behind them."""

    exit_code: int
    seconds: float
    streams: Mapping[str, StreamTally]
    problems: tuple[Problem, ...]
    unacknowledged: int = 0
    signal_number: int | None = None


def exit_code(problems: Iterable[Problem], *, signal_number: int | None = None) -> int:
    """One code for the whole run; being interrupted outranks what the interruption caused."""
    if signal_number is not None:
        return 128 + signal_number
    kinds = {problem.failure_type for problem in problems}
    return next((int(code) for kind, code in _RANKING if kind in kinds), int(ExitCode.OK))


def code_of(error: MailsyncError) -> int:
    """The exit code of an error that ended the run before it began."""
    return int(ExitCode.LOCKED) if isinstance(error, Locked) else exit_code([Problem.of(error)])


def printable(text: str) -> str:
    """The text without control characters: names in a CRM may hold terminal escapes."""
    return "".join(" " if unicodedata.category(char) in {"Cc", "Cf", "Cs"} else char for char in text).strip()
