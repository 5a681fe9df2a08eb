"""One account of Mailigen over HTTP: reads that are repeated until they answer, writes that are made once.

A refusal is an object with `error`; its code is branched on for 104 (wrong key) alone, because no other is confirmed. The key travels in the form
body, and the vendor repeats it in its text for 104, which is therefore never shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mailsync.breaker import Breaker
from mailsync.clock import VendorClock
from mailsync.errors import AuthError, ConfigError, RateLimited, TransientError, VendorUnavailable
from mailsync.http import Answer, Http, Patience, retrying
from mailsync.mailigen.endpoints import VERSION
from mailsync.mailigen.php_form import flat
from mailsync.mailigen.settings import MailigenSettings
from mailsync.vendor_words import without_addresses

READ_PATIENCE = Patience(tries=6, total_s=1800.0)
PAUSE_S = 60.0  # after HTTP 429, or two writes in a row without an answer; the vendor says nothing about either
WRONG_KEY = "104"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The vendor refused a whole call. `message` holds no address and no key."""

    method: str
    code: str
    message: str

    def described(self) -> str:
        """Method, code and the vendor's words, for an error message."""
        return f"Mailigen refuses {self.method} with code {self.code or '(none)'}: {self.message or 'no message'}"


class MailigenClient:
    """Not thread-safe; one per process."""

    def __init__(
        self,
        settings: MailigenSettings,
        *,
        http: Http,
        clock: VendorClock,
        reserve: Callable[[str], None],
        on_wait: Callable[[TransientError, float], None] | None = None,
    ) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._reserve = reserve
        self._on_wait = on_wait
        self._breaker = Breaker("Mailigen", clock)

    def ask(self, method: str, **params: Any) -> Any:
        """A call that changes nothing, repeated until it answers; a Refusal is an answer. Raises AuthError, TransientError."""
        return retrying(lambda: self._call(method, params), clock=self._clock, patience=READ_PATIENCE, on_wait=self._on_wait)

    def read(self, method: str, **params: Any) -> Any:
        """As `ask`, where a refusal means that somebody must change something. Raises ConfigError, AuthError, TransientError."""
        said = self.ask(method, **params)
        if isinstance(said, Refusal):
            raise ConfigError(f"{said.described()}. Was the list or campaign deleted, or may this key not read it?")
        return said

    def write(self, method: str, **params: Any) -> Any:
        """A call that changes data, made once: the vendor's value, a Refusal (nothing took effect), or None: it may have taken effect.

        Raises RateLimited (nothing took effect), AuthError.
        """
        self._breaker.before(method)
        try:
            said = self._call(method, params)
        except RateLimited:
            raise
        except VendorUnavailable:
            self._breaker.unusable(method, PAUSE_S)
            return None
        self._breaker.answered(method)
        return said

    def _call(self, method: str, params: Mapping[str, Any]) -> Any:
        self._reserve(method)
        form = {"apikey": self._settings.api_key, **flat(params)}
        try:
            answer = self._http.call("POST", self._settings.api_url, f"/{VERSION}/", params={"output": "json", "method": method}, form=form)
        except VendorUnavailable as error:
            raise VendorUnavailable(f"{method}: {error}") from None
        self._clock.observe(answer.headers.get("date"))
        return self._said(method, answer)

    def _said(self, method: str, answer: Answer) -> Any:
        if answer.status == 429:
            raise RateLimited(f"Mailigen answered {method} with HTTP 429: too many calls.", retry_after=PAUSE_S)
        if answer.status >= 500 or 300 <= answer.status < 400:
            raise VendorUnavailable(f"Mailigen answered {method} with HTTP {answer.status}.")
        value = answer.json()
        if not isinstance(value, dict) or "error" not in value:
            if answer.status >= 400:
                raise VendorUnavailable(f"Mailigen answered {method} with HTTP {answer.status} and no reason.")
            return value
        code = str(value.get("code", "")).strip()
        if code == WRONG_KEY:
            raise AuthError(
                f"Mailigen does not know this API key (code {code}, {method}). Make one in Mailigen under Settings, API, and save it here."
            )
        words = without_addresses(str(value["error"]).replace(self._settings.api_key, "(key)"))
        return Refusal(method, code, words)
