"""The final screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from demo.expectation import LISTS
from demo.figures import Run
from demo.launch import NAME
from demo.proof import Sum

CRM, MAIL, SURVEY = "zoho_crm", "zoho_campaigns", "zoho_survey"


def show(console: Console, runs: Sequence[Run], back: Sequence[Run], surveys: Sequence[Run], checked: Sequence[Sum]) -> None:
    """All tables, then the verdict.

    The last of `runs` launched a campaign; `back`: the runs of the way back; `surveys`: invitations and answers by turns.
    """
    *usual, launch = runs
    groups = {
        "Into the mailing tool": {**_numbered("run", usual), "launch": launch},
        "Back to the CRM": _numbered("way back", back),
        "Surveys": {**_numbered("invite", surveys[::2]), **_numbered("answers", surveys[1::2])},
    }
    tables = [table for title, named in groups.items() for table in (_runs(f"{title}: what the runs cost", named), _fates(named))]
    for table in (*tables, _lists(usual), _sums(checked)):
        console.print(table)
        console.print()
    wrong = sum(not one.holds for one in checked)
    console.print(f"{len(checked)} sums checked, all of them right." if not wrong else f"{wrong} of {len(checked)} sums are WRONG.", style="bold")


def show_review(console: Console, counted: Mapping[str, Any], mailed: int) -> None:
    """The review of the launch, and what became of it."""
    table = _table(f"The launch of the CRM's campaign {NAME!r}", "", "people")
    for source, records in sorted(counted["records"].items()):
        table.add_row(f"members: {source}", f"{records:,}")
    for told, count in (("eligible", counted["eligible"]), ("other members of the list", counted["existing"]), ("first contact", counted["own"])):
        table.add_row(told, f"{count:,}")
    for reason, count in sorted(counted["skipped"].items()):
        table.add_row(f"get nothing: {reason}", f"{count:,}")
    table.add_row("result: mails sent, as the vendor has it", f"{mailed:,}")
    console.print(table)
    console.print()


def _numbered(name: str, runs: Sequence[Run]) -> dict[str, Run]:
    return {f"{name} {number}": run for number, run in enumerate(runs, start=1)}


def _runs(title: str, named: Mapping[str, Run]) -> Table:
    table, runs = _table(title, "", *named), list(named.values())
    table.add_row("records read", *(f"{run.read:,}" for run in runs))
    table.add_row("seconds", *(f"{run.result['seconds']:.1f}" for run in runs))
    table.add_row("CRM calls / of these writes / credits", *(f"{run.calls(CRM):,} / {run.writes(CRM):,} / {run.credits:g}" for run in runs))
    for system, told in ((MAIL, "mailing tool"), (SURVEY, "survey tool")):
        if any(run.calls(system) for run in runs):
            table.add_row(f"{told} calls / of these writes", *(f"{run.calls(system):,} / {run.writes(system):,}" for run in runs))
    return table


def _fates(named: Mapping[str, Run]) -> Table:
    table = _table("What became of each record", "fate", "reason", *named)
    merged: list[Counter[tuple[str, str]]] = []
    for run in named.values():
        merged.append(Counter())
        for (_, fate, reason), count in run.fates.items():
            merged[-1][fate, reason] += count
    for fate, reason in sorted(set().union(*merged)):
        table.add_row(fate, reason, *(f"{counts[fate, reason]:,}" for counts in merged))
    table.add_section()
    table.add_row("all", "", *(f"{counts.total():,}" for counts in merged))
    return table


def _lists(runs: Sequence[Run]) -> Table:
    table = _table("Who is on the lists", "list", "status", *(f"after run {number}" for number, _ in enumerate(runs, start=1)))
    for name in sorted(set(LISTS.values())):
        for status in sorted(set().union(*(run.on(name) for run in runs))):
            table.add_row(name, status, *(f"{run.on(name)[status]:,}" for run in runs))
    return table


def _sums(checked: Sequence[Sum]) -> Table:
    table = _table("What must be true, worked out from what both vendors hold", "", "expected", "found", "")
    for one in checked:
        table.add_row(one.told, f"{one.expected:,}", f"{one.found:,}", "ok" if one.holds else "WRONG", style="" if one.holds else "bold red")
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2))
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place == 0 or column in {"reason", "status"} else "right")
    return table
