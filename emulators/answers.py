"""JSON and pages over bare ASGI, for the parts of the server that belong to no vendor."""

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


async def answer_page(send: Send, html: str | None) -> None:
    """Send a page of a web site, or that there is none."""
    raw = (html or "<!doctype html><title>Not found</title>").encode()
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(raw)).encode())]
    await send({"type": "http.response.start", "status": 200 if html is not None else 404, "headers": headers})
    await send({"type": "http.response.body", "body": raw})
