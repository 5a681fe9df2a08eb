"""Who is on a mailing list, by address and by status. Reads by status are cheap: the rows of a status are kept until one of them changes."""

from __future__ import annotations

from enum import Enum
from typing import Any, Generic, Protocol, TypeVar

St = TypeVar("St", bound=Enum)


class Standing(Protocol[St]):
    """A member, of whatever vendor."""

    status: St


M = TypeVar("M", bound=Standing[Any])


class ListMembers(Generic[M, St]):
    """`members` by address key, in the order they came."""

    def __init__(self) -> None:
        self.members: dict[str, M] = {}
        self._views: dict[St, list[M]] = {}

    def put(self, address_key: str, member: M) -> None:
        """Add a member that is not there."""
        self.members[address_key] = member
        if member.status in self._views:
            self._views[member.status].append(member)

    def drop(self, address_key: str) -> None:
        """Forget a member, if there."""
        member = self.members.pop(address_key, None)
        if member is not None:
            self._views.pop(member.status, None)

    def move(self, member: M, status: St) -> None:
        """Change where a member stands."""
        if member.status is not status:
            self._views.pop(member.status, None)
            self._views.pop(status, None)
            member.status = status

    def view(self, status: St) -> list[M]:
        """Its members of one status, in the order they came."""
        if status not in self._views:
            self._views[status] = [member for member in self.members.values() if member.status is status]
        return self._views[status]
