"""What a run of the response rules tells: by stream, and what was done in the CRM."""

from __future__ import annotations

from collections.abc import Iterator

from mailsync.airbyte.report import Report
from mailsync.membership.plan import RecordFate
from mailsync.membership.told import Summary
from mailsync.responses.reasons import ABOUT

_ACTIONS = {
    "campaign": "campaigns written",
    "member_status": "member statuses written",
    "field": "status fields written",
    "opt_out": "e-mail opt-outs set",
    "activity": "activities made",
    "deal": "deals made",
    "note": "notes made",
    "person": "people made",
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
