"""JSON in and out over bare ASGI, for the parts of the server that belong to no vendor."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.types import Receive, Send


async def read_json(receive: Receive) -> Any:
    """The request's JSON body, `{}` where it is empty. Raises ValueError where it is no JSON."""
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    body = b"".join(parts)
    return orjson.loads(body) if body else {}


async def answer_json(send: Send, body: Any, *, status: int = 200) -> None:
    """Send one JSON answer."""
    raw = orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(raw)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": raw})
