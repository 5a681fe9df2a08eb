"""Who was shown as a member of which campaign, and with which status: a byte or two a member."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from heapq import merge

from source_crm import id_set
from source_crm.id_set import KnownIds

_Of = dict[str, KnownIds]


class Known:
    """Campaign → module → mark of the status → ids."""

    def __init__(self, packed: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
        self._of: dict[str, dict[str, _Of]] = {
            campaign: {module: {one: KnownIds(text, 0) for one, text in marks.items()} for module, marks in modules.items()}
            for campaign, modules in packed.items()
        }

    def campaigns(self) -> list[str]:
        """Ids of the campaigns of which members were shown, in order."""
        return sorted(self._of, key=int)

    def modules(self, campaign: str) -> list[str]:
        """Modules of which members were shown."""
        return sorted(self._of.get(campaign, {}))

    def mark_of(self, campaign: str, module: str, person: int) -> str | None:
        """With which status the person was shown; None for somebody who was not."""
        marks = self._of.get(campaign, {}).get(module, {})
        return next((one for one, ids in marks.items() if person in ids), None)

    def ids(self, campaign: str, module: str) -> Iterator[int]:
        """The people shown, in the order of their ids."""
        return merge(*self._of.get(campaign, {}).get(module, {}).values())

    def put(self, campaign: str, module: str, person: int, new: str, *, old: str | None) -> None:
        """Shown with this status from now on; `old` is what `mark_of` said."""
        marks = self._of.setdefault(campaign, {}).setdefault(module, {})
        if old is not None and old != new:
            marks[old].discard(person)
        if new not in marks:
            marks[new] = KnownIds(id_set.EMPTY, 0)
        marks[new].add(person)

    def drop(self, campaign: str, module: str, person: int) -> None:
        """No member any more."""
        for ids in self._of.get(campaign, {}).get(module, {}).values():
            ids.discard(person)

    def forget(self, campaign: str) -> None:
        """The campaign is gone, and all its members were told."""
        self._of.pop(campaign, None)

    def packed(self) -> dict[str, dict[str, dict[str, str]]]:
        """What the state keeps; what is empty is left out."""
        kept: dict[str, dict[str, dict[str, str]]] = {}
        for campaign, modules in self._of.items():
            for module, marks in modules.items():
                texts = {one: text for one, ids in marks.items() if (text := ids.packed()) != id_set.EMPTY}
                if texts:
                    kept.setdefault(campaign, {})[module] = texts
        return kept


def mark(text: object) -> str:
    """A short digest of a status or a name; empty for none."""
    return hashlib.blake2b(str(text).encode(), digest_size=4).hexdigest() if text else ""
