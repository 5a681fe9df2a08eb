"""What Zoho's CRMs differ in when they are called: Zoho CRM and Zoho Recruit share envelopes, error codes and most rules, and live at other paths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailsync.zoho.data_centers import DataCenter


@dataclass(frozen=True, slots=True)
class Product:
    """One of them.

    `name` is for messages; `records` and `bulk` are paths below the host; `host` gives the API's base URL in a data centre and environment, unless
    `token_names_host`: then the token answer's `api_domain` is it. `scopes_of` gives the scopes that a path needs.
    """

    name: str
    records: str
    bulk: str
    host: Callable[[DataCenter, str], str]
    token_names_host: bool
    scopes_of: Callable[[str], tuple[str, ...]]
