"""`write` with `dry_run`: the plan instead of the writes, as one JSON document and as log lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

import orjson

from destination_campaigns.preparation import Ready
from destination_campaigns.report import summary_lines
from mailsync.airbyte.messages import messages
from mailsync.airbyte.plan_file import save_plan
from mailsync.airbyte.shell import Shell
from mailsync.airbyte.stopping import Stopping
from mailsync.airbyte.writing import event_teller
from mailsync.ledger.budget import BudgetSpent
from mailsync.membership.afterwards import nothing
from mailsync.membership.dry_run import DryRun, Ends
from mailsync.membership.told import Braked, Held, Summary

PLAN = "Plan (JSON): "


def rehearse(ready: Ready, stdin: IO[bytes], stopping: Stopping) -> None:
    """Everything `write` does, on a copy of the ledger; the vendor is only read. Raises what `write` would raise before its first write."""
    output = ready.output

    output.log("Dry run: nothing is written, no state is given back, and the ledger stays as it is.", "WARN")
    account = ready.connected.account
    launches, launcher = ready.launches.rehearsed() if ready.launches else (None, None)
    dry = DryRun(
        ledger=ready.ledger,
        tool=account.tool,
        plan=ready.plan,
        clock=ready.connected.clock,
        on_event=event_teller(output),
        created=ready.created,
        afterwards=launches or nothing,
    )
    if launcher is not None:
        launcher.pretend = dry.tool.pretend

    def reserve(endpoint: str) -> None:
        ready.budget.reserve(endpoint)  # reads are real calls: all syncs of the account must know of them
        dry.tool.real_call(endpoint)

    account.reserve = reserve
    dry.run.budget.spent.update(ready.budget.spent)
    stopping.on_stop(dry.run.ask_to_stop)
    try:
        summary, ends = _outcome(dry, ready, stdin, stopping)
        document = dry.document(summary, ends) | {
            "to_be_created": {"lists": sorted(ready.list_names[key] for key in ready.created), "fields": list(ready.missing_fields)},
            "launches": launches.documents if launches else [],
        }
        _tell(document, summary, ready)
        if ready.dry_run_file:
            save_plan(ready.dry_run_file, document, dry.writes())
            output.log(f"The plan with every single write is in {ready.dry_run_file}.")
    finally:
        dry.close()


def _outcome(dry: DryRun, ready: Ready, stdin: IO[bytes], stopping: Stopping) -> tuple[Summary, Ends]:
    try:
        dry.run.open()
        shell = Shell(dry.run, ready.readers, ready.output, ours=ready.ours, echo=False, announce=dry.run.announce)
        shell.take(stopping.awaited(messages(stdin)))
        return dry.run.close(), Ends()
    except Held as held:
        return held.summary, Ends("braked" if isinstance(held, Braked) else "held", str(held))
    except BudgetSpent as spent:
        return dry.run.so_far(), Ends("stopped", f"{spent} when_budget_is_spent is stop, so the run would end here with an error.")


def _tell(document: Mapping[str, Any], summary: Summary, ready: Ready) -> None:
    output, ends = ready.output, document["ends"]
    for level, text in summary_lines(summary, ready.list_names):
        output.log(f"Would be: {text}", level)
    for one in document["lists"]:
        counts = ", ".join(f"{action} {count}" for action, count in sorted(one["writes"].items())) or "no write"
        output.log(f"Plan for list {one['name']}: {counts}{'; the list would be created first' if one['to_be_created'] else ''}.")
    for one in document["launches"]:
        calls = ", ".join(one["calls"]) or "no call"
        output.log(f"Plan for launch {one['key']}: {calls}; {one['mails']} people would be mailed{'; ' + one['why'] if one['why'] else ''}")
    time = document["time"]
    output.log(
        f"Plan: {document['mails_it_could_cause']} confirmation mails; about {time['seconds'] / 60:.0f} minutes, of which "
        f"{time['waiting_for_limits_s'] / 60:.0f} are waits for the vendor's limits (a call takes {time['a_call_s']} s)."
    )
    if ends["how"] != "done":
        output.log(f"The run would not end well ({ends['how']}): {ends['message']}", "WARN")
    output.log(PLAN + orjson.dumps(document).decode())
