"""What one stream of Pipedrive remembers beside what every CRM's does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from source_crm import id_set
from source_crm.state import StreamState


@dataclass(slots=True)
class FirstRead:
    """A first read under way: which of the entity's lists (`place`) is being read, the cursor of its next page, and records done."""

    started: str
    place: int = 0
    next_page: str = ""
    done: int = 0


@dataclass(slots=True)
class PipedriveState(StreamState):
    """`first`: None once the first read is complete. `around`: activities and organizations whose change was passed on, with its instant, as far as
    the next run looks back. `opted_out`: the packed ids of persons shown with a marketing status that must not be mailed.
    """

    SYSTEM: ClassVar[str] = "pipedrive"
    VERSION: ClassVar[int] = 1
    PARTS: ClassVar[Mapping[str, type]] = {"first": FirstRead}

    first: FirstRead | None = None
    around: dict[str, str] = field(default_factory=dict)
    opted_out: str = id_set.EMPTY

    @property
    def is_new(self) -> bool:
        """Whether nothing was read yet."""
        return not self.upto and self.first is None
