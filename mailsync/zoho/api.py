"""Authenticated calls to one of Zoho's CRMs: token renewal, retries of what only reads, credits counted.

A call that writes is made once.

Source: Zoho CRM API v8, Access and Refresh Tokens, API Limits; checked 2026-11. The vendor sends no `Retry-After`: wait 1, 2, 4 … 64 s.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import IO, Any

import requests

from mailsync.clock import VendorClock
from mailsync.errors import AuthError, RateLimited, TransientError, VendorUnavailable
from mailsync.http import Answer, Http, Patience, retrying
from mailsync.zoho.accounts import ZohoAccount
from mailsync.zoho.product import Product
from mailsync.zoho.refusals import TokenRefused, refusal

# Seven waits, 63 s each at most: two minutes tell a burst from a spent day, whose credits return hour by hour.
PATIENCE = Patience(tries=8, first_wait_s=1.0, longest_wait_s=64.0, total_s=300.0)
SUCCESS = frozenset({200, 201, 202, 207})
EMPTY = frozenset({204, 304})
CHUNK_BYTES = 1 << 18
# Calls in flight at once, the smallest edition's limit (Free: 5) less one for others.
CALLS_AT_ONCE = 4

OnWait = Callable[[TransientError, float], None]


class Usage:
    """What the calls of this process cost, by the vendor's price list, and what the vendor says is left. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.calls = 0
        self.credits = 0
        self.remaining: int | None = None

    def count(self, cost: int, headers: Mapping[str, str]) -> None:
        """One answer. The header `X-API-CREDITS-REMAINING` appears only once half of the day's credits are used."""
        left = headers.get("x-api-credits-remaining", "")
        with self._lock:
            self.calls += 1
            self.credits += cost
            if left.isdigit():
                self.remaining = int(left)

    def count_more(self, cost: int) -> None:
        """What a call cost beyond the one credit counted for it."""
        with self._lock:
            self.credits += cost

    def __str__(self) -> str:
        left = f", {self.remaining} left today" if self.remaining is not None else ""
        return f"{self.calls} calls, about {self.credits} credits{left}"


@dataclass(frozen=True, slots=True)
class CrmApi:
    """One account's API of one product. Shared by all streams of a process; `telling` gives a copy that reports its waits elsewhere."""

    product: Product
    base_url: str
    account: ZohoAccount
    http: Http
    clock: VendorClock
    usage: Usage
    slots: threading.Semaphore
    on_wait: OnWait | None = None
    patience: Patience = PATIENCE
    reserve: Callable[[int], None] = lambda _credits: None

    def telling(self, on_wait: OnWait) -> CrmApi:
        """The same API, whose waits are told to `on_wait(error, seconds)`."""
        return replace(self, on_wait=on_wait)

    def get(self, path: str, *, params: Mapping[str, str] | None = None, since: str | None = None, cost: int = 1) -> Any:
        """The parsed answer of a GET below the product's records; None where the vendor has nothing (204, 304).

        `since` is an ISO instant (If-Modified-Since).
        """
        headers = {"If-Modified-Since": since} if since else {}
        return self._parsed("GET", self.product.records + path, cost=cost, params=params, headers=headers)

    def post(self, path: str, body: Any, *, cost: int) -> Any:
        """The parsed answer of a POST that only reads (a query)."""
        return self._parsed("POST", self.product.records + path, cost=cost, json=body)

    def write(self, method: str, path: str, body: Any, *, cost: int) -> list[Mapping[str, Any]]:
        """What became of each row of a call that changes records, in the order of the request.

        One request, repeated only with a new token after one that was refused. Raises VendorUnavailable where nobody knows whether it took effect,
        RateLimited, CrmRefusal and ConfigError where it took none.
        """
        answer: Answer = self._with_token(lambda: self._call(method, self.product.records + path, cost, json=body))
        rows = rows_of(answer)
        if rows is None or len(rows) != len(body["data"]):
            raise VendorUnavailable(f"{self.product.name} answered HTTP {answer.status} to {method} {path} without a result for each row.")
        return rows

    def post_bulk(self, path: str, body: Any, *, cost: int) -> Any:
        """The parsed answer of a POST that starts a job which only reads."""
        return self._parsed("POST", self.product.bulk + path, cost=cost, json=body)

    def get_bulk(self, path: str) -> Any:
        """The parsed answer of a GET below the product's bulk calls."""
        return self._parsed("GET", self.product.bulk + path, cost=1)

    def download(self, path: str, into: IO[bytes]) -> int:
        """Write a bulk result into an empty file, in pieces; again from its start when it breaks off. Returns its size in bytes."""

        def once() -> int:
            into.seek(0)
            into.truncate()
            with self._streamed(self.product.bulk + path) as response:
                for chunk in response.iter_content(CHUNK_BYTES):
                    into.write(chunk)
            return into.tell()

        size: int = retrying(lambda: self._with_token(once), clock=self.clock, patience=self.patience, on_wait=self.on_wait)
        return size

    def _parsed(self, method: str, path: str, *, cost: int, **request: Any) -> Any:
        def once() -> Any:
            answer = self._call(method, path, cost, **request)
            return None if answer.status in EMPTY else answer.json()

        try:
            return retrying(lambda: self._with_token(once), clock=self.clock, patience=self.patience, on_wait=self.on_wait)
        except RateLimited as error:
            raise RateLimited(self._why_limited(str(error))) from None

    def _with_token(self, once: Callable[[], Any]) -> Any:
        """A refused token is renewed once; a refused new one means that access was withdrawn."""
        try:
            return once()
        except TokenRefused:
            pass
        try:
            return once()
        except TokenRefused as error:
            raise AuthError(
                f"{error}: a token made a moment ago is refused. Was the connection revoked, or the user deactivated? Create a new refresh token."
            ) from None

    def _call(self, method: str, path: str, cost: int, **request: Any) -> Answer:
        token = self.account.token()
        headers = {**(request.pop("headers", None) or {}), "Authorization": f"Zoho-oauthtoken {token.value}"}
        self.reserve(cost)
        with self.slots:
            answer = self.http.call(method, self.base_url, path, headers=headers, **request)
        return self._judged(answer, method, path, cost, token)

    @contextmanager
    def _streamed(self, path: str) -> Iterator[requests.Response]:
        token = self.account.token()
        headers = {"Authorization": f"Zoho-oauthtoken {token.value}"}
        with self.slots, self.http.stream(self.base_url, path, headers=headers) as response:
            lowered = {name.lower(): value for name, value in response.headers.items()}
            body = b"" if response.status_code in SUCCESS else response.content
            self._judged(Answer(response.status_code, lowered, body), "GET", path, 1, token)
            yield response

    def _judged(self, answer: Answer, method: str, path: str, cost: int, token: Any) -> Answer:
        self.clock.observe(answer.headers.get("date"))
        self.usage.count(cost, answer.headers)
        if answer.status in SUCCESS or answer.status in EMPTY or rows_of(answer) is not None:
            return answer
        error = refusal(answer, method, path, self.product)
        if isinstance(error, TokenRefused):
            self.account.reject(token)
        raise error

    def _why_limited(self, message: str) -> str:
        left = self.usage.remaining
        if left is not None and left > 0:
            return f"{message} {left} credits are left today, so this is the limit of simultaneous calls; run again later, or run less at once."
        return (
            f"{message} It lasted through {self.patience.tries} tries, so the day's credits (a rolling 24 hours) are probably spent; run again later."
        )


def rows_of(answer: Answer) -> list[Mapping[str, Any]] | None:
    """The results of a write, one a row, whatever the status: 207 where some failed, 400 where all did. None where the answer holds none."""
    if not answer.body.lstrip().startswith(b"{"):
        return None
    rows = answer.json().get("data")
    is_result = isinstance(rows, list) and bool(rows) and all(isinstance(row, Mapping) and "code" in row and "status" in row for row in rows)
    return rows if is_result else None
