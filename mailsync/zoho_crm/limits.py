"""The day's credits by edition. Source: Zoho CRM API v8, API Limits; checked 2026-11."""

from __future__ import annotations

from mailsync.membership.tool import Window

DAY_S = 86_400.0
# edition: base, per user licence, maximum (None: none)
_CREDITS: dict[str, tuple[int, int, int | None]] = {
    "free": (5_000, 0, 5_000),
    "standard": (50_000, 250, 100_000),
    "starter": (50_000, 250, 100_000),
    "professional": (50_000, 500, 3_000_000),
    "enterprise": (50_000, 1_000, 5_000_000),
    "zohoone": (50_000, 1_000, 5_000_000),
    "ultimate": (50_000, 2_000, None),
    "crmplus": (50_000, 2_000, None),
}


def windows(edition: str, licences: int) -> tuple[Window, ...]:
    """At most so many credits in any 24 hours; an edition that is not known here counts as the smallest."""
    base, per_user, most = _CREDITS.get(edition.lower().replace(" ", ""), _CREDITS["free"])
    credits_ = base + per_user * max(licences, 0)
    return (Window(credits_ if most is None else min(credits_, most), DAY_S),)
