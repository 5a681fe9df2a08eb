"""OAuth: codes of five minutes, access tokens of an hour, one refresh token that stays the same (docs/systems/pipedrive.md#authentication)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from emulators.people import mixed
from emulators.world import World

CLIENT_ID = "emulated-client"
CLIENT_SECRET = "emulated-secret-0000"  # noqa: S105 - an emulated credential
REFRESH_TOKEN = "1:1:emulated-refresh"  # noqa: S105 - as above
REDIRECT_URI = "https://example.com/callback"
CODE_S = 300.0
ACCESS_S = 3600.0
REFRESH_S = 60 * 86_400.0
ALL_SCOPES = frozenset(
    (
        "base", "contacts:full", "contacts:read", "deals:full", "deals:read", "activities:full", "activities:read", "leads:full", "leads:read",
        "users:read", "search:read", "recents:read", "contact-fields:full", "admin",
    )
)  # fmt: skip


class OAuthError(Exception):
    """A refused token request: HTTP 400 with `message`, after the standard's `error`."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error, self.message = error, message


@dataclass(slots=True)
class Grant:
    """What a refresh token stands for."""

    scopes: frozenset[str]
    user: int
    ends_at: float


@dataclass(slots=True)
class Access:
    """One access token."""

    scopes: frozenset[str]
    user: int
    ends_at: float
    refresh_token: str


class OAuth:
    """The grants and tokens of the one registered app."""

    def __init__(self, world: World, user: int) -> None:
        self._world = world
        self._count = 0
        self._codes: dict[str, tuple[float, frozenset[str]]] = {}
        self._user = user
        self.grants = {REFRESH_TOKEN: Grant(ALL_SCOPES, user, world.clock.now() + REFRESH_S)}
        self.tokens: dict[str, Access] = {}

    def authorize(self, scopes: frozenset[str] = ALL_SCOPES) -> str:
        """The user agrees: a code."""
        code = self._minted("code")
        self._codes[code] = (self._world.clock.now() + CODE_S, scopes)
        return code

    def token(self, given: Mapping[str, str], authorization: str | None) -> tuple[str, Access]:
        """Answer a token request. Raises OAuthError."""
        self._check_client(given, authorization)
        kind = given.get("grant_type")
        if not kind:
            raise OAuthError("invalid_request", "Missing parameter: `grant_type`")
        if kind == "refresh_token":
            return self._granted(given.get("refresh_token", ""))
        if kind == "authorization_code":
            return self._exchanged(given)
        raise OAuthError("unsupported_grant_type", "Unsupported grant type: `grant_type` is invalid")

    def check(self, value: str) -> Access | None:
        """A living access token."""
        found = self.tokens.get(value)
        return found if found and found.ends_at > self._world.clock.now() else None

    def revoke(self, refresh_token: str = REFRESH_TOKEN) -> None:
        """The user removes the app: nothing of the grant works any more."""
        self.grants.pop(refresh_token, None)
        self.tokens = {value: one for value, one in self.tokens.items() if one.refresh_token != refresh_token}

    def expire(self) -> None:
        """All access tokens end; refresh tokens stay."""
        self.tokens.clear()

    def _check_client(self, given: Mapping[str, str], authorization: str | None) -> None:
        pair = _basic(authorization) or (given.get("client_id", ""), given.get("client_secret", ""))
        if not all(pair):
            raise OAuthError("invalid_client", "Invalid client: cannot retrieve client credentials")
        if pair != (CLIENT_ID, CLIENT_SECRET):
            raise OAuthError("invalid_client", "Invalid client: client is invalid")

    def _exchanged(self, given: Mapping[str, str]) -> tuple[str, Access]:
        ends_at, scopes = self._codes.pop(given.get("code", ""), (None, ALL_SCOPES))
        if ends_at is None:
            raise OAuthError("invalid_grant", "Invalid grant: authorization code is invalid")
        if ends_at < self._world.clock.now():
            raise OAuthError("invalid_grant", "Invalid grant: authorization code has expired")
        if given.get("redirect_uri") != REDIRECT_URI:
            raise OAuthError("invalid_request", "Invalid request: `redirect_uri` is not a valid URI")
        refresh = f"1:{len(self.grants) + 1}:emulated-refresh"
        self.grants[refresh] = Grant(scopes, self._user, 0.0)
        return self._granted(refresh, first=True)

    def _granted(self, refresh: str, *, first: bool = False) -> tuple[str, Access]:
        grant, now = self.grants.get(refresh), self._world.clock.now()
        if grant is None or (not first and grant.ends_at < now):
            raise OAuthError("invalid_grant", "Invalid grant: refresh token is invalid or already exchanged")
        grant.ends_at = now + REFRESH_S
        value = self._minted("v1u:emulated")
        self.tokens[value] = Access(grant.scopes, grant.user, now + ACCESS_S, refresh)
        return value, self.tokens[value]

    def _minted(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}-{mixed(self._world.seed, self._count, 99):016x}{self._count:04d}"


def _basic(authorization: str | None) -> tuple[str, str] | None:
    if not authorization or not authorization.lower().startswith("basic "):
        return None
    try:
        name, _, secret = base64.b64decode(authorization[6:]).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, secret
