"""One stream's run in one of Zoho's CRMs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from mailsync.zoho.api import CrmApi
from mailsync.zoho.fields import Field
from mailsync.zoho.values import Canonical
from source_crm import task
from source_crm.options import Options
from source_crm.state import StreamState

S = TypeVar("S", bound=StreamState)


@dataclass(slots=True)
class ZohoTask(task.Task[S], Generic[S]):
    """`fields` are those of the module that are read."""

    options: Options
    api: CrmApi
    fields: tuple[Field, ...]
    canonical: Canonical

    @property
    def names(self) -> list[str]:
        """What is asked for beside the id, which always comes."""
        return [name for name in self.canonical.names if name != "id"]
