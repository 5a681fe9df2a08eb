"""The connector's commands: spec, check, write (and discover, refused by name). None of them imports airbyte_cdk.

`write` parses lines by itself: the framework's destination drops fields of STATE messages that it does not know, among them the platform's `id`,
and prints a line that it cannot read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, NoReturn

import orjson

from destination_campaigns.messages import Output
from destination_campaigns.spec import specification
from mailsync.errors import ConfigError, MailsyncError


def run() -> None:
    """The console script."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str], *, stdin: IO[bytes] | None = None, stdout: IO[bytes] | None = None) -> int:
    """One command; the exit code. Errors are TRACE messages and exit code 1; a failed check is a message and exit code 0."""
    given = _parser().parse_args(arguments)
    output = Output(stdout or sys.stdout.buffer)
    try:
        if given.command == "spec":
            output.spec(specification())
        elif given.command == "check":
            _check(given.config, output)
        elif given.command == "write":
            _write(given, stdin or sys.stdin.buffer, output)
        else:
            _discover()
    except Exception as error:  # noqa: BLE001 - the boundary: whatever happened becomes a typed message without data in it
        output.error(error)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="destination-campaigns", description="People from a CRM onto mailing lists.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("spec", help="print the configuration's specification")
    for name, about in (("check", "try the configuration"), ("discover", "not offered yet"), ("write", "write messages from standard input")):
        command = commands.add_parser(name, help=about)
        command.add_argument("--config", type=Path, required=name != "discover")
    command.add_argument("--catalog", type=Path, required=True)
    return parser


def _check(config: Path, output: Output) -> None:
    from destination_campaigns.check import check  # noqa: PLC0415 - spec needs none of it, and starts faster without

    try:
        check(_json(config, "configuration"), output)
    except MailsyncError as error:
        output.status(str(error))
    else:
        output.status(None)


def _discover() -> NoReturn:
    raise ConfigError("discover is not offered by this version yet: lists and mapping are part of the configuration (streams).")


def _write(given: argparse.Namespace, stdin: IO[bytes], output: Output) -> None:
    from destination_campaigns.write import write_from  # noqa: PLC0415 - see above

    write_from(_json(given.config, "configuration"), _json(given.catalog, "configured catalog"), stdin, output)


def _json(path: Path, what: str) -> Any:
    try:
        return orjson.loads(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"The {what} cannot be read: {error.strerror}.") from None
    except orjson.JSONDecodeError as error:
        raise ConfigError(f"The {what} is not valid JSON (line {error.lineno}).") from None
