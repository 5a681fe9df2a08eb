"""The vendor's refusals: a status and the envelope `{"code", "details", "message", "status": "error"}` (docs/systems/zoho_crm.md#errors)."""

from __future__ import annotations

from typing import Any


class CrmError(Exception):
    """One refusal of the vendor. `body()` is what goes over the wire."""

    def __init__(self, status: int, code: str, message: str, **details: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.details = status, code, message, details

    def body(self) -> dict[str, Any]:
        """The envelope."""
        return {"code": self.code, "details": self.details, "message": self.message, "status": "error"}


def invalid_data(message: str = "invalid data", **details: Any) -> CrmError:
    """A value, id or parameter is wrong."""
    return CrmError(400, "INVALID_DATA", message, **details)


def invalid_module(message: str = "the module name given seems to be invalid") -> CrmError:
    """Unknown module, or one that the API does not serve."""
    return CrmError(400, "INVALID_MODULE", message, resource_path_index=0)


def param_missing(name: str) -> CrmError:
    """A required parameter is not there."""
    return CrmError(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", param_name=name)


def limit_exceeded(limit: int, name: str) -> CrmError:
    """More than the documented number of something."""
    return CrmError(400, "LIMIT_EXCEEDED", f"the limit of {limit} was exceeded", limit=limit, param_name=name)


def no_permission(*permissions: str) -> CrmError:
    """The token's user may not do this."""
    return CrmError(403, "NO_PERMISSION", "permission denied", permissions=list(permissions))


def not_supported(message: str = "not supported") -> CrmError:
    """Exists, but not through this call."""
    return CrmError(400, "NOT_SUPPORTED", message)


def unknown_url() -> CrmError:
    """No such path."""
    return CrmError(404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one")
