"""What webhooks are posted to: an ASGI application that keeps each delivery in the spool, and says nothing to whoever does not know the address.

`POST /<secret>/<survey id>`. Zoho Survey signs nothing and its deliveries do not name their survey (docs/systems/zoho_survey.md#webhooks), so the
address has to do both. A delivery is answered 200 once it is on disk, and 503 where it could not be written, so that a vendor that repeats does.
"""

from __future__ import annotations

import asyncio
import logging
import re
from base64 import b64decode
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from hmac import compare_digest
from pathlib import Path
from typing import Any

from mailsync.clock import Clock
from mailsync.zoho_survey.spool import keep

logger = logging.getLogger("mailsync.receiver")

LARGEST_BODY = 1 << 20
BODY_TIMEOUT_S = 30.0
_SURVEY = re.compile(r"[A-Za-z0-9_-]{1,64}")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class TooLarge(Exception):
    """A body over the limit; the rest is not read."""


class Gone(Exception):
    """The sender hung up in the middle of its body."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Who may come in: `secret` is the first part of the path, `basic` a `user:password` that is asked for as well, where it is not empty."""

    secret: str = field(repr=False)
    basic: str = field(default="", repr=False)

    def survey_of(self, path: str) -> str | None:
        """The survey that a path names, None for a path that is not ours."""
        secret, _, survey = path.strip("/").partition("/")
        is_ours = compare_digest(secret.encode(), self.secret.encode())
        return survey if is_ours and _SURVEY.fullmatch(survey) else None

    def lets_in(self, authorization: str) -> bool:
        """Whether the header satisfies basic authentication."""
        if not self.basic:
            return True
        scheme, _, value = authorization.partition(" ")
        try:
            given = b64decode(value, validate=True) if scheme.lower() == "basic" else b""
        except ValueError:
            return False
        return compare_digest(given, self.basic.encode())


class Receiver:
    """The application. `clock` names files."""

    def __init__(self, spool: Path, doors: Doors, clock: Clock, *, largest_body: int = LARGEST_BODY) -> None:
        self._spool = spool
        self._doors = doors
        self._clock = clock
        self._largest = largest_body

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request: status only, never a body."""
        if scope["type"] != "http":
            return
        try:
            status = await self._status(scope, receive)
        except Gone:
            return
        headers = [(b"content-length", b"0"), (b"cache-control", b"no-store")]
        if status == 401:
            headers.append((b"www-authenticate", b'Basic realm="surveys"'))
        if status in (408, 413):
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _status(self, scope: MutableMapping[str, Any], receive: Receive) -> int:
        survey = self._doors.survey_of(scope["path"])
        if survey is None:
            return 404
        headers = {name.lower(): value for name, value in scope["headers"]}
        if not self._doors.lets_in(headers.get(b"authorization", b"").decode("latin-1")):
            logger.warning("A delivery was refused: basic authentication is missing or wrong.")
            return 401
        if scope["method"] in ("GET", "HEAD"):
            return 200
        return await self._posted(survey, headers, receive) if scope["method"] == "POST" else 405

    async def _posted(self, survey: str, headers: MutableMapping[bytes, bytes], receive: Receive) -> int:
        try:
            if int(headers.get(b"content-length", b"0") or 0) > self._largest:
                raise TooLarge  # noqa: TRY301 - told in one place
            async with asyncio.timeout(BODY_TIMEOUT_S):
                body = await self._body(receive)
        except TooLarge:
            logger.warning("A delivery was refused: it is larger than %d bytes.", self._largest)
            return 413
        except TimeoutError:
            logger.warning("A delivery was given up: its body did not come within %.0f s.", BODY_TIMEOUT_S)
            return 408
        if not body.strip():
            return 200  # somebody tries whether the address answers
        return await self._kept(survey, body)

    async def _body(self, receive: Receive) -> bytes:
        body, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Gone
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._largest:
                raise TooLarge
        return bytes(body)

    async def _kept(self, survey: str, body: bytes) -> int:
        try:
            await asyncio.to_thread(keep, self._spool, survey, body, now=self._clock.now())
        except OSError as error:
            logger.error("A delivery could not be written (%s).", error.strerror or type(error).__name__)  # noqa: TRY400 - a trace tells no more
            return 503
        logger.info("Kept a delivery of survey %s, %d bytes.", survey, len(body))
        return 200
