"""From what the source discovers to what both are told: modes, keys, generation numbers.

Generations follow Airbyte: a full refresh begins a new generation and drops the state, an unfinished one is taken up where it stopped, and
`minimum_generation_id` equals the generation where older rows are to go (overwrite, or a refresh asked for with removal).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mailsync.errors import ConfigError, known_values
from mailsync.runner.connection import StreamChoice
from mailsync.runner.state_file import Generation, StateFile
from mailsync.runner.tally import StreamId

# The order in which a mode is chosen where the connection file names none. Overwrite is never chosen by itself: it removes.
_PREFERRED = ("append_dedup", "append")


@dataclass(frozen=True, slots=True)
class Refresh:
    """Streams to read anew, as asked on the command line: `keep` rewrites what differs, `remove` also lets go what does not come again."""

    keep: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ConfiguredStream:
    """One stream as both connectors will see it, generation numbers apart."""

    id: StreamId
    discovered: Mapping[str, Any]
    sync_mode: str
    destination_sync_mode: str
    cursor_field: tuple[str, ...]
    primary_key: tuple[tuple[str, ...], ...]

    @property
    def begins_anew(self) -> bool:
        """Whether each run of it is a refresh."""
        return self.sync_mode == "full_refresh"


def configured_streams(choices: Iterable[StreamChoice], catalog: Mapping[str, Any], accepted_modes: Iterable[str]) -> tuple[ConfiguredStream, ...]:
    """Match the chosen streams with the discovered ones. Raises ConfigError naming the stream and what would do."""
    by_id: dict[StreamId, Mapping[str, Any]] = {(s.get("namespace"), s["name"]): s for s in catalog.get("streams", [])}
    modes = tuple(accepted_modes)
    return tuple(_configured(choice, by_id, modes) for choice in choices)


def _configured(choice: StreamChoice, by_id: Mapping[StreamId, Mapping[str, Any]], modes: tuple[str, ...]) -> ConfiguredStream:
    identity = (choice.namespace, choice.name)
    if identity not in by_id:
        raise known_values("A stream of the connection", choice.name, {name for _, name in by_id})
    found = by_id[identity]
    key = choice.primary_key or tuple(tuple(path) for path in found.get("source_defined_primary_key") or ())
    sync_mode = _sync_mode(choice, found)
    return ConfiguredStream(
        id=identity,
        discovered=found,
        sync_mode=sync_mode,
        destination_sync_mode=_destination_mode(choice, modes, has_key=bool(key)),
        cursor_field=choice.cursor_field or tuple(found.get("default_cursor_field") or ()),
        primary_key=key,
    )


def _sync_mode(choice: StreamChoice, found: Mapping[str, Any]) -> str:
    supported = [str(mode) for mode in found.get("supported_sync_modes") or ["full_refresh"]]
    if choice.sync_mode is None:
        return "incremental" if "incremental" in supported else "full_refresh"
    if choice.sync_mode not in supported:
        raise known_values(f"The sync_mode of stream {choice.name}", choice.sync_mode, supported)
    return choice.sync_mode


def _destination_mode(choice: StreamChoice, modes: tuple[str, ...], *, has_key: bool) -> str:
    wanted = choice.destination_sync_mode
    if wanted is None:
        wanted = next((mode for mode in _PREFERRED if mode in modes and (has_key or mode != "append_dedup")), None)
    if wanted not in modes:
        raise known_values(f"The destination_sync_mode of stream {choice.name}", wanted, modes)
    if wanted == "append_dedup" and not has_key:
        raise ConfigError(f"Stream {choice.name} has no primary key, which append_dedup needs: give it a primary_key in the connection file.")
    return wanted


def begin_generations(streams: Iterable[ConfiguredStream], state: StateFile, refresh: Refresh) -> None:
    """Raise the generation of streams that are to be read anew; take up those whose refresh is under way."""
    chosen = tuple(streams)
    names = {stream.id[1] for stream in chosen}
    for name in sorted(refresh.keep | refresh.remove):
        if name not in names:
            raise known_values("A stream to refresh", name, names)
    for stream in chosen:
        held = state.generation(stream.id)
        removes = stream.id[1] in refresh.remove or (stream.begins_anew and stream.destination_sync_mode == "overwrite")
        asked = stream.id[1] in refresh.keep | refresh.remove
        if asked or (stream.begins_anew and not held.under_way):
            number = held.number + 1 if state.knows(stream.id) else held.number
            state.set_generation(stream.id, Generation(number, number if removes else 0, under_way=True), forget_state=True)
        elif not state.knows(stream.id):
            state.set_generation(stream.id, Generation())


def end_generation(stream: StreamId, state: StateFile) -> None:
    """Its COMPLETE was reached and everything acknowledged: the refresh, if one was under way, is over."""
    held = state.generation(stream)
    if held.under_way:
        state.set_generation(stream, Generation(held.number))


def configured_catalog(streams: Iterable[ConfiguredStream], state: StateFile, sync_id: int) -> dict[str, Any]:
    """The content of `--catalog`."""
    return {"streams": [_entry(stream, state.generation(stream.id), sync_id) for stream in streams]}


def _entry(stream: ConfiguredStream, generation: Generation, sync_id: int) -> dict[str, Any]:
    return {
        "stream": stream.discovered,
        "sync_mode": stream.sync_mode,
        "destination_sync_mode": stream.destination_sync_mode,
        "cursor_field": list(stream.cursor_field),
        "primary_key": [list(path) for path in stream.primary_key],
        "generation_id": generation.number,
        "minimum_generation_id": generation.minimum,
        "sync_id": sync_id,
    }
