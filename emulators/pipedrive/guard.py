"""What stands before every call: credential, scope, budget, burst; and around every answer: the envelope of its version."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emulators.pipedrive.account import Account, Token
from emulators.pipedrive.errors import Refusal, bad_request, scope_mismatch, unauthorized

JSON_TYPE = "application/json; charset=utf-8"
PREFIXES = {"v1": ("/v1", "/api/v1"), "v2": ("/api/v2",)}


class Call:
    """One call on its way through a handler."""

    def __init__(self, request: Request, version: str, token: Token, body: bytes) -> None:
        self.request, self.version, self.token, self._body = request, version, token, body

    @property
    def query(self) -> Mapping[str, str]:
        """Query parameters; of a repeated one the last."""
        return self.request.query_params

    @property
    def user(self) -> int:
        """The id of the token's user."""
        return self.token.user

    def number(self, name: str = "id") -> int:
        """A number in the path; -1 for text that is none, which finds nothing."""
        text = str(self.request.path_params[name])
        return int(text) if text.isdigit() else -1

    def body(self) -> dict[str, Any]:
        """The JSON object of the request, of v1 also a form. Raises Refusal for anything else."""
        kind = self.request.headers.get("content-type", "")
        if self.version == "v1" and kind.startswith("application/x-www-form-urlencoded"):
            from urllib.parse import parse_qsl  # noqa: PLC0415 - rare

            return dict(parse_qsl(self._body.decode()))
        try:
            parsed = orjson.loads(self._body or b"{}")
        except orjson.JSONDecodeError:
            parsed = None
        if not isinstance(parsed, dict):
            raise bad_request("The request body is not valid JSON")
        return parsed


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler answers: `data` and what stands beside it."""

    data: Any
    beside: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


Handler = Callable[[Account, Call], Answer]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path. `scopes`: an OAuth token needs one of them; a `search` counts against the smaller burst limit."""

    version: str
    method: str
    path: str
    price: int
    handler: Handler
    scopes: tuple[str, ...] = ()
    search: bool = False


class Guard:
    """Turns endpoints into routes over an account that a reset replaces."""

    def __init__(self, account: Callable[[], Account]) -> None:
        self._account = account

    def routes(self, endpoints: list[Endpoint]) -> list[Route]:
        """One route a path and prefix, for every method the path has; other methods are refused with 405."""
        by_path: dict[tuple[str, str], dict[str, Endpoint]] = {}
        for one in endpoints:
            by_path.setdefault((one.version, one.path), {})[one.method] = one
        return [
            Route(prefix + path, self._wrapped(version, methods), methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
            for (version, path), methods in by_path.items()
            for prefix in PREFIXES[version]
        ]

    def _wrapped(self, version: str, methods: Mapping[str, Endpoint]) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            body = await request.body()
            headers: dict[str, str] = {}
            try:
                answer = self._answered(version, methods.get(request.method), request, body, headers)
            except Refusal as refusal:
                return _refused(refusal, version, headers)
            content = orjson.dumps({"success": True, "data": answer.data, **answer.beside})
            return Response(content, answer.status, headers, JSON_TYPE)

        return handle

    def _answered(self, version: str, endpoint: Endpoint | None, request: Request, body: bytes, headers: dict[str, str]) -> Answer:
        account = self._account()
        token = _credential(account, version, request)
        if token is None:
            raise unauthorized()
        if endpoint is None:
            raise Refusal(405, "Method not allowed")
        headers |= account.limits.enter(token.value, oauth=token.oauth, search=endpoint.search, price=endpoint.price)
        request.state.credits = endpoint.price
        request.state.writes = request.method != "GET"
        if request.method in ("POST", "PUT") and not token.oauth:
            account.limits.writes_today += 1
            headers["x-daily-requests-left"] = str(max(0, 10_000 - account.limits.writes_today))
        try:
            if token.scopes is not None and endpoint.scopes and not token.scopes & {one for scope in endpoint.scopes for one in _granting(scope)}:
                headers.clear()
                raise scope_mismatch()
            return endpoint.handler(account, Call(request, version, token, body))
        except Refusal:
            request.state.writes = False
            if account.reading("refusals_cost") == "no":
                account.limits.spend(-endpoint.price)
            raise


def _credential(account: Account, version: str, request: Request) -> Token | None:
    authorization = request.headers.get("authorization", "")
    bearer = authorization[7:] if authorization.lower().startswith("bearer ") else None
    query = request.query_params.get("api_token")
    if version == "v2" and account.reading("query_token") == "refused":
        query = None
    return account.token(request.headers.get("x-api-token"), query, bearer)


def _granting(scope: str) -> tuple[str, ...]:
    """The scopes that grant one: `:full` holds `:read`."""
    return (scope, scope.replace(":read", ":full")) if scope.endswith(":read") else (scope,)


def _refused(refusal: Refusal, version: str, headers: dict[str, str]) -> Response:
    if refusal.html is not None:
        return Response(refusal.html, refusal.status, {**headers, **refusal.headers}, "text/html; charset=UTF-8")
    return Response(orjson.dumps(refusal.body(version)), refusal.status, {**headers, **refusal.headers}, JSON_TYPE)
