"""`python -m demo`: emulated vendors, two syncs with a day of life in between, the way back twice, a survey twice, and sums that must be right.

Exit code 0 only if they are.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from demo.expectation import FIRST_CONTACT, LISTS, people, statuses
from demo.figures import Run, fates_of
from demo.launch import NAME, Launched, respond, review, sent, sums_of_launch
from demo.launch import prepare as prepare_launch
from demo.proof import Sum, sums
from demo.screen import show, show_review
from demo.story import CRM, MAIL, NEWSLETTER, live_through
from demo.survey import SURVEY, answer, sums_of_surveys
from demo.survey import prepare as prepare_surveys
from demo.way_back import prepare, send_and_respond, sums_back
from emulators.process import EmulatorProcess

A_DAY_S = 86_400.0


def main() -> None:
    """Play the whole demo."""
    options = _parser().parse_args()
    console = Console(highlight=False)
    folder = Path(options.output)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    console.print(
        f"Starting Zoho CRM, Zoho Campaigns and Zoho Survey on this machine, with {options.people} people (clock × {options.time_scale:g})."
    )
    with EmulatorProcess(configs=folder / "configs", people=options.people, time_scale=options.time_scale) as vendors:
        start = {name: statuses(vendors.state(MAIL), name) for name in sorted(set(LISTS.values()))}
        connection, began = _connection_file(vendors, folder), vendors.now()
        runs = [_sync(console, vendors, connection, options.time_scale)]
        console.print("A day passes: people are renamed, deleted, converted, move, opt out; others unsubscribe, bounce and complain.\n")
        events = live_through(vendors, start[NEWSLETTER])
        vendors.advance(A_DAY_S)
        runs.append(_sync(console, vendors, connection, options.time_scale))
        launched, launch = _launch(console, vendors, connection, options.time_scale)
        back, proven = _way_back(console, vendors, connection, began, options.time_scale, launched)
        mailed = sum(sent(vendors.state(MAIL), launched.campaign)[1]["mailed"].values())
        counted = review(connection.with_suffix(".ledger.db"), launched.campaign)
        proven += sums_of_launch(launched, counted, vendors.state(CRM), vendors.state(MAIL))
        surveys, found = _surveys(console, vendors, connection, options.time_scale)
    report = _report(connection)
    show_review(console, counted, mailed)
    code = _end(console, [*runs, launch], back, surveys, [*sums(start, runs, events), *proven, *found])
    console.print(f"The run report, as the marketing lead would see it (its times are the vendors'): {report}", soft_wrap=True)
    sys.exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo", description="Sync an emulated CRM into emulated mailing lists, twice. No account needed.")
    parser.add_argument("--people", type=int, default=1000, help="people in the CRM (default 1000)")
    parser.add_argument("--time-scale", type=float, default=60.0, help="how many times as fast the vendors' clock runs (default 60)")
    parser.add_argument("--output", default="demo-output", help="where connection file, state and ledger are kept (default demo-output)")
    return parser


def _connection_file(vendors: EmulatorProcess, folder: Path) -> Path:
    """The connection a newcomer would write, with the emulators' credentials."""
    destination = vendors.config("destination-campaigns", MAIL)
    destination.pop("ledger")  # `mailsync sync` keeps one beside the connection file
    made: dict[str, Any] = {"create_list": True, "first_contact": FIRST_CONTACT, "signup_form": "private"}
    destination["streams"] = [{"stream": stream, "list_name": name, **({} if name == NEWSLETTER else made)} for stream, name in LISTS.items()]
    content = {
        "name": "demo",
        "source": {"connector": "source-crm", "config": vendors.config("source-crm", CRM)},
        "destination": {"connector": "destination-campaigns", "config": destination},
        "streams": list(LISTS),
    }
    path = folder / "demo.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    path.chmod(0o600)
    return path


def _sync(console: Console, vendors: EmulatorProcess, connection: Path, time_scale: float, *, ledger: Path | None = None) -> Run:
    """One run, as a person would start it. Ends the demo where the run fails."""
    console.print(f"$ mailsync sync {connection}")
    vendors.clear_requests()
    command = [str(Path(sys.executable).parent / "mailsync"), "sync", "--json", str(connection)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False, env={**os.environ, "MAILSYNC_TIME_SCALE": str(time_scale)})  # noqa: S603 - ours
    if done.returncode:
        sys.exit(done.returncode)
    console.print()
    sync_name = yaml.safe_load(connection.read_text())["destination"]["config"]["sync_name"]
    fates = fates_of(ledger or connection.with_suffix(".ledger.db"), sync_name)
    return Run(json.loads(done.stdout), vendors.requests(), tuple(people(vendors.state(CRM))), vendors.state(MAIL), fates)


def _launch(console: Console, vendors: EmulatorProcess, forward: Path, time_scale: float) -> tuple[Launched, Run]:
    """A campaign of the CRM goes out to its members, once."""
    ledger = forward.with_suffix(".ledger.db")
    launched = prepare_launch(vendors, forward.parent, ledger)
    console.print(f"Staff plans the campaign {NAME!r} in the CRM and adds {len(launched.guests) + len(launched.refused)} members; it is launched.\n")
    vendors.advance(600)
    return launched, _sync(console, vendors, launched.file, time_scale, ledger=ledger)


def _way_back(
    console: Console, vendors: EmulatorProcess, forward: Path, began: float, time_scale: float, launched: Launched
) -> tuple[list[Run], list[Sum]]:
    """A campaign goes out, people respond, and the reverse pair runs twice: the second time nothing is new."""
    since = datetime.fromtimestamp(began, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    connection = prepare(vendors, forward.parent, forward, since)
    console.print("A campaign is sent: people open it, click, unsubscribe, bounce. What they did goes back to the CRM.\n")
    respond(vendors, launched)
    vendors.advance(600)
    send_and_respond(vendors)
    vendors.advance(600)
    runs = [_sync(console, vendors, connection, time_scale, ledger=forward.with_suffix(".ledger.db"))]
    vendors.advance(600)
    runs.append(_sync(console, vendors, connection, time_scale, ledger=forward.with_suffix(".ledger.db")))
    mail = vendors.state(MAIL)
    return runs, list(sums_back(runs, vendors.state(CRM), mail, began, {sent(mail, launched.campaign)[0]: launched.campaign}))


def _surveys(console: Console, vendors: EmulatorProcess, forward: Path, time_scale: float) -> tuple[list[Run], list[Sum]]:
    """Contacts are invited to a survey, some answer, and their answers go to the CRM; then both once more."""
    invite, answers = prepare_surveys(vendors, forward)
    ledger, runs = forward.with_suffix(".ledger.db"), []
    console.print("Contacts are invited to a survey, some of them answer, and the answers go to their records.\n")
    for number in range(2):
        vendors.advance(1200)
        runs.append(_sync(console, vendors, invite, time_scale, ledger=ledger))
        if number == 0:
            answer(vendors)
        vendors.advance(1200)
        runs.append(_sync(console, vendors, answers, time_scale, ledger=ledger))
    return runs, list(sums_of_surveys(runs, vendors.state(CRM), vendors.state(MAIL), vendors.state(SURVEY)))


def _report(connection: Path) -> Path:
    """The page that `mailsync report` makes of the ledger."""
    page = connection.with_name("report.html").resolve()
    command = [str(Path(sys.executable).parent / "mailsync"), "report", str(connection), "--out", str(page)]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - ours
    return page


def _end(console: Console, runs: list[Run], back: list[Run], surveys: list[Run], checked: list[Sum]) -> int:
    show(console, runs, back, surveys, checked)
    return 0 if all(one.holds for one in checked) else 1


main()
