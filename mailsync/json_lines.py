"""JSON lines that hold what no database and no strict parser takes: half of a surrogate pair, a NUL.

Python's own encoder writes both as escapes, so a source that meets such a value in a CRM sends them on. One field of one record must not end a sync.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

# An escaped NUL, not a backslash that is itself escaped before `u0000`.
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


def loads(line: bytes) -> Any:
    """The parsed line, lone surrogates kept. Raises ValueError where it is no JSON."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        # Only orjson refuses lone surrogates; whatever else is wrong, the other parser refuses too. It takes NaN, which no message may hold.
        return json.loads(line, parse_constant=_refuse)


def dumps(message: Any, *, sort_keys: bool = False) -> bytes:
    """One line without its end. Lone surrogates go out as the escapes they came in as."""
    try:
        return orjson.dumps(message, option=orjson.OPT_SORT_KEYS if sort_keys else None)
    except TypeError:
        return json.dumps(message, separators=(",", ":"), sort_keys=sort_keys).encode()


def storable(line: bytes, parsed: Any) -> Any:
    """The same message with texts that every database takes: U+FFFD for a lone surrogate, U+0001 for NUL, which no address and no field may hold."""
    if rb"\u0000" in line:
        parsed = loads(_NUL.sub(rb"\1\\u0001", line))
    try:
        orjson.dumps(parsed)
    except TypeError:
        return _mended(parsed)
    return parsed


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_mended(key): _mended(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_mended(inner) for inner in value]
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(constant)
