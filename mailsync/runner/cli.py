"""The `mailsync` command. Each subcommand adds its arguments and names the function that runs it."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import FrameType

import orjson

from mailsync.errors import ConfigError, MailsyncError
from mailsync.runner import ledger_commands, receive_command
from mailsync.runner.catalog import Refresh
from mailsync.runner.check import checked
from mailsync.runner.connection import load_connection
from mailsync.runner.display import display_for
from mailsync.runner.outcome import ExitCode, Problem, Result, code_of
from mailsync.runner.preparation import DryRun
from mailsync.runner.sync import sync

_EXIT_CODES = """exit codes:
  0    done
  1    internal error: please report it
  2    somebody must change a configuration
  3    may pass by itself: run again later
  4    another run of this connection is under way
  130  interrupted (128 + the signal's number); nothing is lost
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the console script: exits with the code of the subcommand."""
    options = _parser().parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        code = options.run(options)
    except MailsyncError as error:
        print(Problem.of(error), file=sys.stderr)  # noqa: T201 - a command line's own output
        code = code_of(error)
    except _Stopped as stopped:
        code = 128 + stopped.number
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    sys.exit(code)


class _Stopped(KeyboardInterrupt):
    """Asked to stop before data moved."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def _stop(number: int, _frame: FrameType | None) -> None:
    raise _Stopped(number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mailsync",
        description="Run Airbyte connections on this machine.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_sync(commands)
    _add_check(commands)
    ledger_commands.add_commands(commands)
    receive_command.add_command(commands)
    return parser


def _add_sync(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "sync", help="run a connection once", description="Run a connection once. State, lock and ledger lie beside its file."
    )
    _add_connection(command)
    command.add_argument(
        "--refresh", metavar="STREAM", action="append", default=[], help="read this stream anew and write what differs (may be repeated)"
    )
    command.add_argument(
        "--refresh-and-remove",
        metavar="STREAM",
        action="append",
        default=[],
        help="read this stream anew; what does not come again is let go, within the destination's brake",
    )
    command.add_argument("--dry-run", action="store_true", help="tell exactly what a run would do, and do none of it; the state stays as it is")
    command.add_argument("--plan", metavar="FILE", type=Path, help="with --dry-run: write the plan there as JSON, with every single write")
    command.add_argument("--json", action="store_true", help="print the result as one JSON object on standard output")
    command.set_defaults(run=_sync)


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("check", help="check both configurations, write nothing", description="Check both configurations; writes nothing.")
    _add_connection(command)
    command.set_defaults(run=_check)


def _add_connection(command: argparse.ArgumentParser) -> None:
    command.add_argument("connection", type=Path, metavar="CONNECTION.yaml", help="see docs/running.md")
    volume = command.add_mutually_exclusive_group()
    volume.add_argument("--quiet", action="store_true", help="only warnings and errors")
    volume.add_argument("--verbose", action="store_true", help="every log line of both connectors")


def _sync(options: argparse.Namespace) -> int:
    connection = load_connection(options.connection)
    refresh = Refresh(frozenset(options.refresh), frozenset(options.refresh_and_remove))
    if options.plan and not options.dry_run:
        raise ConfigError("--plan says where the plan of a dry run goes: give --dry-run with it.")
    dry_run = DryRun(options.plan.resolve() if options.plan else None) if options.dry_run else None
    with display_for(quiet=options.quiet) as display:
        result = sync(connection, refresh=refresh, display=display, verbose=options.verbose, dry_run=dry_run)
    _show(result, as_json=options.json, quiet=options.quiet)
    return result.exit_code


def _check(options: argparse.Namespace) -> int:
    connection = load_connection(options.connection)
    with display_for(quiet=options.quiet) as display:
        result = checked(connection, display=display, verbose=options.verbose)
    if result.exit_code == ExitCode.OK and not options.quiet:
        print(f"{connection.name}: both connectors are ready.")  # noqa: T201
    return result.exit_code


def _show(result: Result, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(asdict(result)) + b"\n")
        sys.stdout.flush()
    elif not quiet:
        for line in _lines(result):
            print(line)  # noqa: T201


def _lines(result: Result) -> list[str]:
    width = max((len(name) for name in result.streams), default=0)
    rows = [
        f"  {name:{width}}  {counts.read:>9,} read  {counts.settled:>9,} settled  {counts.rejected:>7,} rejected  {counts.status.lower()}"
        for name, counts in result.streams.items()
    ]
    end = "done" if result.exit_code == ExitCode.OK else f"failed (exit code {result.exit_code}, {len(result.problems)} problems)"
    return [*rows, f"{end} in {result.seconds:,.1f} s"]
