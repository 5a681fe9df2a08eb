"""Realistic people without a table of them: person number i of a seed is computed when asked, always the same, in a few microseconds.

Several scripts, plus-addresses, capitals, duplicates (the same address on two people, sometimes in another case), missing fields, role addresses,
opt-outs. Addresses are of example.com and example.org and their subdomains only.
"""

from __future__ import annotations

from typing import NamedTuple

from emulators.names import COMPANIES, CULTURES, INTERESTS, JOBS, LEAD_SOURCES, SUFFIXES

_MASK = (1 << 64) - 1

# Out of 1000 people; chosen so that a demo of some hundred people shows each kind.
WITHOUT_ADDRESS = 40
PLUS_ADDRESS = 60
CAPITALS = 30
ROLE_ADDRESS = 5
DUPLICATE = 30
OPTED_OUT = 60
WITHOUT_FIRST_NAME = 50
WITHOUT_COMPANY = 150
WITHOUT_PHONE = 250
WITHOUT_BIRTHDAY = 700

# Seven bits → which interests somebody has; each is held by one in four.
_INTERESTS = tuple(tuple(interest for place, interest in enumerate(INTERESTS) if bits >> place & 3 == 0) for bits in range(128))

# Names of companies with their web sites.
_COMPANIES = tuple(
    (f"{name} {suffix}", f"https://www.{''.join(letter for letter in (name + suffix).lower() if letter.isascii() and letter.isalnum())}.example.com")
    for name in COMPANIES
    for suffix in SUFFIXES
)
_NO_COMPANY = ("", "")

ROLES = ("info", "sales", "office", "support", "admin")


class Person(NamedTuple):
    """One person as a CRM would know them. Empty text where nothing is known; `email` None where there is none."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks a person for
    first_name: str
    last_name: str
    email: str | None
    phone: str
    mobile: str
    company: str
    job_title: str
    street: str
    city: str
    postal_code: str
    country: str
    language: str
    birthday: str  # ISO date
    website: str
    lead_source: str
    interests: tuple[str, ...]
    score: int  # 0–100
    opted_out: bool


def mixed(seed: int, index: int, salt: int = 0) -> int:
    """64 bits that depend on everything given, evenly: splitmix64 (Steele, Lea and Flood 2014)."""
    z = (index * 0x9E3779B97F4A7C15 + seed * 0xD1B54A32D192ED03 + salt * 0x8CB92BA72F3D8DD7 + 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def person(seed: int, index: int) -> Person:
    """Person number `index` (from 0) of this seed."""
    bits, more = mixed(seed, index), mixed(seed, index, 1)
    culture = CULTURES[bits % len(CULTURES)]
    first = culture.first_names[(bits >> 8) % len(culture.first_names)][0]
    last = culture.last_names[(bits >> 16) % len(culture.last_names)][0]
    city, postal_code = culture.cities[(more >> 4) % len(culture.cities)]
    company, website = _NO_COMPANY
    if _share(more, 10) >= WITHOUT_COMPANY:
        company, website = _COMPANIES[(more >> 8) % len(COMPANIES) * len(SUFFIXES) + (more >> 14) % len(SUFFIXES)]
    return Person(
        index,
        "" if _share(more, 20) < WITHOUT_FIRST_NAME else first,
        last,
        _email(seed, index, bits),
        "" if _share(more, 30) < WITHOUT_PHONE else f"{culture.calling_code} {more % 900 + 100} {more // 1000 % 9000 + 1000}",
        f"{culture.calling_code} {bits % 90 + 10} {bits // 100 % 900000 + 100000}" if more & 1 else "",
        company,
        JOBS[(more >> 16) % len(JOBS)],
        f"{culture.street} {(more >> 24) % 199 + 1}",
        city,
        postal_code,
        culture.country,
        culture.language,
        "" if _share(more, 40) < WITHOUT_BIRTHDAY else f"{1940 + bits % 65}-{more % 12 + 1:02d}-{bits // 65 % 28 + 1:02d}",
        website,
        LEAD_SOURCES[(more >> 32) % len(LEAD_SOURCES)],
        _INTERESTS[more >> 48 & 127],
        (bits >> 32) % 101,
        _share(bits, 40) < OPTED_OUT,
    )


def _share(bits: int, shift: int) -> int:
    """A number from 0 to 999 out of these bits."""
    return (bits >> shift) % 1000


def _local_part(bits: int) -> str:
    """First and last name in ASCII, as they stand in the address."""
    culture = CULTURES[bits % len(CULTURES)]
    first = culture.first_names[(bits >> 8) % len(culture.first_names)][1]
    return f"{first}.{culture.last_names[(bits >> 16) % len(culture.last_names)][1]}"


def _email(seed: int, index: int, bits: int) -> str | None:
    kind = _share(bits, 24)
    if kind < WITHOUT_ADDRESS:
        return None
    if kind < WITHOUT_ADDRESS + DUPLICATE and index > 0:
        return _duplicate(seed, index, bits)
    return _own_email(index, bits, kind)


def _duplicate(seed: int, index: int, bits: int) -> str:
    """The address of an earlier person, every second time in another case."""
    earlier = (bits >> 34) % index
    earlier_bits = mixed(seed, earlier)
    address = _own_email(earlier, earlier_bits, _share(earlier_bits, 24))
    return address.upper() if bits & 1 else address


def _own_email(index: int, bits: int, kind: int) -> str:
    """An address that only this index has; `kind` (0–999) says of which sort."""
    local = f"{_local_part(bits)}.{index}"
    domain = ("example.com", "example.org", "mail.example.com", "post.example.org")[(bits >> 44) & 3]
    edge = WITHOUT_ADDRESS + DUPLICATE
    if edge <= kind < edge + PLUS_ADDRESS:
        return f"{local}+{INTERESTS[index % len(INTERESTS)].lower()}@{domain}"
    edge += PLUS_ADDRESS
    if edge <= kind < edge + CAPITALS:
        return f"{local.title()}@{domain}"
    edge += CAPITALS
    if edge <= kind < edge + ROLE_ADDRESS:
        return f"{ROLES[index % len(ROLES)]}@company-{index}.example.org"
    return f"{local}@{domain}"
