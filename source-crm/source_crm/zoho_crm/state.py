"""What a stream of Zoho CRM remembers beside what every system's streams do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from source_crm import state
from source_crm.zoho.progress import Backfill


@dataclass(slots=True)
class StreamState(state.StreamState):
    """One stream's state.

    backfill: None once the first read is complete. formulas, formulas_at: what computed values were last, and when they were read.
    fields: a fingerprint of the fields that COQL was last asked for. refused: fields that the vendor lists and does not give.
    without_coql: COQL refuses the module.
    """

    SYSTEM: ClassVar[str] = "zoho_crm"
    VERSION: ClassVar[int] = 1
    PARTS: ClassVar[Mapping[str, type]] = {"backfill": Backfill}

    backfill: Backfill | None = None
    formulas: str = ""
    formulas_at: str = ""
    fields: str = ""
    refused: list[str] = field(default_factory=list)
    without_coql: bool = False

    @property
    def is_new(self) -> bool:
        """Whether nothing was read yet."""
        return not self.upto and self.backfill is None
