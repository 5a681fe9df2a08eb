"""The index that keyset pages stand on, against a plain sorted list; date-times against the standard library."""

import random
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from emulators.zoho_crm.coql.lexer import CoqlSyntaxError
from emulators.zoho_crm.coql.parser import parse
from emulators.zoho_crm.criteria import AllOf, AnyOf, Comparison
from emulators.zoho_crm.order import SortedKeys
from emulators.zoho_crm.zone import Zone


def test_blocks_hold_what_a_sorted_list_holds_after_many_edits():
    chance = random.Random(7)
    plain = set(chance.sample(range(100_000), 9_000))
    blocks = SortedKeys(plain)
    for _ in range(20_000):
        key = chance.randrange(100_000)
        if key in plain:
            plain.discard(key)
            blocks.discard(key)
        else:
            plain.add(key)
            blocks.add(key)
    blocks.discard(100_001)
    for low, high in ((0, 100_000), (500, 501), (99_000, 200_000), (40_000, 60_000), (7, 7)):
        expected = sorted(key for key in plain if low <= key < high)
        assert list(blocks.ascending(low, high)) == expected
        assert list(blocks.descending(low, high)) == expected[::-1]


def test_an_empty_index_answers_and_fills():
    blocks = SortedKeys()
    assert list(blocks.ascending(0, 10)) == list(blocks.descending(0, 10)) == []
    blocks.add(5)
    blocks.discard(5)
    blocks.discard(5)
    blocks.add(6)
    assert list(blocks.ascending(0, 10)) == [6]


def test_date_times_agree_with_the_standard_library():
    zone, standard, chance = Zone("Europe/Berlin"), ZoneInfo("Europe/Berlin"), random.Random(3)
    for second in [chance.randrange(946_684_800, 1_900_000_000) for _ in range(5_000)]:
        assert zone.text(second) == datetime.fromtimestamp(second, standard).isoformat()


def test_and_binds_more_tightly_than_or():
    where = parse("select id from Leads where a = 1 or b = 2 and c = 3").where
    assert where == AnyOf((Comparison("a", "eq", 1), AllOf((Comparison("b", "eq", 2), Comparison("c", "eq", 3)))))


@pytest.mark.parametrize(
    "text", ["", "select", "select a from", "select a from b where", "select a, from b", "select a from b limit -1", "select a from b limit 1.5"]
)
def test_fragments_are_no_queries(text):
    with pytest.raises(CoqlSyntaxError):
        parse(text)
