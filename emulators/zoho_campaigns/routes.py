"""HTTP in and out: who may call, may they call now, what do they ask, and the vendor's envelope around the answer."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from emulators.zoho_accounts import Token, ZohoAccounts, allows
from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.arrivals import catch_up
from emulators.zoho_campaigns.errors import MESSAGES, CampaignsError, Locked, Unauthorized
from emulators.zoho_campaigns.limits import Limits
from emulators.zoho_campaigns.methods import METHODS, NOT_EMULATED, Method
from emulators.zoho_campaigns.params import Params
from emulators.zoho_campaigns.wire import envelope, locked, rendered, unauthorized

BASE = "/api/v1.1"
Endpoint = Callable[[Request], Awaitable[Response]]


class Surface:
    """Joins the account's rules to HTTP. `account` and `limits` are replaced on a reset."""

    def __init__(self, accounts: ZohoAccounts, account: Account, limits: Limits) -> None:
        self._accounts = accounts
        self.account = account
        self.limits = limits

    def routes(self) -> list[BaseRoute]:
        """One route per method, and one for everything else below the base."""
        known: list[BaseRoute] = [Route(BASE + method.path, self._endpoint(method), methods=list(method.verbs)) for method in METHODS]
        everything = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        return [*known, Route(f"{BASE}/{{rest:path}}", self._elsewhere, methods=everything)]

    def _endpoint(self, method: Method) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            body = await request.body() if request.method == "POST" else b""
            params = Params(request.scope["query_string"], body, request.headers.get("content-type", ""))
            request.state.writes = method.writes
            return self._perform(method, request, params)

        return endpoint

    def _perform(self, method: Method, request: Request, params: Params) -> Response:
        uri = request.scope["path"]
        try:
            self._authorize(method, request)
            self.limits.call(method.endpoint)
            params.refuse_twice()
            catch_up(self.account)
            answer = method.handler(self.account, params)
        except Unauthorized:
            return unauthorized(uri, capitals=self.account.reading("auth_case") == "capitals")
        except Locked:
            return locked(uri, self.account.reading("lock_answer"))
        except CampaignsError as error:
            return self._render(method, params, uri, error.code, {"message": error.message})
        if isinstance(answer, str):
            return Response(answer, media_type="application/xml;charset=UTF-8")
        return self._render(method, params, uri, answer.pop("code", 0), answer)

    def _authorize(self, method: Method, request: Request) -> Token:
        """Raises Unauthorized: the vendor has one answer for a missing or dead token, a wrong data centre and a missing scope."""
        token = self._accounts.check(request.headers.get("authorization"))
        if token is None or token.data_center != request.state.data_center or not allows(token.scopes, method.scope):
            raise Unauthorized
        return token

    def _render(self, method: Method, params: Params, uri: str, code: int, body: dict[str, Any]) -> Response:
        head = envelope(uri, code, body.pop("message", "Success"), as_number=self.account.reading("code_type") == "number")
        return rendered({**head, **body}, as_json=self._wants_json(method, params), wrapped=method.wrapped)

    def _wants_json(self, method: Method, params: Params) -> bool:
        """XML unless asked; `/xml/` in the path wins over the parameter."""
        asked = params.get(method.format_in)
        if method.path.startswith("/xml/"):
            return False
        if method.format_in == "type" or asked != "json":
            return asked.upper() == "JSON"
        return self.account.reading("lowercase_json") == "json"

    async def _elsewhere(self, request: Request) -> Response:
        """Names are case-sensitive; an unknown one is HTTP 200 with code 1004, and we say on stderr and in a header what is nearby."""
        rest = request.path_params["rest"]
        nearby = _nearby(rest)
        sys.stderr.write(f"emulators: {request.method} {BASE}/{rest} is not a method of Zoho Campaigns here; nearby: {', '.join(nearby)}\n")
        if rest in NOT_EMULATED or rest.startswith("workflow/"):
            return Response(
                orjson.dumps({"emulator": "not emulated", "path": f"{BASE}/{rest}", "nearby": nearby}), 501, media_type="application/json"
            )
        head = envelope(f"{BASE}/{rest}", 1004, MESSAGES[1004], as_number=self.account.reading("code_type") == "number")
        answer = rendered(head, as_json=request.query_params.get("resfmt", "").upper() == "JSON")
        answer.headers["X-Emulator-Nearby"] = ", ".join(nearby)
        return answer


def _nearby(rest: str) -> list[str]:
    known = {method.path[1:]: f"{'|'.join(method.verbs)} {BASE}{method.path}" for method in METHODS}
    folded = {name.lower(): name for name in known}
    close = difflib.get_close_matches(rest.lower(), folded, n=5, cutoff=0.3) or list(folded)
    return [known[folded[name]] for name in close]
