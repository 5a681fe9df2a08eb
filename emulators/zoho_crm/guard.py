"""What stands before every CRM call: data centre, token, scope, method, calls at once, credits; and the vendor's envelope around refusals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emulators.zoho_accounts.scopes import allows
from emulators.zoho_crm.errors import CrmError, invalid_data, unknown_url
from emulators.zoho_crm.limits import Limits
from emulators.zoho_crm.state import Crm

HOME_DATA_CENTER = "eu"
JSON_TYPE = "application/json;charset=UTF-8"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Token(Protocol):
    """What the accounts server tells about a token."""

    scopes: frozenset[str]
    data_center: str
    ends_at: float


class Accounts(Protocol):
    """The part of the accounts server that an API vendor asks."""

    def check(self, authorization: str | None) -> Any:
        """The token of a header, None where it is dead."""


class Call:
    """One call on its way through a handler."""

    def __init__(self, request: Request, token: Token, limits: Limits, body: bytes) -> None:
        self.request, self.token, self._limits, self._body = request, token, limits, body
        self.credits = 0.0

    @property
    def path(self) -> Mapping[str, Any]:
        """Path parameters."""
        return self.request.path_params

    @property
    def query(self) -> Mapping[str, str]:
        """Query parameters; of a repeated one the last."""
        return self.request.query_params

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers, by lower-case name."""
        return self.request.headers

    @property
    def version(self) -> str:
        """`v8` or `v2`."""
        return str(self.path.get("version", self._limits.product.versions[0]))

    def json(self) -> dict[str, Any]:
        """The body. Raises INVALID_DATA where it is no JSON object."""
        try:
            parsed = orjson.loads(self._body)
        except orjson.JSONDecodeError:
            parsed = None
        if not isinstance(parsed, dict):
            raise invalid_data("body")
        return parsed

    def charge(self, credits_: float) -> None:
        """Spend credits. Raises the 429 before anything happens."""
        self._limits.check(credits_)
        self._limits.spend(credits_)
        self.credits += credits_

    def needs(self, *groups: str | tuple[str, ...]) -> None:
        """Raises OAUTH_SCOPE_MISMATCH unless every group has one granted scope."""
        for group in groups:
            wanted = (group,) if isinstance(group, str) else group
            if not any(allows(self.token.scopes, one) for one in wanted):
                raise ScopeMismatch


class ScopeMismatch(Exception):
    """The token was not granted what the path needs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler answers. A `bytes` body is sent as it is; None is an empty one."""

    body: Any
    status: int = 200
    media_type: str = JSON_TYPE
    headers: Mapping[str, str] | None = None


Handler = Callable[[Call], Awaitable[Answer]]
EMPTY = Answer(None, 204)
NOT_MODIFIED = Answer(None, 304)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path with its methods. `sub_limited` tells which calls count against the smaller limit of calls at once."""

    path: str
    methods: Mapping[str, Handler]
    sub_limited: Callable[[Request], bool] = lambda _: False
    writes: frozenset[str] = frozenset()


class Guard:
    """Wraps handlers into routes."""

    def __init__(self, crm: Callable[[], Crm], limits: Callable[[], Limits], accounts: Accounts) -> None:
        self._crm, self._limits, self._accounts = crm, limits, accounts

    def routes(self, endpoints: Callable[[], Mapping[str, Endpoint]]) -> list[Route]:
        """The routes of these endpoints; each takes every method, to refuse the wrong ones in the vendor's words."""
        return [Route(path, self._wrapped(path, endpoints), methods=list(METHODS)) for path in endpoints()]

    def _wrapped(self, path: str, endpoints: Callable[[], Mapping[str, Endpoint]]) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            try:
                answer, call = await self._handled(endpoints()[path], request)
            except CrmError as error:
                return self._response(Answer(error.body(), error.status), None)
            except ScopeMismatch:
                status = int(self._crm().reading("scope_error_status"))
                body = CrmError(status, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL").body()
                return self._response(Answer(body, status), None)
            return self._response(answer, call)

        return handle

    async def _handled(self, endpoint: Endpoint, request: Request) -> tuple[Answer, Call]:
        if request.state.data_center != HOME_DATA_CENTER:
            raise CrmError(400, "INVALID_HOST", "The host is not valid for this token; use the api_domain of the token answer")
        token = self._accounts.check(request.headers.get("authorization"))
        if token is None:
            raise CrmError(401, self._crm().reading("token_error_code"), "invalid oauth token")
        versions = self._crm().product.versions
        if request.path_params.get("version", versions[0]) not in versions:
            raise unknown_url()
        handler = endpoint.methods.get(request.method)
        if handler is None:
            status = int(self._crm().reading("wrong_method_status"))
            raise CrmError(status, "INVALID_REQUEST_METHOD", "The http request method type is not a valid one")
        self._limits().enter(sub_limited=endpoint.sub_limited(request))
        call = Call(request, token, self._limits(), await request.body())
        request.state.writes = request.method in endpoint.writes
        try:
            return await handler(call), call
        finally:
            request.state.credits = call.credits

    def _response(self, answer: Answer, call: Call | None) -> Response:
        headers = dict(answer.headers or {})
        remaining = self._limits().remaining()
        if remaining is not None:
            headers["X-API-CREDITS-REMAINING"] = str(remaining)
        if call is not None:
            headers["X-ACCESSTOKEN-RESET"] = self._crm().instant(int(call.token.ends_at))
        if answer.body is None:
            return Response(status_code=answer.status, headers=headers)
        content = answer.body if isinstance(answer.body, bytes) else orjson.dumps(answer.body)
        return Response(content, answer.status, headers, answer.media_type)
