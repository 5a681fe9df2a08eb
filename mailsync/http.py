"""One HTTP call, with time-outs, and an answer that never carries a secret into a message.

We do not use the CDK's HTTP client here: it retries inside itself by sleeping, and a write whose answer was lost must not be repeated before
the ledger has been asked. Retrying is the caller's decision; `retrying` is the one loop for calls that are safe to repeat.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import orjson
import requests
from requests.adapters import HTTPAdapter

from mailsync.clock import Clock
from mailsync.errors import RateLimited, TransientError, VendorUnavailable

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 60.0
POOL_SIZE = 32
LARGEST_ANSWER = 64 << 20
FORM = "application/x-www-form-urlencoded"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer: the body was read to its declared end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The parsed body. Raises VendorUnavailable where it is no JSON (an HTML error page, a body cut short)."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            kind = self.headers.get("content-type", "no content type")
            raise VendorUnavailable(f"The vendor answered HTTP {self.status} with a body that is not JSON ({kind}).") from error


class NoAnswer(VendorUnavailable):
    """The call may or may not have taken effect: sent (at least in part), but no complete answer came back."""


class Http:
    """A pool of connections to one vendor. Not shared between accounts. Thread-safe for `call`."""

    def __init__(self, vendor: str, *, read_timeout_s: float = READ_TIMEOUT_S, connect_timeout_s: float = CONNECT_TIMEOUT_S) -> None:
        self._vendor = vendor
        self._timeouts = (connect_timeout_s, read_timeout_s)
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy and no .netrc by surprise
        # Certificates are always verified; where a company has an authority of its own, against the bundle that it names.
        self._session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        adapter = HTTPAdapter(pool_connections=4, pool_maxsize=POOL_SIZE, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def call(
        self,
        method: str,
        base_url: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        json: Any = None,
    ) -> Answer:
        """One request, no retry, redirects not followed. Raises NoAnswer, naming method and path only.

        A form is percent-encoded, spaces too (`%20`, never `+`): Zoho Campaigns is reported not to know a parameter that is plus-encoded.
        """
        with (
            self._naming(method, path),
            self._session.request(
                method,
                base_url + path,
                headers=_with_content_type(headers, "application/json" if json is not None else FORM if form is not None else None),
                params=params,
                data=orjson.dumps(json) if json is not None else urlencode(form, quote_via=quote) if form is not None else None,
                timeout=self._timeouts,
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            return Answer(response.status_code, _lower(response.headers), self._whole_body(response, f"{method} {path}"))

    def _whole_body(self, response: requests.Response, asked: str) -> bytes:
        """Read in pieces, so that an answer that unpacks to far more than it weighs is stopped before it fills the memory."""
        body = bytearray()
        for piece in response.iter_content(1 << 16):
            body += piece
            if len(body) > LARGEST_ANSWER:
                raise VendorUnavailable(f"{self._vendor}: the answer to {asked} is larger than {LARGEST_ANSWER >> 20} MB; the rest was not read.")
        return bytes(body)

    @contextmanager
    def stream(self, base_url: str, path: str, *, headers: Mapping[str, str] | None = None) -> Iterator[requests.Response]:
        """A GET whose body is read in pieces by the caller (bulk results). Every fault while reading becomes NoAnswer."""
        with (
            self._naming("GET", path),
            self._session.get(base_url + path, headers=dict(headers or {}), timeout=self._timeouts, stream=True, allow_redirects=False) as response,
        ):
            yield response

    @contextmanager
    def _naming(self, method: str, path: str) -> Iterator[None]:
        try:
            yield
        except requests.exceptions.SSLError as error:
            raise VendorUnavailable(f"{self._vendor}: the TLS certificate could not be verified for {method} {path}.") from error
        except requests.RequestException as error:
            # `from None`: the text of a requests exception holds the whole URL, and a traceback is printed by hosts.
            raise NoAnswer(f"{self._vendor}: no complete answer to {method} {path} ({type(error).__name__}).") from None


def _with_content_type(headers: Mapping[str, str] | None, kind: str | None) -> dict[str, str]:
    return {**(headers or {}), **({"Content-Type": kind} if kind else {})}


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a repeatable call is repeated: bounded by tries and by time."""

    tries: int = 6
    first_wait_s: float = 1.0
    longest_wait_s: float = 64.0
    total_s: float = 600.0


def retrying(
    call: Callable[[], T],
    *,
    clock: Clock,
    patience: Patience = Patience(),
    on_wait: Callable[[TransientError, float], None] | None = None,
) -> T:
    """Repeat a call that is safe to repeat until it answers, doubling the wait; `retry_after` of the vendor wins.

    Raises the last TransientError when patience ends. `on_wait(error, seconds)` is told before each wait.
    """
    started, wait = clock.now(), patience.first_wait_s
    for attempt in range(1, patience.tries + 1):
        try:
            return call()
        except TransientError as error:
            asked = error.retry_after if isinstance(error, RateLimited) else None
            pause = asked if asked is not None else wait
            if not error.repeatable or attempt == patience.tries or clock.now() + pause - started > patience.total_s:
                raise
            if on_wait:
                on_wait(error, pause)
            clock.sleep(pause)
            wait = min(wait * 2, patience.longest_wait_s)
    raise AssertionError("the loop returns or raises")
