"""A connector as a child process: found, started apart from the terminal's signals, its error output drained and never shown.

A traceback or a stray print may hold personal data or a token, so what is no Airbyte message is counted, not repeated.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import orjson

from mailsync.errors import Bug, ConfigError
from mailsync.runner.messages import Voice
from mailsync.runner.outcome import Problem

PIPE_BUFFER = 1 << 20


def find_command(command: str, folder: Path) -> str:
    """The executable behind a connector's name: a path beside the connection file, this environment's scripts, or PATH."""
    if "/" in command:
        candidate = (folder / command).resolve()
        found = str(candidate) if candidate.is_file() else None
    else:
        found = shutil.which(command, path=str(Path(sys.executable).parent)) or shutil.which(command)
    if found is None:
        raise ConfigError(f"The connector {command} was not found: neither a path, nor a script of this environment, nor on PATH.")
    return found


class Workspace:
    """Private files for the children: configurations hold secrets, so the folder is for its owner only and goes away with the run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def file(self, name: str, content: Any) -> str:
        """Write JSON, return the path."""
        path = self._folder / name
        path.touch(mode=0o600)
        path.write_bytes(orjson.dumps(content))
        return str(path)


class Child:
    """One running connector."""

    def __init__(self, name: str, arguments: Sequence[str], *, cwd: Path, stdin: bool, keep_open: tuple[int, ...] = ()) -> None:
        self.name = name
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the connector the user named, no shell
                list(arguments),
                cwd=cwd,
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=PIPE_BUFFER,
                start_new_session=True,  # the terminal's Ctrl-C reaches the runner, which decides
                pass_fds=keep_open,
            )
        except OSError as error:
            raise ConfigError(f"The connector {name} cannot be started: {error.strerror}.") from None
        self.unshown_lines = 0
        self._drain = threading.Thread(target=self._count_stderr, name=f"{name}-stderr", daemon=True)
        self._drain.start()

    @property
    def stdin(self) -> IO[bytes]:
        """Where to write; only a child started with `stdin`."""
        return _pipe(self._process.stdin)

    @property
    def stdout(self) -> IO[bytes]:
        """Where its messages come from."""
        return _pipe(self._process.stdout)

    def ask_to_stop(self) -> None:
        """SIGTERM: finish what is in flight, commit, exit."""
        if self._process.poll() is None:
            self._process.terminate()

    def kill(self) -> None:
        """SIGKILL."""
        if self._process.poll() is None:
            self._process.kill()

    def wait(self) -> int:
        """The exit code."""
        code = self._process.wait()
        self._drain.join(timeout=5)
        return code

    def silence(self, code: int) -> Problem:
        """The problem to report when it failed without a word in the protocol."""
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        unshown = f" Lines that are no Airbyte messages are not shown, as they may hold personal data; there were {self.unshown_lines}."
        return Problem(self.name, "system_error", f"it {how} without saying why.{unshown if self.unshown_lines else ''}")

    def _count_stderr(self) -> None:
        for _ in _pipe(self._process.stderr):
            self.unshown_lines += 1


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise Bug("This child was started without that pipe.")
    return stream


def ask(command: str, verb: str, files: Mapping[str, str], *, name: str, cwd: Path, voice: Voice) -> list[dict[str, Any]]:
    """Run `spec`, `check` or `discover` to its end; its messages, with errors and log lines gone to `voice`.

    A failure without an error message becomes a problem of its own.
    """
    arguments = [command, verb, *(part for option, path in files.items() for part in (f"--{option}", path))]
    child = Child(name, arguments, cwd=cwd, stdin=False)
    answers: list[dict[str, Any]] = []
    try:
        for line in child.stdout:
            message = voice.hear(child.name, line)
            if message is None:
                child.unshown_lines += 1
            elif message["type"] in {"SPEC", "CATALOG", "CONNECTION_STATUS"}:
                answers.append(message)
    except BaseException:
        child.kill()
        raise
    code = child.wait()
    if code and not voice.problems_of(name):
        voice.report(child.silence(code))
    return answers
