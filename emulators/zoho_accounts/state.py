"""Clients, refresh tokens and access tokens of the emulated account, and the rules they follow.

Rules: docs/systems/zoho_accounts.md#tokens and #errors.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from emulators.world import World
from emulators.zoho_accounts.errors import AccessDenied, InvalidClient, InvalidClientSecret, InvalidCode
from emulators.zoho_accounts.scopes import ALL_SCOPES

CLIENT_ID = "1000.EMULATEDCLIENT"
CLIENT_SECRET = "emulated-secret-0000"  # noqa: S105 - emulated, worth nothing
REFRESH_TOKEN = "1000.emulated.refresh"  # noqa: S105 - emulated, worth nothing
HOME_DATA_CENTER = "eu"
ORGANISATION = "20071234567"
TOKEN_LIFE_S = 3600.0
MINTED_PER_WINDOW = 10
MINT_WINDOW_S = 600.0
CODE_LIFE_S = 180.0


@dataclass(frozen=True, slots=True)
class Token:
    """A live access token as the API vendors see it."""

    value: str
    scopes: frozenset[str]
    data_center: str
    organisation: str
    ends_at: float = field(default=0.0, compare=False)
    refresh_token: str = field(default="", compare=False)


@dataclass(slots=True)
class Grant:
    """What a user consented to: one refresh token."""

    refresh_token: str
    scopes: frozenset[str]
    revoked: bool = False
    minted: deque[float] = field(default_factory=deque)


class AccountsState:
    """Everything the accounts server remembers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._made = 0
        self.refuse_next = False  # the fault dial's: the next renewal is told that its token is dead
        self._grants = {REFRESH_TOKEN: Grant(REFRESH_TOKEN, ALL_SCOPES)}
        self._tokens: dict[str, Token] = {}
        self._codes: dict[str, tuple[float, frozenset[str]]] = {}

    def refresh(self, client: Mapping[str, str], refresh_token: str, data_center: str) -> Token:
        """A new access token. Raises the vendor's errors."""
        self._authenticate(client, data_center)
        grant = self._grants.get(refresh_token)
        refused, self.refuse_next = self.refuse_next, False
        if grant is None or grant.revoked or refused:
            raise InvalidCode
        self._count(grant)
        return self._mint(grant)

    def exchange(self, client: Mapping[str, str], code: str, data_center: str) -> Token:
        """The first access token and a refresh token for a grant code: single use, three minutes."""
        self._authenticate(client, data_center)
        ends_at, scopes = self._codes.pop(code, (0.0, frozenset()))
        if ends_at <= self._world.clock.now():
            raise InvalidCode
        grant = Grant(self._random("refresh"), scopes)
        self._grants[grant.refresh_token] = grant
        return self._mint(grant)

    def revoke(self, refresh_token: str) -> None:
        """End a refresh token. Raises InvalidCode where there is none."""
        grant = self._grants.get(refresh_token)
        if grant is None:
            raise InvalidCode
        grant.revoked = True
        if self._world.switches["zoho_revoke_kills_access_tokens"] == "yes":
            self.expire(refresh_token=refresh_token)

    def check(self, authorization: str | None) -> Token | None:
        """The live token of an `Authorization` header; both schemes are accepted (docs/systems/zoho_accounts.md#tokens)."""
        scheme, _, value = (authorization or "").partition(" ")
        token = self._tokens.get(value.strip())
        if token is None or scheme.lower() not in ("zoho-oauthtoken", "bearer"):
            return None
        return token if token.ends_at > self._world.clock.now() else None

    def grant(self, refresh_token: str, scopes: frozenset[str]) -> None:
        """A user's consent, with a refresh token of the caller's choice."""
        self._grants[refresh_token] = Grant(refresh_token, scopes)

    def code(self, scopes: frozenset[str]) -> str:
        """A grant code, as the API console makes it."""
        code = self._random("code")
        self._codes[code] = (self._world.clock.now() + CODE_LIFE_S, scopes)
        return code

    def expire(self, *, value: str = "", refresh_token: str = "") -> None:
        """End access tokens early: one, all of a refresh token, or (neither given) every one."""
        chosen = [
            t.value for t in self._tokens.values() if (not value or t.value == value) and (not refresh_token or t.refresh_token == refresh_token)
        ]
        for one in chosen:
            del self._tokens[one]

    def exhaust(self) -> None:
        """Use up the tokens of every grant's window, as another program with the same refresh token would."""
        now = self._world.clock.now()
        for grant in self._grants.values():
            grant.minted.extend([now] * MINTED_PER_WINDOW)

    def summary(self) -> dict[str, object]:
        """For the control plane: nothing secret is real here."""
        return {
            "refresh_tokens": {g.refresh_token: {"revoked": g.revoked, "scopes": sorted(g.scopes)} for g in self._grants.values()},
            "live_access_tokens": sum(token.ends_at > self._world.clock.now() for token in self._tokens.values()),
            "minted": self._made,
        }

    def _authenticate(self, client: Mapping[str, str], data_center: str) -> None:
        if data_center != HOME_DATA_CENTER:
            raise InvalidCode if self._world.switches["zoho_wrong_data_center"] == "invalid_code" else InvalidClient
        if client.get("client_id") != CLIENT_ID:
            raise InvalidClient
        if client.get("client_secret") != CLIENT_SECRET:
            raise InvalidClientSecret

    def _count(self, grant: Grant) -> None:
        """Ten tokens in ten minutes per refresh token."""
        now = self._world.clock.now()
        while grant.minted and grant.minted[0] <= now - MINT_WINDOW_S:
            grant.minted.popleft()
        if self._world.limits and len(grant.minted) >= MINTED_PER_WINDOW:
            raise AccessDenied(int(self._world.switches["zoho_token_limit_status"]))
        grant.minted.append(now)

    def _mint(self, grant: Grant) -> Token:
        token = Token(
            self._random("access"), grant.scopes, HOME_DATA_CENTER, ORGANISATION, self._world.clock.now() + TOKEN_LIFE_S, grant.refresh_token
        )
        self._tokens[token.value] = token
        mine = [one for one in self._tokens.values() if one.refresh_token == grant.refresh_token]
        for oldest in mine[: -int(self._world.switches["zoho_live_tokens"])]:
            del self._tokens[oldest.value]
        return token

    def _random(self, kind: str) -> str:
        self._made += 1
        digest = hashlib.sha256(f"{self._world.seed}/{kind}/{self._made}/{self._world.base_url}".encode()).hexdigest()
        return f"1000.{digest[:32]}.{digest[32:]}"
