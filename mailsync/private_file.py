"""Files that only their owner may read, replaced as a whole."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from mailsync.errors import ConfigError


def write_private(path: Path, text: str) -> None:
    """Write a file for its owner only (mode 600); a reader sees the old one or the new one. Raises ConfigError where that cannot be."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it for the owner only
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="") as file:
                file.write(text)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from None
