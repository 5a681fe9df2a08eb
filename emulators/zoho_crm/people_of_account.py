"""The account's users and its organisation."""

from __future__ import annotations

from typing import Any

from emulators.zoho_crm.seed.modules import FIRST_ID

USERS: tuple[tuple[str, str, str], ...] = (
    ("Ida", "Holm", "ida@example.com"),
    ("Jonas", "Weber", "jonas@example.com"),
    ("Mina", "Çelik", "mina@example.com"),
    ("Oleg", "Petrov", "oleg@example.com"),
)
LICENSES: dict[str, tuple[int, int, int, int | None]] = {
    # edition: base credits in 24 h, per user licence, maximum, calls at once (docs/systems/zoho_crm.md#limits)
    "free": (5_000, 0, 5, 5_000),
    "standard": (50_000, 250, 10, 100_000),
    "professional": (50_000, 500, 15, 3_000_000),
    "enterprise": (50_000, 1_000, 20, 5_000_000),
    "ultimate": (50_000, 2_000, 25, None),
}


def user_id(index: int) -> str:
    """The id of user number `index`."""
    return str(FIRST_ID + 11 + index * 13)


def face(index: int) -> dict[str, Any]:
    """A user as records show one."""
    first, last, email = USERS[index]
    return {"name": f"{first} {last}", "id": user_id(index), "email": email}


def user(index: int, *, zone: str) -> dict[str, Any]:
    """A user as `GET /users` shows one."""
    first, last, email = USERS[index]
    return {
        "id": user_id(index),
        "full_name": f"{first} {last}",
        "first_name": first,
        "last_name": last,
        "email": email,
        "status": "active",
        "confirm": True,
        "role": {"name": "CEO" if index == 0 else "Manager", "id": f"{FIRST_ID + 5}"},
        "profile": {"name": "Administrator" if index == 0 else "Standard", "id": f"{FIRST_ID + 1}"},
        "time_zone": zone,
        "locale": "en_GB",
        "zuid": f"{60_000_000_001 + index}",
    }


def organisation(*, edition: str, licenses: int, zone: str, zgid: str) -> dict[str, Any]:
    """The organisation as `GET /org` shows it."""
    return {
        "id": str(FIRST_ID + 3),
        "zgid": zgid,
        "company_name": "Emulated Ltd",
        "type": "production",
        "time_zone": zone,
        "currency": "Euro",
        "iso_code": "EUR",
        "currency_symbol": "€",
        "primary_email": USERS[0][2],
        "country_code": "DE",
        "license_details": {
            "paid": edition != "free",
            "paid_type": edition,
            "users_license_purchased": licenses,
            "trial_expiry": None,
            "paid_expiry": None,
        },
    }
