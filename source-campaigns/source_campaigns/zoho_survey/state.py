"""What a stream of responses remembers between syncs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsync.zoho_survey.intake import Memory
from mailsync.zoho_survey.spool import Seen
from mailsync.zoho_survey.versions import load_versions
from source_campaigns.state import VERSION, checked_owner


@dataclass(slots=True)
class ResponsesState:
    """`cursor`: the last number given to a record. `questions`: survey → keys ever answered, for the stream of answers."""

    system: str
    account: str
    cursor: int = 0
    memory: Memory = field(default_factory=Memory)
    questions: dict[str, list[str]] = field(default_factory=dict)

    def dump(self) -> dict[str, Any]:
        """The blob of a STATE message."""
        return {
            "version": VERSION,
            "system": self.system,
            "account": self.account,
            "cursor": self.cursor,
            "exports": dict(self.memory.exports),
            "deliveries": self.memory.seen.packed(),
            "responses": {survey: versions.packed() for survey, versions in self.memory.versions.items() if len(versions)},
            "questions": {survey: list(keys) for survey, keys in self.questions.items()},
        }


def load(blob: Mapping[str, Any], *, stream: str, system: str, account: str) -> ResponsesState:
    """The state of a blob. Raises ConfigError for one that this program cannot continue from."""
    if not checked_owner(blob, stream=stream, system=system, account=account):
        return ResponsesState(system, account)
    memory = Memory(Seen(blob.get("deliveries", "")), dict(blob.get("exports") or {}), load_versions(blob.get("responses") or {}))
    questions = {survey: list(keys) for survey, keys in (blob.get("questions") or {}).items()}
    return ResponsesState(system, account, int(blob.get("cursor", 0)), memory, questions)
