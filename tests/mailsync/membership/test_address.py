"""One key per person's address (docs/membership.md, "Addresses")."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsync.membership.address import address_hash, address_key


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ("Ann.Lee@Example.COM", "ann.lee@example.com"),
        ("  ann@example.com ", "ann@example.com"),
        ("a.n.n+tag@example.com", "a.n.n+tag@example.com"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@XN--BCHER-KVA.example", "ann@xn--bcher-kva.example"),
        ("cafe\u0301@example.com", "caf\u00e9@example.com"),
        ("STRASSE@example.com", "strasse@example.com"),
        ("straße@example.com", "strasse@example.com"),
        ("info@example.org", "info@example.org"),
        ("o'neil@example.com", "o'neil@example.com"),
    ],
)
def test_the_key(raw: str, key: str) -> None:
    assert address_key(raw) == key


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "ann",
        "ann@",
        "@example.com",
        "ann@@example.com",
        "ann@example",
        "a b@example.com",
        "ann@example.com, bob@example.com",
        "ann@exa mple.com",
    ]
    + ["ann@example.com\x00", "\ud800@example.com", "ann@-example.com", "ann@" + "x" * 250 + ".com", "<b>ann@example.com</b>"],
)
def test_what_is_no_address_has_no_key(raw: str) -> None:
    assert address_key(raw) is None


def test_dots_and_plus_tell_people_apart() -> None:
    assert len({address_key(raw) for raw in ("ann.lee@example.com", "annlee@example.com", "annlee+x@example.com")}) == 3


@given(st.emails())
def test_a_key_is_its_own_key(raw: str) -> None:
    key = address_key(raw)
    assert key is None or address_key(key) == key


@given(st.text(max_size=80))
def test_no_text_breaks_it(raw: str) -> None:
    address_key(raw)


def test_the_hash_depends_on_the_ledgers_key_and_shows_nothing_of_the_address() -> None:
    one, other = address_hash("ann@example.com", b"k" * 32), address_hash("ann@example.com", b"l" * 32)
    assert one != other
    assert "ann" not in one
    assert address_hash("ann@example.com", b"k" * 32) == one
