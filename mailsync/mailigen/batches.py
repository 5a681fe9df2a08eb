"""What a batch call says of each of its rows.

`{"success_count", "error_count", "errors": [{"code", "message", "email"}]}`. The counters count rows. Rows that no error names took effect, when the
numbers agree; where they do not, nobody knows which did, and those rows count as lost until the next complete read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mailsync.membership.tool import DONE, Fate, Outcome
from mailsync.vendor_words import without_addresses

LOST = Outcome(Fate.LOST)
_FULL = re.compile(
    r"\b(subscriber|contact|recipient|member|plan|account)s?\b.{0,40}\blimit|\blimit\b.{0,40}\b(subscriber|contact|recipient|plan|account)|upgrade",
    re.IGNORECASE,
)
REMEDY = "Upgrade the plan or remove contacts in Mailigen, then sync again: nothing is lost."


def by_row(addresses: Sequence[str], said: Any) -> list[Outcome]:
    """One outcome for each address of the batch, in order."""
    errors = _errors(said)
    if errors is None:
        return [LOST] * len(addresses)
    left = dict(errors)
    named = [left.pop(_key(address), None) for address in addresses]
    agrees = not left and _number(said, "error_count") == len(errors) and _number(said, "success_count") == len(addresses) - len(errors)
    return [refused if refused is not None else DONE if agrees else LOST for refused in named]


def refusal(code: str, message: str) -> Outcome:
    """The outcome of one refused row. No code is certain; a text that speaks of the plan's limit is nobody's own fault."""
    words = without_addresses(message)
    if _FULL.search(words):
        return Outcome(Fate.FULL, code=code, message=f"Mailigen takes nobody more (code {code or 'none'}: {words}). {REMEDY}")
    return Outcome(Fate.REJECTED, reason="vendor_refused", code=code, message=words)


def _errors(said: Any) -> dict[str, Outcome] | None:
    """Refusals by address; None where the answer is no result of a batch."""
    if not isinstance(said, dict) or "success_count" not in said:
        return None
    rows = said.get("errors") or []
    rows = list(rows.values()) if isinstance(rows, dict) else rows
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return None
    return {_key(str(row.get("email", ""))): refusal(str(row.get("code", "")), str(row.get("message", ""))) for row in rows}


def _number(said: dict[str, Any], name: str) -> int:
    text = str(said.get(name, ""))
    return int(text) if text.isdigit() else -1


def _key(address: str) -> str:
    return address.strip().casefold()
