"""The closed set of errors, classed by what happens next.

Messages say what was tried, what the vendor said (its code), and what to do. They never hold a URL query, a token, an address or a payload.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Literal

FailureType = Literal["config_error", "transient_error", "system_error"]


class MailsyncError(Exception):
    """Root of everything this project raises on purpose. `str()` of it is fit for a user's screen and for a log."""

    failure_type: FailureType = "system_error"


class ConfigError(MailsyncError):
    """The user must change something, in our configuration or in the vendor's account. Never retried."""

    failure_type: FailureType = "config_error"


class AuthError(ConfigError):
    """The vendor refuses our credentials: revoked token, wrong data centre, missing scope."""


class TransientError(MailsyncError):
    """The host may simply try again later; nothing is lost. Not `repeatable`: trying again within this run changes nothing."""

    failure_type: FailureType = "transient_error"
    repeatable = True


class VendorUnavailable(TransientError):
    """No usable answer: time-out, reset, 5xx, HTML instead of data, a body cut short."""


class RateLimited(TransientError):
    """A limit of the vendor is reached. `retry_after` is in seconds, None where the vendor does not say."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Bug(MailsyncError):
    """A promise this program makes to itself is broken."""


def known_values(name: str, got: object, accepted: object) -> ConfigError:
    """The error for a value outside a closed or discovered set; lists what would have been accepted, and the likeliest."""
    choices = sorted(str(value) for value in accepted)  # type: ignore[attr-defined]
    shown = ", ".join(choices[:40]) + (f" … ({len(choices)} in all)" if len(choices) > 40 else "")
    alike = get_close_matches(str(got), choices, n=1)
    guess = f" Did you mean {alike[0]}?" if alike else ""
    return ConfigError(f"{name} is {got!r}, which is not known here. Accepted: {shown or 'nothing'}.{guess}")
