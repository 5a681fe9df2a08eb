"""The spool: one file for each delivery of a webhook, exactly as it came, in a folder named after its survey.

`<spool>/<survey id>/<anything>.json`. `mailsync receive` writes such files; anything else that keeps deliveries may, too. Names that begin with a dot
are being written. What was read is remembered by name and mark, so files may be moved away once they were read.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable

from mailsync.zoho_survey.places import Found

SUFFIX = ".json"
_DIGEST = 6


def is_delivery(found: Found) -> bool:
    """Whether the file is a complete delivery."""
    return found.name.endswith(SUFFIX) and not found.name.startswith(".")


class Seen:
    """Which files were read: six bytes each. Packed as text for the state."""

    def __init__(self, packed: str = "") -> None:
        raw = b64decode(packed)
        self._known = {raw[at : at + _DIGEST] for at in range(0, len(raw), _DIGEST)}

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, found: Found) -> bool:
        return _digest(found) in self._known

    def add(self, found: Found) -> None:
        """It was read."""
        self._known.add(_digest(found))

    def keep_only(self, there: Iterable[Found]) -> None:
        """Forget files that are gone."""
        self._known &= {_digest(one) for one in there}

    def packed(self) -> str:
        """For the state."""
        return b64encode(b"".join(sorted(self._known))).decode()


def _digest(found: Found) -> bytes:
    """A name is never used twice for different deliveries; folders above the survey's may be moved."""
    return hashlib.blake2b(f"{found.folder}/{found.name}/{found.size}".encode(), digest_size=_DIGEST).digest()
