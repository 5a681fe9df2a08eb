"""The request log: what the control plane shows of every request a vendor saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Seen:
    """One request. `at` is the vendors' clock at arrival; `status` stays None where no answer was sent; `fault` names the kind that struck."""

    system: str
    method: str
    path: str
    data_center: str
    at: float
    status: int | None = None
    credits: float = 0
    writes: bool = False
    fault: str | None = None

    def as_json(self) -> dict[str, Any]:
        """For `GET /__admin/requests`."""
        return {name: getattr(self, name) for name in self.__slots__}


class RequestLog:
    """Every request since the last clearing, in the order of arrival."""

    def __init__(self) -> None:
        self._seen: list[Seen] = []

    def arrived(self, seen: Seen) -> None:
        """Keep one; it is filled in when its answer goes out."""
        self._seen.append(seen)

    def clear(self) -> None:
        """Forget all."""
        self._seen.clear()

    def listing(self) -> list[dict[str, Any]]:
        """All of them."""
        return [seen.as_json() for seen in self._seen]
