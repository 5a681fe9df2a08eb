"""What the stream of members remembers: who was shown, by campaign, module and status, and how far a round through the campaigns has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from mailsync.zoho.members import Place
from source_crm import id_set
from source_crm.state import StreamState


@dataclass(slots=True)
class Walk:
    """A related list under way: `token`, `since` and `read` are the place of its next page (`mailsync.zoho.members`), `seen` packed ids so far."""

    campaign: str
    module: str
    token: str = ""
    since: str = ""
    read: int = 0
    seen: str = id_set.EMPTY

    @property
    def place(self) -> Place:
        """Where the next page begins."""
        return Place(self.token, self.since, self.read)

    def go_on(self, place: Place) -> None:
        """The next page begins here."""
        self.token, self.since, self.read = place.token, place.since, place.read


@dataclass(slots=True)
class MembersState(StreamState):
    """The stream's state; each product has its own class.

    members: campaign → module → mark of a status → packed ids of the people shown with it. names: campaign → mark of the name shown.
    started: when the round through the campaigns began that is under way, "" for none; done: packed ids of the campaigns done in it. walk: the list
    under way. A mark is a digest: neither statuses nor names are in the state. `upto`: changes of people up to this instant were shown.
    """

    PARTS: ClassVar[Mapping[str, type]] = {"walk": Walk}

    members: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    started: str = ""
    done: str = id_set.EMPTY
    walk: Walk | None = None

    def dump(self) -> dict[str, Any]:
        """Without the sets that are empty."""
        return {name: value for name, value in StreamState.dump(self).items() if value != id_set.EMPTY}
