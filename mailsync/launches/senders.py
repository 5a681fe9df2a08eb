"""Senders' domains that belong to a public mail service: mail in their name from anywhere else is refused or filed as spam (their DMARC policies).

The domains (`public_mail_domains.txt`) are those under which each service opens mailboxes for anybody, as its own sign-up page says; checked 2026-11.
A list, because there is no rule: it need not be complete, since the mailing tool has the last word on a sender.
"""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def public_mail_domains() -> frozenset[str]:
    """The domains, in lower case."""
    return frozenset(resources.files("mailsync.launches").joinpath("public_mail_domains.txt").read_text(encoding="utf-8").split())


def public_domain(address: str) -> str | None:
    """The domain of an address, where it is one of a public mail service."""
    domain = address.rpartition("@")[2].strip().rstrip(".").lower()
    return domain if domain in public_mail_domains() else None
