"""How to get into an account of Zoho Survey: credentials, host, scopes.

Source: the scopes and the host of a registered integration's client (docs/systems/zoho_survey.md#access), checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsync.errors import ConfigError
from mailsync.loopback import checked_base_url
from mailsync.zoho.accounts import ZohoCredentials
from mailsync.zoho.data_centers import DataCenter, data_center

LABEL = "Zoho Survey"
READING_SCOPES = ("ZohoSurvey.portal.READ", "ZohoSurvey.survey.READ", "ZohoSurvey.surveybuilder.READ")
INVITING_SCOPES = (*READING_SCOPES, "ZohoSurvey.surveybuilder.CREATE")


@dataclass(frozen=True, slots=True)
class Access:
    """`api_url` without a trailing slash. `portals`: ids or names of those that are meant; none means every portal that the user sees."""

    data_center: str
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
    center = data_center(_text(raw, "data_center", name))
    urls = base_urls or {}
    if not isinstance(urls, Mapping):
        raise ConfigError("system.base_urls must be an object with accounts and api.")
    credentials = ZohoCredentials(
        accounts_url=checked_base_url("system.base_urls.accounts", str(urls.get("accounts") or center.accounts)),
        client_id=_text(raw, "client_id", name),
        client_secret=_text(raw, "client_secret", name),
        refresh_token=_text(raw, "refresh_token", name),
    )
    api_url = checked_base_url("system.base_urls.api", str(urls.get("api") or survey_host(center)))
    return Access(center.slug, api_url, credentials, _portals(raw, name))


def _portals(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = raw.get("portals") or []
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise ConfigError(f"{name}.portals must be a list of texts.")
    return tuple(one.strip() for one in value)


def _text(raw: Mapping[str, Any], option: str, name: str) -> str:
    value = raw.get(option)
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"{name}.{option} is missing.")
    return value.strip()
