"""What a run of the response rules tells: by stream, and what was done in the CRM."""

from __future__ import annotations

from collections.abc import Iterator

from mailsync.airbyte.report import Report
from mailsync.membership.plan import RecordFate
from mailsync.membership.told import Summary
from mailsync.responses.reasons import ABOUT

_ACTIONS = {
    "campaign": "campaigns written",
    "member status": "member statuses written",
    "campaign unsupported": "campaigns not written: this account's API takes none",
    "member status unsupported": "member statuses not written: this CRM has none for these people",
    "field": "status fields written",
    "opt-out": "e-mail opt-outs set",
    "opt-out unsupported": "e-mail opt-outs not set: this CRM has none for these people",
    "activity": "activities made",
    "deal": "deals made",
    "note": "notes made",
    "note rewritten": "notes written anew after an edit",
    "row": "rows made",
    "row rewritten": "rows written anew after an edit",
    "answers": "people's fields filled from answers",
    "items found": "items were there already, found by their marks",
    "person made": "people made",
    "person found when making": "people were there already when they were to be made",
}
_EXPLAINED = frozenset({RecordFate.REJECTED, RecordFate.POSTPONED})


def summary_lines(summary: Summary) -> Iterator[tuple[str, str]]:
    """(level, text) of each line."""
    report = Report(
        target=lambda _key: "CRM",
        action=lambda _key, action, count: f"CRM: {count} {_ACTIONS.get(action, action)}.",
        about={reason.value: about for reason, about in ABOUT.items()},
        explained=_EXPLAINED,
        nothing="no record came.",
    )
    return report.lines(summary)
