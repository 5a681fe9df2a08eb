"""Which addresses the vendor takes (docs/systems/zoho_campaigns.md#addresses)."""

from __future__ import annotations

import re

from emulators.zoho_campaigns.errors import CampaignsError

GROUP_LOCAL_PARTS = frozenset(
    (
        "abuse", "admin", "all", "contact", "everyone", "hostmaster", "info", "list", "mailer-daemon", "marketing", "no-reply", "noc", "noreply",
        "office", "postmaster", "root", "sales", "security", "spam", "support", "team", "webmaster",
    )
)  # fmt: skip
# Reserved or disposable: the vendor refuses domains without mail service. Examples in tests use these.
DEAD_DOMAINS = ("invalid", "disposable.example.com")
_SHAPE = re.compile(
    r"[A-Za-z0-9!#$&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]+"
)


def key_of(address: str) -> str:
    """What makes two spellings one contact."""
    return address.strip().lower()


def checked(address: str) -> str:
    """The address without surrounding space. Raises 2004 or 2005."""
    address = address.strip()
    local, _, domain = address.rpartition("@")
    dead = any(domain.lower() == one or domain.lower().endswith(f".{one}") for one in DEAD_DOMAINS)
    if len(address) > 254 or len(local) > 64 or not _SHAPE.fullmatch(address) or dead:
        raise CampaignsError(2004)
    if local.lower() in GROUP_LOCAL_PARTS:
        raise CampaignsError(2005)
    return address


def is_taken(address: str) -> bool:
    """Whether `checked` lets it pass."""
    try:
        checked(address)
    except CampaignsError:
        return False
    return True
