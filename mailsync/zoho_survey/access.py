"""How to get into an account of Zoho Survey: credentials, host, scopes.

Source: the scopes and the host of a registered integration's client (docs/systems/zoho_survey.md#access), checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsync.errors import ConfigError
from mailsync.zoho import sign_in
from mailsync.zoho.data_centers import DataCenter
from mailsync.zoho.sign_in import ZohoCredentials

LABEL = "Zoho Survey"
READING_SCOPES = ("ZohoSurvey.portal.READ", "ZohoSurvey.survey.READ", "ZohoSurvey.surveybuilder.READ")
INVITING_SCOPES = (*READING_SCOPES, "ZohoSurvey.surveybuilder.CREATE")


@dataclass(frozen=True, slots=True)
class Access:
    """`api_url` without a trailing slash. `portals`: ids or names of those that are meant; none means every portal that the user sees."""

    center: DataCenter
    api_url: str
    credentials: ZohoCredentials = field(repr=False)
    portals: tuple[str, ...] = ()

    @property
    def base_urls(self) -> tuple[str, str]:
        """Every host that is called."""
        return self.credentials.accounts_url, self.api_url

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be printed."""
        return self.credentials.client_secret, self.credentials.refresh_token


def survey_host(center: DataCenter) -> str:
    """The data centre's host. Only zoho.com's was seen; the others follow the pattern of every other product."""
    return center.accounts.replace("//accounts.", "//survey.")


def parse_access(raw: Mapping[str, Any], base_urls: Mapping[str, Any] | None, *, name: str) -> Access:
    """Check the object `name` of a form: data_center, client_id, client_secret, refresh_token, portals. Raises ConfigError that names the option."""
    found = sign_in.parse(raw, base_urls, name=name)
    return Access(found.center, found.api_url or survey_host(found.center), found.credentials, _portals(raw, name))


def _portals(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = raw.get("portals") or []
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise ConfigError(f"{name}.portals must be a list of texts.")
    return tuple(one.strip() for one in value)
