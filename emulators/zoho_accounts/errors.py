"""The accounts server's errors, in its own shapes (docs/systems/zoho_accounts.md#errors)."""

from __future__ import annotations

from typing import Any


class AccountsError(Exception):
    """An answer with an `error` key. HTTP 200 unless said otherwise: the body decides."""

    error = "general_error"
    status = 200

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        return {"error": self.error}


class InvalidCode(AccountsError):
    """A refresh token or grant code that is unknown, used or revoked."""

    error = "invalid_code"


class InvalidClient(AccountsError):
    """An unknown client id, or a client of another data centre."""

    error = "invalid_client"


class InvalidClientSecret(AccountsError):
    """The client exists, its secret is another one."""

    error = "invalid_client_secret"


class UnsupportedGrantType(AccountsError):
    """A `grant_type` that the server does not know."""

    error = "unsupported_grant_type"


class AccessDenied(AccountsError):
    """More than ten tokens in ten minutes. Both texts are translated on real accounts; only status and `status` are reliable."""

    error = "Access Denied"

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        return {
            "error_description": "You have made too many requests continuously. Please try again after some time.",
            "error": self.error,
            "status": "failure",
        }
