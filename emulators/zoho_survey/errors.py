"""The vendor's refusals (docs/systems/zoho_survey.md#errors). Only `errormessage` is known; status and code are readings."""

from __future__ import annotations


class SurveyError(Exception):
    """One refusal."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


def unauthorized() -> SurveyError:
    """No token, a dead one, or one of another data centre."""
    return SurveyError(401, "INVALID_OAUTHTOKEN", "Invalid OAuth token")


def no_scope() -> SurveyError:
    """The token lacks a scope."""
    return SurveyError(401, "INVALID_OAUTHSCOPE", "Invalid OAuth scope")


def not_found(what: str) -> SurveyError:
    """There is no such object."""
    return SurveyError(404, "RESOURCE_NOT_FOUND", f"The {what} does not exist")


def invalid(message: str) -> SurveyError:
    """The call makes no sense."""
    return SurveyError(400, "INVALID_DATA", message)


def too_many() -> SurveyError:
    """The limit of calls, whose number is nowhere published."""
    return SurveyError(429, "API_LIMIT_EXCEEDED", "API rate limit exceeded")
