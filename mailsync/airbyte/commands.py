"""A destination's commands: spec, check, write, and discover where it is offered. None of them imports airbyte_cdk.

`write` parses lines by itself: the framework's destination drops fields of STATE messages that it does not know, among them the platform's `id`,
and prints a line that it cannot read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from mailsync.airbyte.messages import Output
from mailsync.errors import ConfigError, MailsyncError


@dataclass(frozen=True, slots=True)
class Destination:
    """One destination. `check` and `write` are imported when they run, since `spec` needs none of it and starts faster without."""

    program: str
    about: str
    specification: Callable[[], Mapping[str, Any]]
    check: Callable[[Any, Output], None]
    write: Callable[[Any, Any, IO[bytes], Output], None]
    discover: Callable[[Any, Output], None] | None = None
    no_discover: str = ""
    suppress: Callable[[Any, IO[bytes], Output], None] | None = None  # one address from standard input, never to be mailed again

    def main(self, arguments: Sequence[str], *, stdin: IO[bytes] | None = None, stdout: IO[bytes] | None = None) -> int:
        """One command; the exit code. Errors are TRACE messages and exit code 1; a failed check is a message and exit code 0."""
        given = self._parser().parse_args(arguments)
        output = Output(stdout or sys.stdout.buffer)
        try:
            if given.command == "spec":
                output.spec(self.specification())
            elif given.command == "check":
                self._check(given.config, output)
            elif given.command == "write":
                config, catalog = _json(given.config, "configuration"), _json(given.catalog, "configured catalog")
                self.write(config, catalog, stdin or sys.stdin.buffer, output)
            elif given.command == "suppress" and self.suppress is not None:
                self.suppress(_json(given.config, "configuration"), stdin or sys.stdin.buffer, output)
            elif self.discover is not None:
                if given.config is None:
                    raise ConfigError("discover needs --config: it asks the account.")  # noqa: TRY301 - see below
                self.discover(_json(given.config, "configuration"), output)
            else:
                raise ConfigError(self.no_discover)  # noqa: TRY301 - refused as every other mistake is
        except Exception as error:  # noqa: BLE001 - the boundary: whatever happened becomes a typed message without data in it
            output.error(error)
            return 1
        return 0

    def _check(self, config: Path, output: Output) -> None:
        try:
            self.check(_json(config, "configuration"), output)
        except MailsyncError as error:
            output.status(str(error))
        else:
            output.status(None)

    def _parser(self) -> argparse.ArgumentParser:
        parser = argparse.ArgumentParser(prog=self.program, description=self.about)
        commands = parser.add_subparsers(dest="command", required=True)
        commands.add_parser("spec", help="print the configuration's specification")
        for name, about in (
            ("check", "try the configuration"),
            ("discover", "print what streams can be mapped to"),
            ("write", "write messages from standard input"),
        ):
            command = commands.add_parser(name, help=about)
            command.add_argument("--config", type=Path, required=name != "discover")
        command.add_argument("--catalog", type=Path, required=True)
        if self.suppress is not None:
            command = commands.add_parser("suppress", help="never mail one address again, given on standard input; cannot be undone")
            command.add_argument("--config", type=Path, required=True)
        return parser


def _json(path: Path, what: str) -> Any:
    try:
        return orjson.loads(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"The {what} cannot be read: {error.strerror}.") from None
    except orjson.JSONDecodeError as error:
        raise ConfigError(f"The {what} is not valid JSON (line {error.lineno}).") from None
