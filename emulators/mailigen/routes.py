"""HTTP in and out: one path a version, the method in the query, everything else in the form body."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Awaitable, Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from emulators.mailigen.account import Account
from emulators.mailigen.errors import INVALID_KEY, UNKNOWN_METHOD, MailigenError
from emulators.mailigen.launching import progress
from emulators.mailigen.methods import METHODS, NOT_EMULATED, VERSIONS, method_of
from emulators.mailigen.php_form import Params, decoded
from emulators.mailigen.wire import answered, blocked, refused

Endpoint = Callable[[Request], Awaitable[Response]]


class Surface:
    """Joins the account's rules to HTTP. `account` is replaced on a reset."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def routes(self) -> list[BaseRoute]:
        """One route a version, with and without the slash."""
        return [Route(f"/{version}{end}", self._endpoint(version), methods=["GET", "POST"]) for version in VERSIONS for end in ("/", "")]

    def _endpoint(self, version: str) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            values = {**dict(request.query_params), **decoded(body)}
            name = request.query_params.get("method") or str(values.get("method", ""))
            form = request.query_params.get("output", "json")
            return self._perform(version, name, Params(values, version), form, request)

        return endpoint

    def _perform(self, version: str, name: str, params: Params, form: str, request: Request) -> Response:
        account, method = self.account, method_of(version, name)
        request.state.writes = method is not None and method.writes
        if account.now() < account.blocked_until:
            return blocked(account)
        if name in NOT_EMULATED:
            return _loud(version, name)
        if (key := params.text("apikey")) not in account.keys:
            return refused(account, MailigenError(INVALID_KEY, f"Invalid Mailigen API Key: {key}"), form)
        if method is None:
            _say(version, name)
            return refused(account, MailigenError(UNKNOWN_METHOD), form)
        try:
            progress(account)
            return answered(account, method.handler(account, params), form)
        except MailigenError as error:
            return refused(account, error, form)


def _nearby(name: str) -> list[str]:
    return difflib.get_close_matches(name, METHODS, n=5, cutoff=0.3)


def _say(version: str, name: str) -> None:
    sys.stderr.write(f"emulators: {name!r} is no method of Mailigen {version} here; nearby: {', '.join(_nearby(name))}\n")


def _loud(version: str, name: str) -> Response:
    _say(version, name)
    return Response(orjson.dumps({"emulator": "not emulated", "method": name, "nearby": _nearby(name)}), 501, media_type="application/json")
