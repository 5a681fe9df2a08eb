"""The accounts server's HTTP surface, and its side of the control plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from emulators.world import World
from emulators.zoho_accounts.errors import AccountsError, UnsupportedGrantType
from emulators.zoho_accounts.scopes import ALL_SCOPES
from emulators.zoho_accounts.state import REFRESH_TOKEN, AccountsState, Token
from emulators.zoho_accounts.switches import ALL

# Served by the US accounts server, and answered alike by all of them: slug → accounts host.
LOCATIONS = ("us", "eu", "in", "au", "jp", "cn", "ca", "sa", "uk")


class ZohoAccounts:
    """The vendor `zoho`. API vendors ask it about tokens with `check`."""

    name = "zoho"

    def __init__(self, world: World) -> None:
        self._world = world
        world.switches.declare(*ALL)
        self._state = AccountsState(world)

    def check(self, authorization: str | None) -> Token | None:
        """The token of an API call's `Authorization` header; None: missing, unknown, expired or revoked."""
        return self._state.check(authorization)

    def revoke(self, refresh_token: str = REFRESH_TOKEN) -> None:
        """End a refresh token, as a user does in the account's settings."""
        self._state.revoke(refresh_token)

    def strike(self, kind: str, scope: Mapping[str, Any]) -> None:
        """Fault dial: `lock` uses up the token limit; `token` ends the access token that the request carries, or fails the renewal once."""
        if kind == "lock":
            self._state.exhaust()
            return
        if scope["path"].startswith("/oauth/"):
            self._state.refuse_next = True
            return
        header = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        if token := self._state.check(header):
            self._state.expire(value=token.value)

    def routes(self) -> Sequence[BaseRoute]:
        """Its HTTP surface."""
        return [
            Route("/oauth/v2/token", self._token, methods=["POST"]),
            Route("/oauth/v2/token/revoke", self._revoke, methods=["POST"]),
            Route("/oauth/serverinfo", self._serverinfo, methods=["GET"]),
        ]

    def reset(self) -> None:
        """Back to the seed: one grant, no token."""
        self._state = AccountsState(self._world)

    def snapshot(self) -> Mapping[str, Any]:
        """Grants and how many tokens live."""
        return self._state.summary()

    def edit(self, operation: Mapping[str, Any]) -> Mapping[str, Any]:
        """`revoke_token`, `grant` (refresh_token, scopes), `authorize` (scopes → code), `expire_tokens`."""
        scopes = frozenset(operation.get("scopes") or ALL_SCOPES)
        match operation.get("op"):
            case "revoke_token":
                self._state.revoke(operation.get("refresh_token") or REFRESH_TOKEN)
            case "grant":
                self._state.grant(operation["refresh_token"], scopes)
            case "authorize":
                return {"code": self._state.code(scopes)}
            case "expire_tokens":
                self._state.expire()
            case other:
                raise ValueError(f"zoho knows revoke_token, grant, authorize and expire_tokens, not {other!r}")
        return {"ok": True}

    def configs(self) -> Mapping[str, Mapping[str, Any]]:
        """No connector talks to the accounts server alone."""
        return {}

    async def _token(self, request: Request) -> Response:
        given = {**request.query_params, **{name: str(value) for name, value in (await request.form()).items()}}
        try:
            return self._answer(request, *self._granted(given, request.state.data_center))
        except AccountsError as error:
            return _json(error.body(), error.status)

    def _granted(self, given: Mapping[str, str], data_center: str) -> tuple[Token, bool]:
        match given.get("grant_type"):
            case "refresh_token":
                return self._state.refresh(given, given.get("refresh_token", ""), data_center), False
            case "authorization_code":
                return self._state.exchange(given, given.get("code", ""), data_center), True
            case _:
                raise UnsupportedGrantType

    def _answer(self, request: Request, token: Token, first: bool) -> Response:  # noqa: FBT001 - unpacked from a pair
        body: dict[str, Any] = {
            "access_token": token.value,
            "api_domain": f"{self._world.base_url or str(request.base_url).rstrip('/')}/dc/{token.data_center}",
            "token_type": "Bearer",
            "expires_in": 3600,
        }
        if first:
            body["refresh_token"] = token.refresh_token
        if self._world.switches["zoho_scope_in_answer"] == "yes":
            body["scope"] = " ".join(sorted(token.scopes))
        return _json(body)

    async def _revoke(self, request: Request) -> Response:
        given = {**request.query_params, **{name: str(value) for name, value in (await request.form()).items()}}
        request.state.writes = True
        try:
            self._state.revoke(given.get("token", ""))
        except AccountsError as error:
            return _json(error.body(), error.status)
        return _json({"status": "success"})

    async def _serverinfo(self, request: Request) -> Response:
        base = self._world.base_url or str(request.base_url).rstrip("/")
        return _json({"result": "success", "locations": {slug: f"{base}/dc/{slug}" for slug in LOCATIONS}})


def _json(body: Mapping[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json;charset=UTF-8")
