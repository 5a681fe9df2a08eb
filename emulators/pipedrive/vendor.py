"""Pipedrive as one vendor of the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from emulators.pipedrive.account import API_TOKEN, Account
from emulators.pipedrive.edits import Edits
from emulators.pipedrive.guard import Endpoint, Guard
from emulators.pipedrive.oauth import CLIENT_ID, REDIRECT_URI, REFRESH_TOKEN, OAuthError
from emulators.pipedrive.routes import company, legacy, merging, metadata, notes, saved_filters, search
from emulators.pipedrive.routes.entities import SCOPE, Entities
from emulators.pipedrive.snapshot import snapshot
from emulators.pipedrive.switches import SWITCHES
from emulators.world import World

_MOST_PAST = 60
_DAY = 86_400


class Pipedrive:
    """The vendor `pipedrive`."""

    name = "pipedrive"

    def __init__(self, world: World) -> None:
        self._world = world
        world.switches.declare(*SWITCHES)
        self._account = _seeded(world)

    def routes(self) -> Sequence[BaseRoute]:
        """Its HTTP surface; `/v2` without `/api` is no address of the vendor's."""
        return [
            Route("/oauth/token", self._token, methods=["POST"]),
            Route("/oauth/token/", self._token, methods=["POST"]),
            Route("/oauth/authorize", self._authorize, methods=["GET"]),
            Route("/oauth/revoke", self._revoke, methods=["POST"]),
            *Guard(lambda: self._account).routes(_endpoints()),
            Route("/v2/{rest:path}", _nothing, methods=["GET", "POST", "PATCH", "DELETE"]),
        ]

    def reset(self) -> None:
        """Back to the seed."""
        self._account = _seeded(self._world)

    def snapshot(self) -> Mapping[str, Any]:
        """Everything it holds now."""
        return snapshot(self._account)

    def edit(self, operation: Mapping[str, Any]) -> Mapping[str, Any]:
        """What people do (docs/emulators.md#edits)."""
        return Edits(self._account).perform(operation)

    def strike(self, kind: str, scope: Mapping[str, Any]) -> None:
        """Fault dial: `lock` fills the two seconds of the request's token; `token` ends its access token, or the API token for good."""
        headers = dict(scope["headers"])
        bearer = headers.get(b"authorization", b"").decode("latin-1").partition(" ")[2]
        if kind == "lock":
            self._account.limits.fill_burst(bearer or headers.get(b"x-api-token", API_TOKEN.encode()).decode("latin-1"), oauth=bool(bearer))
        elif bearer:
            self._account.oauth.tokens.pop(bearer, None)
        else:
            self._account.api_tokens.pop(headers.get(b"x-api-token", b"").decode("latin-1"), None)

    def configs(self) -> Mapping[str, Mapping[str, Any]]:
        """`source-crm` by API token; `destination-crm` by OAuth, a SQLite ledger beside the configuration."""
        base = self._world.base_url
        by_token = {"method": "api_token", "api_token": API_TOKEN}
        by_oauth = {"method": "oauth", "client_id": CLIENT_ID, "client_secret": "emulated-secret-0000", "refresh_token": REFRESH_TOKEN}
        ledger = str(Path(self._world.configs_dir or ".").resolve() / "crm-ledger.db")
        return {
            "source-crm": {"system": {"name": self.name, "credentials": by_token, "base_urls": {"oauth": base, "api": base}}},
            "destination-crm": {
                "system": {"name": self.name, "credentials": by_oauth, "base_urls": {"oauth": base, "api": base}},
                "sync_name": "demo",
                "run_automation": True,
                "ledger": {"kind": "sqlite", "path": ledger},
            },
        }

    async def _token(self, request: Request) -> Response:
        """Only forms are taken."""
        try:
            given = await _form(request)
            value, access = self._account.oauth.token(given, request.headers.get("authorization"))
        except OAuthError as error:
            return _json({"success": False, "message": error.message, "error": error.error}, 400)
        body = {
            "access_token": value,
            "token_type": "Bearer",
            "expires_in": 3599,
            "refresh_token": access.refresh_token,
            "scope": ",".join(sorted(access.scopes)),
            "api_domain": self._world.base_url or str(request.base_url).rstrip("/"),
        }
        return _json(body)

    async def _authorize(self, request: Request) -> Response:
        """The user agrees at once."""
        if request.query_params.get("client_id") != CLIENT_ID or request.query_params.get("redirect_uri") != REDIRECT_URI:
            return _json({"success": False, "error": "invalid_client"}, 400)
        back = {"code": self._account.oauth.authorize()}
        if "state" in request.query_params:
            back["state"] = request.query_params["state"]
        return RedirectResponse(f"{REDIRECT_URI}?{urlencode(back)}", 302)

    async def _revoke(self, request: Request) -> Response:
        given = await request.form()
        self._account.oauth.revoke(str(given.get("token", "")))
        return Response(status_code=200)


def _endpoints() -> list[Endpoint]:
    """In the order in which paths are tried: the particular ones first."""
    entities = [one for entity in SCOPE for one in Entities(entity).endpoints()]
    particular = [*search.endpoints(), *merging.endpoints(), *metadata.endpoints(), *company.endpoints(), *saved_filters.endpoints()]
    return [*particular, *notes.endpoints(), *entities, *legacy.endpoints()]


def _seeded(world: World) -> Account:
    """The account with something of a past: persons deleted lately and long ago, one merged away."""
    account = Account(world)
    persons, now = account.tables["persons"], int(account.now())
    if world.people >= _MOST_PAST:
        for identifier, days in ((5, 1), (11, 29), (23, 100)):
            record = persons.live(identifier)
            if record is not None:
                account.delete("persons", record, at=now - days * _DAY)
        loser, survivor = persons.live(31), persons.live(32)
        if loser is not None and survivor is not None:
            account.merge("persons", loser, survivor)
    account.found.clear()
    return account


async def _form(request: Request) -> dict[str, str]:
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise OAuthError("invalid_request", "Invalid request: content must be application/x-www-form-urlencoded")
    return {name: str(value) for name, value in (await request.form()).items()}


async def _nothing(_request: Request) -> Response:
    return _json({"success": False, "error": "Not found"}, 404)


def _json(body: Mapping[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json; charset=utf-8")
