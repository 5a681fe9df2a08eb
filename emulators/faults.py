"""The fault dial: which of the next requests fail, and how, without any vendor knowing about it.

A fault strikes around the vendor's handler: `processed` decides whether the request takes effect before the answer is lost or spoilt. Two kinds
(`lock`, `token`) are not answered here: the vendor is brought into that state and then answers in its own words.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from starlette.types import Message, Receive, Scope, Send

KINDS = ("status", "timeout", "reset", "truncate", "slow", "html", "lock", "token")
FIELDS = {"system", "method", "path", "kind", "status", "after", "times", "processed", "seconds"}
DEFAULT_STATUS = {"status": 500, "html": 503}
SLOW_S = 3.0
LONGEST_END_S = 5.0  # of a request that was let go, when its client is there and does not read
HTML_PAGE = b"<!DOCTYPE html><html><head><title>Service Unavailable</title></head><body><h1>We will be back soon</h1></body></html>"

Handler = Callable[[Receive, Send], Awaitable[None]]


@dataclass(slots=True)
class Fault:
    """One setting of the dial. `times` 0 means until healed; `seconds` is the longest delay of `slow`, in real time."""

    kind: str
    system: str = ""
    method: str = ""
    path: str = ""
    status: int = 0
    after: int = 0
    times: int = 1
    processed: bool = False
    seconds: float = SLOW_S
    seen: int = 0
    struck: int = 0

    def matches(self, system: str, method: str, path: str) -> bool:
        """Whether a request is one of those meant, spent or not."""
        return self.system in ("", system) and self.method.upper() in ("", method) and re.search(self.path, path) is not None


def parse(wanted: Mapping[str, Any]) -> Fault:
    """One fault from the control plane's JSON. Raises ValueError naming what is wrong."""
    if unknown := set(wanted) - FIELDS:
        raise ValueError(f"unknown fault fields {sorted(unknown)}; known: {sorted(FIELDS)}")
    if wanted.get("kind") not in KINDS:
        raise ValueError(f"kind must be one of {KINDS}")
    try:
        re.compile(wanted.get("path") or "")
    except re.error as error:
        raise ValueError(f"path is no regular expression: {error}") from error
    return Fault(**{name: value for name, value in wanted.items() if value is not None})


class FaultDial:
    """The faults set so far, in the order they were set; the first that is due strikes."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._healed = asyncio.Event()
        self._struck: set[asyncio.Task[None]] = set()

    def set(self, fault: Fault) -> None:
        """Add one."""
        self._faults.append(fault)

    async def heal(self) -> None:
        """Forget all of them, and let go of the requests that they hold back. What was to take effect has done so when this returns."""
        self._faults.clear()
        self._healed.set()
        self._healed = asyncio.Event()
        if self._struck:
            await asyncio.wait(list(self._struck), timeout=LONGEST_END_S)

    async def strike(self, striking: Coroutine[Any, Any, None]) -> None:
        """Run what a fault does to one request, known to `heal` until it is over."""
        task = asyncio.ensure_future(striking)
        self._struck.add(task)
        task.add_done_callback(self._struck.discard)
        await task

    async def pause(self, seconds: float) -> None:
        """So long, or until the dial is healed."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._healed.wait(), seconds)

    def listing(self) -> list[dict[str, Any]]:
        """All of them with how often each was seen and struck."""
        return [asdict(fault) for fault in self._faults]

    def next(self, system: str, method: str, path: str) -> Fault | None:
        """The fault that strikes this request, counted."""
        for fault in self._faults:
            if not fault.matches(system, method, path):
                continue
            fault.seen += 1
            if fault.seen > fault.after and (fault.times == 0 or fault.struck < fault.times):
                fault.struck += 1
                return fault
        return None

    async def hang(self, receive: Receive) -> None:
        """Until the client gives up or the dial is healed."""
        healed = asyncio.ensure_future(self._healed.wait())
        gone = asyncio.ensure_future(_disconnected(receive))
        await asyncio.wait({healed, gone}, return_when=asyncio.FIRST_COMPLETED)
        healed.cancel()
        gone.cancel()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Rehearsal:
    """A request whose body was read once and can be given to the handler several times."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body = body
        self._receive = receive

    @classmethod
    async def of(cls, receive: Receive) -> Rehearsal:
        """Read the whole request."""
        parts, more = [], True
        while more:
            message = await receive()
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
        return cls(b"".join(parts), receive)

    def replay(self) -> Receive:
        """A fresh `receive` for one more run of the handler."""
        given = False

        async def receive() -> Message:
            nonlocal given
            if given:
                return await self._receive()
            given = True
            return {"type": "http.request", "body": self._body, "more_body": False}

        return receive


class Captured:
    """A `send` that keeps the answer instead of sending it."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""

    async def __call__(self, message: Message) -> None:
        """Keep one part of the answer."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", []))
        else:
            self.body += message.get("body", b"")


async def strike(fault: Fault, dial: FaultDial, scope: Scope, receive: Receive, send: Send, handler: Handler, force: Callable[[], None]) -> None:
    """Let one fault happen. `force` brings the vendor into the state that `lock` and `token` stand for; `send` must reach the socket."""
    request = await Rehearsal.of(receive)
    captured = Captured()
    if fault.processed and fault.kind != "slow":
        await handler(request.replay(), captured)
    if fault.kind in ("lock", "token"):
        force()
        await handler(request.replay(), send)
    elif fault.kind == "slow":
        await _slow(fault, dial, request, send, handler)
    elif fault.kind == "timeout":
        await dial.hang(receive)
        await _cut(scope, receive)
    elif fault.kind == "reset":
        await _cut(scope, receive)
    elif fault.kind == "truncate":
        await _truncate(captured, send)
        await _cut(scope, receive, flush=True)
    else:
        await _spoilt(fault, send)


async def _slow(fault: Fault, dial: FaultDial, request: Rehearsal, send: Send, handler: Handler) -> None:
    if not fault.processed:
        await dial.pause(fault.seconds)
        await handler(request.replay(), send)
        return
    captured = Captured()
    await handler(request.replay(), captured)
    await dial.pause(fault.seconds)
    await send({"type": "http.response.start", "status": captured.status, "headers": captured.headers})
    await send({"type": "http.response.body", "body": captured.body})


async def _truncate(captured: Captured, send: Send) -> None:
    body = captured.body or b'{"status":"success","data":['
    kept = [(name, value) for name, value in captured.headers if name.lower() != b"content-length"]
    headers = [*(kept or [(b"content-type", b"application/json")]), (b"content-length", str(max(len(body), 2)).encode())]
    await send({"type": "http.response.start", "status": captured.status or 200, "headers": headers})
    await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})


async def _spoilt(fault: Fault, send: Send) -> None:
    html = fault.kind == "html"
    body = HTML_PAGE if html else b'{"status":"error","message":"Something went wrong."}'
    kind = b"text/html;charset=UTF-8" if html else b"application/json;charset=UTF-8"
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": fault.status or DEFAULT_STATUS[fault.kind], "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _cut(scope: Scope, receive: Receive, *, flush: bool = False) -> None:
    """Close the connection under the answer, and wait until that is noticed. `flush` first sends what was already written.

    ASGI has no word for this; the server puts uvicorn's transport into the scope.
    """
    transport = scope["emulator.transport"]
    if flush:
        transport.close()
    else:
        transport.abort()
    await _disconnected(receive)
