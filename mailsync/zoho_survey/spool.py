"""The spool: one file for each delivery of a webhook, exactly as it came, in a folder named after its survey.

`<spool>/<survey id>/<anything>.json`. `mailsync receive` writes such files; anything else that keeps deliveries may, too. Names that begin with a dot
are being written. What was read is remembered by name and mark, so files may be moved away once they were read.
"""

from __future__ import annotations

import hashlib
import os
from base64 import b64decode, b64encode
from collections.abc import Iterable
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailsync.zoho_survey.places import Found  # the receiver does without what opens places

SUFFIX = ".json"
UNFINISHED = ".part"
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


def keep(spool: Path, survey: str, body: bytes, *, now: float) -> Path:
    """Write one delivery: when this returns it survives a crash of the machine, and at no moment is there half a file under its name.

    Raises OSError where it could not be written; nothing is left then.
    """
    folder = spool / survey
    if not folder.is_dir():
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync(spool)
    name = f"{int(now * 1_000_000):017d}-{token_hex(4)}{SUFFIX}"
    unfinished = folder / f".{name}{UNFINISHED}"
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(folder / name)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _sync(folder)
    return folder / name


def tidy(spool: Path, *, older_than: float) -> int:
    """Remove what a killed receiver left unfinished before this moment (epoch seconds); how many."""
    left = [one for one in spool.glob(f"*/.*{UNFINISHED}") if one.stat().st_mtime < older_than]
    for one in left:
        one.unlink(missing_ok=True)
    return len(left)


def _sync(folder: Path) -> None:
    """What was named in a folder survives a crash."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
