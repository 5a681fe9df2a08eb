"""The vendor's refusals, in the envelope of the version that was called (docs/systems/pipedrive.md#errors)."""

from __future__ import annotations

from typing import Any

INFO = "Please check developers.pipedrive.com"
BLOCKED_PAGE = (
    b"<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head>"
    b"<body><h1>Sorry, you have been blocked</h1><p>You are unable to access pipedrive.com</p></body></html>"
)


class Refusal(Exception):
    """One refusal. `code` is v2's word for it; a gateway's refusal looks alike in both versions; `html` replaces every envelope."""

    def __init__(
        self,
        status: int,
        error: str,
        *,
        code: str | None = None,
        gateway: bool = False,
        html: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(error)
        self.status, self.error, self.code, self.gateway, self.html = status, error, code, gateway, html
        self.headers = headers or {}

    def body(self, version: str) -> dict[str, Any]:
        """The envelope."""
        if self.gateway:
            return {"success": False, "error": self.error, "errorCode": self.status, "error_info": INFO}
        if version == "v2":
            return {"success": False, "error": self.error, **({"code": self.code} if self.code else {})}
        named = {"code": self.code} if self.code and self.code.startswith("feature_") else {}
        return {"success": False, "error": self.error, "error_info": INFO, "data": None, "additional_data": None, **named}


def unauthorized() -> Refusal:
    """No valid credential: the gateway answers, also for paths that do not exist."""
    return Refusal(401, "unauthorized access", gateway=True, headers={"x-401-by-gw": "true"})


def scope_mismatch() -> Refusal:
    """The OAuth token lacks what the path needs."""
    return Refusal(403, "Scope and URL mismatch", gateway=True)


def forbidden(error: str = "You do not have permission to do this") -> Refusal:
    """The token's user may not do this."""
    return Refusal(403, error, code="ERR_FORBIDDEN")


def not_found(what: str) -> Refusal:
    """Missing, deleted for good, or not visible."""
    return Refusal(404, f"{what} not found", code="ERR_NOT_FOUND")


def invalid(*problems: str) -> Refusal:
    """v2's answer to a value of the wrong form; each problem is `field: reason`."""
    return Refusal(400, f"Validation failed: {'; '.join(problems)}", code="ERR_SCHEMA_VALIDATION_FAILED")


def bad_request(error: str = "Bad request") -> Refusal:
    """A value that is of the right form and not acceptable."""
    return Refusal(400, error, code="ERR_BAD_REQUEST")


def unknown_fault() -> Refusal:
    """What the vendor answers where its own code fails, e.g. to a wrongly nested `custom_fields`."""
    return Refusal(500, "Unknown error", code="ERR_UNKNOWN")
