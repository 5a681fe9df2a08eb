"""What people do at a vendor, by name: the shape of every `edits` module whose operations are its methods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

Operation = Mapping[str, Any]


class Operations:
    """One method `op_<name>` per operation: it answers a JSON object, or None for a plain yes, and raises ValueError where it makes no sense."""

    vendor: ClassVar[str]

    def perform(self, operation: Operation) -> Mapping[str, Any]:
        """Find the operation by its `op`."""
        known: dict[Any, Callable[[Operation], Mapping[str, Any] | None]] = {
            name.removeprefix("op_"): getattr(self, name) for name in dir(self) if name.startswith("op_")
        }
        if operation.get("op") not in known:
            raise ValueError(f"{self.vendor} knows {sorted(known)}, not {operation.get('op')!r}")
        return known[operation["op"]](operation) or {"ok": True}
