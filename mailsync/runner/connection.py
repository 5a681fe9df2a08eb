"""The connection file: which source, which destination, which streams. Parsed once into frozen dataclasses.

`docs/running.md#the-connection-file` is its reference.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson
import yaml

from mailsync.errors import ConfigError, known_values

SourceMode = Literal["full_refresh", "incremental"]
DESTINATION_MODES = ("append", "append_dedup", "overwrite")
_KEYS = ("name", "source", "destination", "streams", "state")
_STREAM_KEYS = ("name", "namespace", "sync_mode", "destination_sync_mode", "cursor_field", "primary_key")
_VARIABLE = re.compile(r"\$(\$\{|\{([A-Za-z_][A-Za-z0-9_]*)\})")


@dataclass(frozen=True, slots=True)
class ConnectorChoice:
    """A console script (or a path to an executable) and the configuration it is given."""

    command: str
    config: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StreamChoice:
    """One stream to sync; None means the default that fits source and destination."""

    name: str
    namespace: str | None = None
    sync_mode: SourceMode | None = None
    destination_sync_mode: str | None = None
    cursor_field: tuple[str, ...] | None = None
    primary_key: tuple[tuple[str, ...], ...] | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """One source feeding one destination. `folder` is where relative paths start; `ledger` the default ledger's place."""

    name: str
    folder: Path
    source: ConnectorChoice
    destination: ConnectorChoice
    streams: tuple[StreamChoice, ...]
    state: Path
    ledger: Path


def load_connection(path: Path, environment: Mapping[str, str] = os.environ) -> Connection:
    """Read and check a connection file. Raises ConfigError naming the key, never a value that could be a secret."""
    file = path.resolve()
    parsed = _mapping("The connection file", _parsed(path, path), known=_KEYS)
    folder, stem = file.parent, file.name.removesuffix(file.suffix)
    return Connection(
        name=_text("name", parsed.get("name", stem)),
        folder=folder,
        source=_connector("source", parsed, folder, environment),
        destination=_connector("destination", parsed, folder, environment),
        streams=_streams(parsed.get("streams")),
        state=folder / _text("state", parsed.get("state", f"{stem}.state.json")),
        ledger=folder / f"{stem}.ledger.db",
    )


def _parsed(path: Path, named: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
        return orjson.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except OSError as error:
        raise ConfigError(f"{named} cannot be read: {error.strerror}.") from None
    except yaml.MarkedYAMLError as error:
        where = f" (line {error.problem_mark.line + 1})" if error.problem_mark else ""
        raise ConfigError(f"{named} is not valid YAML{where}: {error.problem}.") from None
    except orjson.JSONDecodeError as error:
        raise ConfigError(f"{named} is not valid JSON (line {error.lineno}).") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise ConfigError(f"{named} is no text in UTF-8.") from None


def _mapping(name: str, value: Any, *, known: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"{name} must be a mapping with the keys {', '.join(known)}.")
    for key in value:
        if key not in known:
            raise known_values(f"A key of {name[0].lower() + name[1:]}", key, known)
    return value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"`{name}` must be a text that is not empty.")
    return value


def _connector(role: str, parsed: Mapping[str, Any], folder: Path, environment: Mapping[str, str]) -> ConnectorChoice:
    part = _mapping(f"`{role}`", parsed.get(role), known=("connector", "config"))
    config = part.get("config")
    if isinstance(config, str):
        config = _parsed(folder / _with_variables(config, environment, f"{role}.config"), Path(config))
    if not isinstance(config, dict):
        raise ConfigError(f"`{role}.config` must be the connector's configuration, or the path of a JSON or YAML file that holds it.")
    return ConnectorChoice(_text(f"{role}.connector", part.get("connector")), _with_variables(config, environment, f"{role}.config"))


def _with_variables(value: Any, environment: Mapping[str, str], where: str) -> Any:
    """Replace `${NAME}` in every text; `$${` stays a literal `${`."""
    if isinstance(value, dict):
        return {key: _with_variables(inner, environment, f"{where}.{key}") for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_variables(inner, environment, f"{where}[{at}]") for at, inner in enumerate(value)]
    if not isinstance(value, str):
        return value

    def replaced(match: re.Match[str]) -> str:
        name = match.group(2)
        if name is None:
            return "${"
        if name not in environment:
            raise ConfigError(f"`{where}` names the environment variable {name}, which is not set.")
        return environment[name]

    return _VARIABLE.sub(replaced, value)


def _streams(value: Any) -> tuple[StreamChoice, ...]:
    if not isinstance(value, list) or not value:
        raise ConfigError("`streams` must list at least one stream: its name, or a mapping with the keys " + ", ".join(_STREAM_KEYS) + ".")
    chosen = tuple(_stream({"name": entry} if isinstance(entry, str) else entry, at) for at, entry in enumerate(value))
    names = [(stream.namespace, stream.name) for stream in chosen]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise ConfigError(f"`streams` names {twice[1]} twice.")
    return chosen


def _stream(entry: Any, at: int) -> StreamChoice:
    where = f"streams[{at}]"
    part = _mapping(f"`{where}`", entry, known=_STREAM_KEYS)
    sync_mode, destination_mode = part.get("sync_mode"), part.get("destination_sync_mode")
    if sync_mode not in {None, "full_refresh", "incremental"}:
        raise known_values(f"`{where}.sync_mode`", sync_mode, ("full_refresh", "incremental"))
    if destination_mode not in {None, *DESTINATION_MODES}:
        raise known_values(f"`{where}.destination_sync_mode`", destination_mode, DESTINATION_MODES)
    return StreamChoice(
        name=_text(f"{where}.name", part.get("name")),
        namespace=part.get("namespace"),
        sync_mode=sync_mode,
        destination_sync_mode=destination_mode,
        cursor_field=_path(f"{where}.cursor_field", part.get("cursor_field")),
        primary_key=_paths(f"{where}.primary_key", part.get("primary_key")),
    )


def _path(name: str, value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, list) or not parts or not all(isinstance(part, str) for part in parts):
        raise ConfigError(f"`{name}` must be a field name, or a list of texts that leads to one.")
    return tuple(parts)


def _paths(name: str, value: Any) -> tuple[tuple[str, ...], ...] | None:
    if value is None or isinstance(value, str):
        one = _path(name, value)
        return None if one is None else (one,)
    if not isinstance(value, list) or not value:
        raise ConfigError(f"`{name}` must be a field name, or a list of them.")
    return tuple(path for part in value if (path := _path(name, part)) is not None)
