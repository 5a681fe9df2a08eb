"""The manifest's streams use the same credentials as the entities, and wait for the same pace: the burst limit is one for all calls of a token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from typing import Any

import requests
from airbyte_cdk.sources.declarative.auth.declarative_authenticator import DeclarativeAuthenticator

from mailsync.pipedrive.endpoints import LIST_V1
from source_crm.pipedrive.config import parse
from source_crm.pipedrive.connection import shared


@dataclass
class SharedAccess(DeclarativeAuthenticator):
    """Adds the credential to each request, in its turn."""

    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._connection = shared(parse(self.config))

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Called by requests before it sends."""
        account = self._connection.account
        self._connection.pace.enter(LIST_V1)
        request.headers.update(account.authorization())
        expected, actual = account.credentials.base_urls[0], account.base_url()
        if actual != expected and request.url:  # OAuth tells the company's own host with the token
            request.url = actual + request.url.removeprefix(expected)
        return request

    def get_request_headers(self) -> Mapping[str, Any]:
        """The header, for components that ask instead of being called."""
        return self._connection.account.authorization()
