"""The plan of a dry run as a file: one JSON document with every single write, for its owner only."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from mailsync.errors import ConfigError


def save_plan(path: str, document: Mapping[str, Any], writes: Iterator[Mapping[str, Any]]) -> None:
    """One JSON document, written as it comes. Appears when it is whole. Raises ConfigError where it cannot be written."""
    partial = f"{path}.partial"
    try:
        with os.fdopen(os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(orjson.dumps(document)[:-1] + b',"writes":[')
            for number, write in enumerate(writes):
                file.write((b",\n" if number else b"\n") + orjson.dumps(write))
            file.write(b"\n]}\n")
        os.replace(partial, path)  # noqa: PTH105 - beside os.open, which sets the mode
    except OSError as error:
        raise ConfigError(f"dry_run_file {path} cannot be written: {error.strerror}. Give a path in a folder that exists.") from None
