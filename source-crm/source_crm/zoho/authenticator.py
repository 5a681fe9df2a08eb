"""A manifest's streams use the same access token as the modules: ten tokens in ten minutes are all that Zoho gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from typing import Any, ClassVar

import requests
from airbyte_cdk.sources.declarative.auth.declarative_authenticator import DeclarativeAuthenticator

from mailsync.zoho.account import parse
from mailsync.zoho.product import Product
from source_crm.zoho.connection import shared


@dataclass
class SharedToken(DeclarativeAuthenticator):
    """Adds the shared token to each request; a system's own class names its product."""

    product: ClassVar[Product]
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._connection = shared(parse(self.product, self.config["system"]))

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Called by requests before it sends."""
        request.headers.update(self._connection.account.authorization())
        return request

    def get_request_headers(self) -> Mapping[str, Any]:
        """The header, for components that ask instead of being called."""
        return self._connection.account.authorization()
