"""The commands that read or tend a ledger, apart from any run: report, history, rejects, retry, forget, ledger restored.

Which ledger: that of a connection file, or `--ledger` (a path or a PostgreSQL URL), or the environment variable MAILSYNC_LEDGER. None makes one.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from mailsync.clock import SystemClock
from mailsync.errors import ConfigError, known_values
from mailsync.ledger.engine import Ledger
from mailsync.ledger.forgetting import Forgotten, forget
from mailsync.membership.reasons import ABOUT, Reason
from mailsync.membership.rejects import Selection, rejects, retry
from mailsync.membership.restoring import mark_restored, refusal
from mailsync.private_file import write_private
from mailsync.report import history, page, runs
from mailsync.report.launched import launched
from mailsync.report.reject_file import write_rejects
from mailsync.runner.connection import load_connection
from mailsync.runner.erasing import suppress_at_vendor
from mailsync.runner.outcome import printable

LEDGER_VARIABLE = "MAILSYNC_LEDGER"
Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it


@dataclass(frozen=True, slots=True)
class Place:
    """A ledger, and the sync that was asked for; None: all of them."""

    location: str
    sync: str | None


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add them to the `mailsync` command."""
    _add_report(commands)
    _add_history(commands)
    _add_rejects(commands)
    _add_retry(commands)
    _add_forget(commands)
    _add_ledger(commands)


def _add_report(commands: Commands[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("report", help="write the run report, one HTML page", description="Write the run report.")
    add_place(command)
    command.add_argument("--out", type=Path, default=Path("report.html"), metavar="FILE", help="where to write it (default report.html)")
    command.add_argument("--addresses", action="store_true", help="show the e-mail addresses of the examples; the page is then personal data")
    command.set_defaults(run=_report)


def _add_history(commands: Commands[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("history", help="list the runs of a sync", description="List the runs that the ledger knows, newest first.")
    add_place(command)
    command.add_argument("--last", type=int, default=20, metavar="N", help="how many runs of each sync (default 20)")
    command.add_argument("--json", action="store_true", help="one JSON object a run, with every count")
    command.set_defaults(run=_history)


def _add_rejects(commands: Commands[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("rejects", help="list rejected records", description="List the records that are rejected now, with their reasons.")
    add_place(command)
    command.add_argument("--out", type=Path, metavar="FILE", help="write them to this .csv or .jsonl file instead, for its owner only")
    command.add_argument("--addresses", action="store_true", help="with --out: the addresses too; the file is then personal data")
    _add_selection(command)
    command.set_defaults(run=_rejects)


def _add_retry(commands: Commands[argparse.ArgumentParser]) -> None:
    about = "Let the next run send again what the vendor refused."
    command = commands.add_parser("retry", help="let the next run try rejected records again", description=about)
    add_place(command)
    _add_selection(command)
    command.add_argument("--all", action="store_true", help="every rejected record")
    command.set_defaults(run=_retry)


def _add_forget(commands: Commands[argparse.ArgumentParser]) -> None:
    about = "Erase one person's address from the ledger. A keyed hash stays, so that it is never taken in or mailed again. Cannot be undone."
    command = commands.add_parser("forget", help="erase one person's address", description=about)
    command.add_argument("address", metavar="ADDRESS", help="the e-mail address; - reads it from standard input, so that no other user sees it")
    add_place(command)
    command.add_argument("--dry-run", action="store_true", help="only say what would be erased")
    command.add_argument("--at-vendor", action="store_true", help="also tell the mailing tool never to mail it again; irreversible")
    command.set_defaults(run=_forget)


def _add_ledger(commands: Commands[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("ledger", help="tell the program about its ledger", description="What no source shows.")
    restored = command.add_subparsers(required=True, metavar="WHAT").add_parser(
        "restored",
        help="it came out of a backup",
        description="The ledger came out of a backup: the next runs stop until everything is read anew and confirm_after_ledger_loss is set.",
    )
    add_place(restored)
    restored.set_defaults(run=_restored)


def _add_selection(command: argparse.ArgumentParser) -> None:
    command.add_argument("--reason", action="append", default=[], metavar="CODE", help="with this reason (may be repeated)")
    command.add_argument("--id", action="append", default=[], metavar="ID", help="this record: 5, or 'Leads 5' (may be repeated)")


def add_place(command: argparse.ArgumentParser) -> None:
    """The arguments that say which ledger."""
    command.add_argument("connection", type=Path, nargs="?", metavar="CONNECTION.yaml", help="the connection whose ledger is meant")
    command.add_argument("--ledger", metavar="LOCATION", help=f"a path or a PostgreSQL URL instead (a URL is better given as {LEDGER_VARIABLE})")
    command.add_argument("--sync", metavar="NAME", help="only this sync_name (default: that of the connection, else all)")


def place_of(options: argparse.Namespace) -> Place:
    """Raises ConfigError where nothing says which ledger is meant."""
    if options.connection is not None and options.ledger:
        raise ConfigError("Give a connection file or --ledger, not both.")
    if options.connection is None:
        location = options.ledger or os.environ.get(LEDGER_VARIABLE)
        if not location:
            raise ConfigError(f"Which ledger? Give a connection file, or --ledger, or set {LEDGER_VARIABLE}.")
        return Place(location, options.sync)
    connection = load_connection(options.connection)
    config = connection.destination.config
    named = config.get("ledger")
    sync = options.sync or config.get("sync_name")
    if not isinstance(named, dict):
        return Place(str(connection.ledger), sync)
    return Place(str(named.get("url") or connection.folder / str(named.get("path"))), sync)


@contextmanager
def opened(place: Place) -> Iterator[Ledger]:
    """The ledger, which must be there already."""
    if "://" not in place.location and not Path(place.location).is_file():
        raise ConfigError(f"There is no ledger at {place.location}. It is made by the first run of a sync.")
    ledger = Ledger.open(place.location, clock=SystemClock())
    try:
        yield ledger
    finally:
        ledger.close()


def syncs_of(ledger: Ledger, place: Place) -> list[str]:
    """The syncs that are meant. Raises ConfigError for one that never ran."""
    known = runs.syncs(ledger)
    if place.sync is not None and place.sync not in known:
        raise ConfigError(f"The ledger knows no run of sync {place.sync!r}. It knows: {', '.join(known) or 'none'}.")
    return known if place.sync is None else [place.sync]


def _report(options: argparse.Namespace) -> int:
    place = place_of(options)
    with opened(place) as ledger:
        text = page.page(ledger, syncs_of(ledger, place), with_addresses=options.addresses)
    write_private(options.out, text)
    print(f"The report is in {options.out.resolve()}.")  # noqa: T201 - a command line's own output
    return 0


def _history(options: argparse.Namespace) -> int:
    place = place_of(options)
    with opened(place) as ledger:
        for name in syncs_of(ledger, place):
            told = runs.latest(ledger, name, max(1, options.last))
            if options.json:
                sys.stdout.buffer.writelines(orjson.dumps(history.as_data(run)) + b"\n" for run in told)
            else:
                print("\n".join([*history.lines(told), *history.launch_lines(launched(ledger, name, {}))]))  # noqa: T201
    sys.stdout.flush()
    return 0


def _selection(options: argparse.Namespace) -> Selection:
    for reason in options.reason:
        if reason not in set(Reason):
            raise known_values("--reason", reason, [one.value for one in Reason])
    return Selection(frozenset(options.reason), frozenset(options.id))


def _rejects(options: argparse.Namespace) -> int:
    place, selection = place_of(options), _selection(options)
    if options.addresses and options.out is None:
        raise ConfigError("--addresses needs --out: addresses are not printed.")
    with opened(place) as ledger:
        syncs_of(ledger, place)
        titles = runs.target_names(ledger)
        with ledger.begin() as connection:
            found = [one for one in rejects(connection, place.sync) if selection.holds(one)]
    if options.out is not None:
        count = write_rejects(options.out, found, titles, with_addresses=options.addresses)
        print(f"{count} rejected records are in {options.out.resolve()}.")  # noqa: T201
        return 0
    for one in found:
        print(f"{printable(one.stream)} {printable(one.shown)}  {one.reason}" + (f"  {printable(one.detail)}" if one.detail else ""))  # noqa: T201
    print(f"{len(found)} rejected records.")  # noqa: T201
    return 0


def _retry(options: argparse.Namespace) -> int:
    place, selection = place_of(options), _selection(options)
    if options.all == bool(options.reason or options.id):
        raise ConfigError("Which rejected records? Give --reason or --id, or --all.")
    with opened(place) as ledger:
        syncs_of(ledger, place)
        done = retry(ledger, place.sync, selection)
    print(f"{done.marked} addresses are tried again by the next run.")  # noqa: T201
    for reason, count in sorted(done.waiting.items()):
        print(f"{count} records with {reason} wait for the record itself: {ABOUT[Reason(reason)].remedy}")  # noqa: T201
    return 0


def _forget(options: argparse.Namespace) -> int:
    place = place_of(options)
    address = sys.stdin.readline().strip() if options.address == "-" else options.address.strip()
    if "@" not in address:
        raise ConfigError("ADDRESS must be an e-mail address.")
    if options.at_vendor and (options.connection is None or options.dry_run):
        raise ConfigError("--at-vendor needs CONNECTION.yaml, which says how to reach the mailing tool, and no --dry-run.")
    with opened(place) as ledger:
        if options.at_vendor:
            code = suppress_at_vendor(load_connection(options.connection), address)
            if code:
                return code
        done = forget(ledger, address, dry_run=options.dry_run)
        titles = runs.target_names(ledger)
    for line in _told(done, titles, options):
        print(line)  # noqa: T201
    return 0


def _restored(options: argparse.Namespace) -> int:
    place = place_of(options)
    with opened(place) as ledger:
        names = syncs_of(ledger, place)
        mark_restored(ledger, names)
    for name in names:
        print(f"Sync {name}: marked. {refusal(name)}")  # noqa: T201
    return 0


def _told(done: Forgotten, titles: Mapping[str, str], options: argparse.Namespace) -> Iterator[str]:
    """What was erased, and what only people can do. The address itself is not repeated."""
    verb = "would be erased" if options.dry_run else "erased"
    people = [f"{stream} {record}" for _, stream, record in done.records if "@" not in record] + [one.replace("/", " ", 1) for one in done.people]
    records = ", ".join(dict.fromkeys(people))
    responses = f", what they did in {done.responses} campaigns" if done.responses else ""
    yield f"{verb}: {len(done.records)} records, {done.memberships} memberships, {done.mentioned} fields of other records{responses}."
    if not options.dry_run:
        yield "A keyed hash stays: the address is never taken in or mailed again."
        if not done.compacted:
            yield "The database's files could not be written anew, so traces may be left in them until they are written over: run the command again."
    if records:
        yield f"Delete the person in the CRM too: {records}. Until then what comes of them is skipped as forgotten."
    for list_id, ours in done.lists.items():
        name = titles.get(list_id, list_id.rpartition("/")[2])
        how = "the next run takes them off" if ours else "this sync did not put them there, so remove them in the mailing tool"
        if not options.at_vendor:
            yield f"They are on the list {name}: {how}."
    if not options.at_vendor:
        yield "The mailing tool keeps the contact: erase it there, or run again with --at-vendor, after which it is never mailed."
    yield "Backups of the ledger, reports made with --addresses and reject files are not touched: erase the address there too."
