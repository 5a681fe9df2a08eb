"""The day's credits by edition. Source: Zoho Recruit API v2, API Limits; checked 2026-11."""

from __future__ import annotations

from mailsync.membership.tool import Window

DAY_S = 86_400.0
# edition: base, per user licence, maximum
_CREDITS: dict[str, tuple[int, int, int]] = {
    "free": (5_000, 0, 5_000),
    "standard": (5_000, 250, 100_000),
    "professional": (10_000, 500, 500_000),
    "enterprise": (15_000, 1_000, 1_000_000),
    "zohoone": (15_000, 1_000, 1_000_000),
}


def windows(edition: str, licences: int) -> tuple[Window, ...]:
    """At most so many credits in any 24 hours; an edition that is not known here counts as the smallest."""
    base, per_user, most = _CREDITS.get(edition.lower().replace(" ", ""), _CREDITS["free"])
    return (Window(min(base + per_user * max(licences, 0), most), DAY_S),)
