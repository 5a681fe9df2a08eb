"""`mailsync check`: both connectors' own checks, and whether the streams of the connection fit. Writes nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mailsync.errors import MailsyncError
from mailsync.runner.connection import Connection
from mailsync.runner.display import Display
from mailsync.runner.messages import Voice
from mailsync.runner.outcome import Problem, Result, exit_code
from mailsync.runner.preparation import prepared


def checked(connection: Connection, *, display: Display, verbose: bool = False) -> Result:
    """Ask both connectors to check their configurations, and match the streams. Writes nothing."""
    started = time.monotonic()
    voice = Voice(display.say, quiet=frozenset({Path(connection.source.command).name}), verbose=verbose)
    with prepared(connection, voice) as ready:
        _report_status(ready.ask_source("check", "CONNECTION_STATUS"), ready.source_name, voice)
        if not voice.problems():
            try:
                ready.streams()
            except MailsyncError as error:
                voice.report(Problem.of(error))
        _report_status(ready.ask_destination("check", "CONNECTION_STATUS"), ready.destination_name, voice)
    problems = tuple(voice.problems())
    return Result(exit_code(problems), time.monotonic() - started, {}, problems)


def _report_status(answer: Mapping[str, Any] | None, who: str, voice: Voice) -> None:
    status = (answer or {}).get("connectionStatus") or {}
    if status.get("status") == "FAILED":
        voice.report(Problem(who, "config_error", str(status.get("message") or "the check failed without a message")))
