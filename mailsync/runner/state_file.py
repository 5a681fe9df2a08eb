"""What outlives a run: acknowledged states, generation numbers, the number of the last sync. One file, one run at a time.

The file is replaced atomically and synced to the disk. The lock lies beside it and is inherited by the connectors, so that a second run also
waits for a destination whose runner was killed.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from mailsync.errors import ConfigError
from mailsync.runner.outcome import Locked
from mailsync.runner.tally import StreamId

VERSION = 1
SAVE_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Generation:
    """As Airbyte numbers refreshes: rows below `minimum` are to go. `under_way`: the refresh was begun and its COMPLETE not yet reached."""

    number: int = 1
    minimum: int = 0
    under_way: bool = False


@contextmanager
def locked(state: Path) -> Iterator[int]:
    """Hold the lock of a state file; yields the descriptor that children inherit. Raises Locked."""
    path = state.with_name(state.name + ".lock")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ConfigError(f"The lock beside the state file cannot be opened: {path.name}: {error.strerror}.") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Locked(f"Another run of this connection is under way ({state.name} is locked). Wait for it to end; nothing was started.") from None
        yield descriptor
    finally:
        os.close(descriptor)


class StateFile:
    """The parsed file. Only the holder of `locked` may write it. `monotonic` is a clock in seconds, for throttling; `keep` False never writes it."""

    def __init__(self, path: Path, monotonic: Callable[[], float], *, keep: bool = True) -> None:
        self._path = path
        self._keep = keep
        self._monotonic = monotonic
        self._saved_at = float("-inf")
        self._dirty = False
        content = _read(path)
        self._sync_id: int = content.get("sync_id", 0)
        self._global: dict[str, Any] | None = content.get("global")
        self._streams: dict[StreamId, dict[str, Any]] = {(entry.get("namespace"), entry["name"]): entry for entry in content.get("streams", [])}

    def next_sync(self) -> int:
        """A number no run before had."""
        self._sync_id += 1
        self._dirty = True
        return self._sync_id

    def generation(self, stream: StreamId) -> Generation:
        """The stream's generation as the last run left it."""
        held = self._streams.get(stream, {}).get("generation")
        return Generation(**held) if held else Generation()

    def set_generation(self, stream: StreamId, generation: Generation, *, forget_state: bool = False) -> None:
        """Note a refresh begun or ended; a begun one starts without state."""
        entry = self._entry(stream)
        entry["generation"] = {"number": generation.number, "minimum": generation.minimum, "under_way": generation.under_way}
        if forget_state:
            entry.pop("state", None)
        self._dirty = True

    def knows(self, stream: StreamId) -> bool:
        """Whether a run before had this stream."""
        return stream in self._streams

    def acknowledge(self, state: Mapping[str, Any]) -> None:
        """Keep a state that the destination gave back, without what the hosts added to it. Saves at most once a second."""
        kept = {key: value for key, value in state.items() if key in {"type", "stream", "global"}}
        if "stream" in kept:
            named = kept["stream"].get("stream_descriptor") or {}
            self._entry((named.get("namespace"), str(named.get("name"))))["state"] = kept
        else:
            self._global = kept
        self._dirty = True
        if self._monotonic() - self._saved_at >= SAVE_EVERY_S:
            self.save()

    def for_source(self, streams: list[StreamId]) -> list[dict[str, Any]]:
        """The content of `--state`."""
        if self._global is not None:
            return [self._global]
        return [entry["state"] for stream in streams if (entry := self._streams.get(stream)) and "state" in entry]

    def save(self) -> None:
        """Replace the file: a crash leaves the old one or the new one, whole."""
        if not self._dirty or not self._keep:
            return
        content = {"version": VERSION, "sync_id": self._sync_id, "global": self._global, "streams": list(self._streams.values())}
        handle, draft = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(orjson.dumps(content, option=orjson.OPT_INDENT_2))
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(self._path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        _sync_folder(self._path.parent)
        self._dirty, self._saved_at = False, self._monotonic()

    def _entry(self, stream: StreamId) -> dict[str, Any]:
        namespace, name = stream
        return self._streams.setdefault(stream, {"name": name, "namespace": namespace})


def _read(path: Path) -> dict[str, Any]:
    try:
        content = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"The state file {path.name} cannot be read: {error.strerror}.") from None
    except orjson.JSONDecodeError:
        raise ConfigError(f"The state file {path.name} is not JSON. Restore it from a copy, or move it away to read everything anew.") from None
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise ConfigError(f"The state file {path.name} was written by another version of this program (expected version {VERSION}).")
    return content


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
