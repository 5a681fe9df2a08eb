"""A fingerprint never hides what is new, and shows little else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_campaigns.fingerprints import Read


def read(rows):
    made = Read()
    for address, content in rows.items():
        made.add(address, content.encode())
    return made


def shown(before, now):
    return {address for address, is_changed in zip(now, read(now).changed(read(before).packed()), strict=True) if is_changed}


def people(n, content=""):
    return {f"reader{number}@example.com": content for number in range(n)}


ROWS = st.dictionaries(st.sampled_from([f"p{number}@example.com" for number in range(60)]), st.sampled_from(["one", "two", "three"]))


@given(before=ROWS, now=ROWS)
def test_whatever_is_new_or_changed_is_shown(before, now):
    assert {address for address, content in now.items() if before.get(address) != content} <= shown(before, now)


@given(rows=ROWS)
def test_the_same_rows_in_any_order_show_nothing(rows):
    assert shown(rows, dict(reversed(rows.items()))) == set()


@pytest.mark.parametrize("n", [1, 10, 100, 3000, 50_000])
def test_where_few_are_new_few_others_are_shown(n):
    for part, most in ((100, 2), (30, 3)):
        new = max(1, n // part)
        now = people(n) | {f"new{number}@example.com": "" for number in range(new)}
        assert len(shown(people(n), now)) <= most * new + 2


def test_a_byte_a_row():
    assert len(read(people(30_000)).packed()) < 30_000 * 4 / 3 + 100
