"""Which base URLs we accept: https anywhere, plain http on loopback only."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from mailsync.errors import ConfigError


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine's loopback interface."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def checked_base_url(name: str, url: str) -> str:
    """The URL without a trailing slash. Raises ConfigError unless it is https, or http on loopback."""
    parts = urlsplit(url)
    if not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ConfigError(f"{name} must be a plain base URL such as https://www.zohoapis.eu, without query or credentials.")
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url)):
        return url.rstrip("/")
    raise ConfigError(f"{name} must start with https:// (http:// is allowed for loopback only); its host is {parts.hostname}.")
