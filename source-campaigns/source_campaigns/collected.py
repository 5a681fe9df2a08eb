"""Rows of one complete read, held on disk where they are many, until it is known which of them are to be shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import Any, Self

import orjson

from source_campaigns.fingerprints import Read

IN_MEMORY = 4_000_000  # bytes


class Collected:
    """The rows of one read, within a `with` block."""

    def __init__(self) -> None:
        self._read = Read()
        self._spool = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed at the end of the block

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._spool.close()

    def __len__(self) -> int:
        return len(self._read)

    def add(self, address: str, row: Mapping[str, Any]) -> None:
        """One row; `address` tells it apart."""
        content = orjson.dumps(row)
        self._read.add(address, content)
        self._spool.write(content + b"\n")

    def packed(self) -> str:
        """The fingerprint that the state keeps."""
        return self._read.packed()

    def changed(self, before: str) -> Iterator[dict[str, Any]]:
        """The rows where something is not as a fingerprint says; all of them for an empty one."""
        self._spool.seek(0)
        for line, is_changed in zip(self._spool, self._read.changed(before), strict=True):
            if is_changed:
                yield orjson.loads(line)
