"""Authenticated calls to Pipedrive: paced, priced, retried where repeating is safe, tokens renewed.

Source: Pipedrive's guides on rate limiting, pagination and status codes; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mailsync.clock import VendorClock
from mailsync.errors import TransientError, VendorUnavailable
from mailsync.http import Answer, Http, Patience, retrying
from mailsync.pipedrive.account import Account
from mailsync.pipedrive.ahead import Ahead, Page, Rows
from mailsync.pipedrive.endpoints import GET_V1, GET_V2, LIST_V2, RECORDS_PER_PAGE, V1, V2
from mailsync.pipedrive.pace import Pace
from mailsync.pipedrive.refusals import PipedriveRefusal, TokenRefused, refusal

# A burst is over in two seconds; the daily budget and the wall ask for longer than `total_s`, so they are not waited out.
PATIENCE = Patience(tries=6, first_wait_s=1.0, longest_wait_s=32.0, total_s=120.0)
OnWait = Callable[[TransientError, float], None]


@dataclass(frozen=True, slots=True)
class PipedriveApi:
    """One company's API. Shared by all streams of a process; `telling` gives a copy that reports its waits elsewhere."""

    account: Account
    http: Http
    clock: VendorClock
    pace: Pace
    on_wait: OnWait | None = None
    patience: Patience = PATIENCE

    def telling(self, on_wait: OnWait) -> PipedriveApi:
        """The same API, whose waits are told to `on_wait(error, seconds)`."""
        return replace(self, on_wait=on_wait)

    # -- reading

    def get(self, path: str, *, params: Mapping[str, str] | None = None, price: int = GET_V2) -> Any:
        """`data` of a GET below v2."""
        return self._read(V2 + path, params or {}, price).get("data")

    def get_v1(self, path: str, *, params: Mapping[str, str] | None = None, price: int = GET_V1) -> Any:
        """`data` of a GET below v1; None and an empty list mean the same."""
        return self._read(V1 + path, params or {}, price).get("data")

    def search(self, path: str, params: Mapping[str, str], *, price: int) -> list[dict[str, Any]]:
        """The items of a search of v2, best first; one page."""
        data = self._read(V2 + path, params, price, search=True).get("data") or {}
        return list(data if isinstance(data, list) else data.get("items") or ())

    def page(self, path: str, params: Mapping[str, str], *, cursor: str | None = None, price: int = LIST_V2) -> Page:
        """One page of a list of v2. Raises PipedriveRefusal and TransientError."""
        body = self._read(V2 + path, {"limit": str(RECORDS_PER_PAGE), **params, **({"cursor": cursor} if cursor else {})}, price)
        beside = body.get("additional_data") or {}
        return Page(list(body.get("data") or ()), beside.get("next_cursor") or None)

    def pages(
        self, path: str, params: Mapping[str, str], *, cursor: str | None = None, price: int = LIST_V2, along: Callable[[Rows], Any] | None = None
    ) -> Iterator[Page]:
        """All pages from a cursor on. Some are fetched ahead while the caller works, and what goes `along` with their rows, too."""
        ready = Ahead(lambda at: self.page(path, params, cursor=at, price=price), along)
        try:
            yield from ready.pages(cursor)
        finally:
            ready.stop()

    # -- writing

    def write(self, method: str, path: str, body: Any, *, price: int) -> Any:
        """`data` of a call that changes something, made once: path with its version, e.g. `/api/v2/persons`.

        Raises NoAnswer where it may have taken effect, DailyBudgetSpent, BurstLimited, PipedriveRefusal; only a refused token, which cannot have
        taken effect, is renewed and the call repeated.
        """
        return self._with_token(lambda: self._parsed(method, path, price, json=body)).get("data")

    # -- parts

    def _read(self, path: str, params: Mapping[str, str], price: int, *, search: bool = False) -> dict[str, Any]:
        def once() -> dict[str, Any]:
            return self._with_token(lambda: self._parsed("GET", path, price, params=params, search=search))

        return retrying(once, clock=self.clock, patience=self.patience, on_wait=self.on_wait)

    def _with_token(self, once: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """A refused access token is renewed once; a refused new one means that access was withdrawn."""
        try:
            return once()
        except TokenRefused as error:
            if self.account.credentials.method == "api_token":
                raise self.account.refused(str(error)) from None
        try:
            return once()
        except TokenRefused as error:
            raise self.account.refused(str(error)) from None

    def _parsed(self, method: str, path: str, price: int, *, search: bool = False, **request: Any) -> dict[str, Any]:
        headers, base_url = self.account.authorization(), self.account.base_url()
        call = self.pace.enter(price, search=search)
        answer = self.http.call(method, base_url, path, headers=headers, **request)
        self.pace.answered(call)
        self.pace.told(answer.headers, search=search)
        return self._judged(answer, method, path, headers)

    def _judged(self, answer: Answer, method: str, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
        self.clock.observe(answer.headers.get("date"))
        if not 200 <= answer.status < 300:
            error = refusal(answer, method, path)
            if isinstance(error, TokenRefused):
                self.account.reject(headers)
            raise error
        body = answer.json()
        if not isinstance(body, dict):
            raise VendorUnavailable(f"Pipedrive answered {method} {path} with something that is not an object.")
        if body.get("success") is False:
            raise PipedriveRefusal(f"Pipedrive refuses {method} {path} with HTTP {answer.status}.", status=answer.status, code=str(body.get("code")))
        return body
