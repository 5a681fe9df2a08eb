"""`write` with `dry_run`: the plan instead of the writes, as one JSON document and as log lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from destination_crm.report import summary_lines
from mailsync.airbyte.messages import Output
from mailsync.airbyte.plan_file import save_plan
from mailsync.ledger.budget import BudgetSpent
from mailsync.membership.told import Braked, Summary
from mailsync.responses.dry_run import DryRun
from mailsync.responses.run import Run

PLAN = "Plan (JSON): "


def rehearse(dry: DryRun, take: Callable[[Run], None], output: Output, file: str) -> None:
    """Everything `write` does, on a copy of the ledger; the CRM is only read. Raises what `write` would raise before its first write."""
    output.log("Dry run: nothing is written, no state is given back, and the ledger stays as it is.", "WARN")
    try:
        summary, how, message = _outcome(dry.run, take)
        document = dry.document(summary, how=how, message=message)
        _tell(document, summary, output)
        if file:
            save_plan(file, document, dry.writes())
            output.log(f"The plan with every single write is in {file}.")
    finally:
        dry.close()


def _outcome(run: Run, take: Callable[[Run], None]) -> tuple[Summary, str, str]:
    try:
        run.open()
        take(run)
        return run.close(), "done", ""
    except Braked as braked:
        return braked.summary, "braked", str(braked)
    except BudgetSpent as spent:
        return run.so_far(), "stopped", f"{spent} when_budget_is_spent is stop, so the run would end here with an error."


def _tell(document: Mapping[str, Any], summary: Summary, output: Output) -> None:
    for level, text in summary_lines(summary):
        output.log(f"Would be: {text}", level)
    writes = ", ".join(_planned(name, one) for name, one in document["totals"].items())
    output.log(f"Plan: {writes or 'no write'}.")
    if document["ends"]["how"] != "done":
        output.log(f"The run would not end well ({document['ends']['how']}): {document['ends']['message']}", "WARN")
    output.log(PLAN + orjson.dumps(document).decode())


def _planned(action: str, told: Mapping[str, int]) -> str:
    costs = ", ".join(f"{count} {name}" for name, count in told.items() if name not in ("rows", "requests"))
    return f"{action.replace('_', ' ')} {told['rows']} in {told['requests']} requests ({costs})"
