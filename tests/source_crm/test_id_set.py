"""Sets of ids in state: exact, small, whatever order they came in."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source_crm.id_set import EMPTY, Collector, KnownIds, pack, unpack

IDS = st.sets(st.integers(min_value=1, max_value=2**63), max_size=200)


@given(IDS)
def test_what_is_packed_comes_back_in_order(ids):
    assert list(unpack(pack(sorted(ids)))) == sorted(ids)


def test_a_set_larger_than_one_chunk_comes_back():
    ids = list(range(10**17, 10**17 + 200_000 * 3, 3))
    assert list(unpack(pack(ids))) == ids


def test_a_million_ids_of_a_lively_account_take_less_than_a_megabyte_and_a_fifth():
    rng, ids, last = random.Random(5), [], 572_000_000_000_000_000
    for _ in range(1_000_000):
        last += rng.choice((1, 1, 2, 13, rng.randrange(1, 1000)))
        ids.append(last)
    assert len(pack(ids)) < 1_200_000


@settings(max_examples=200)
@given(IDS, st.lists(st.tuples(st.booleans(), st.integers(min_value=1, max_value=300)), max_size=60))
def test_known_ids_behave_like_a_set(start, changes):
    known, model = KnownIds(pack(sorted(start)), len(start)), set(start)
    for position, (adds, one) in enumerate(changes):
        (known.add if adds else known.discard)(one)
        (model.add if adds else model.discard)(one)
        assert (one in known) == (one in model)
        if position % 7 == 0:
            known = KnownIds(known.packed(), len(known))
    assert list(known) == sorted(model)
    assert len(known) == len(model)
    assert list(unpack(known.packed())) == sorted(model)


def test_untouched_ids_keep_their_text_without_being_unpacked():
    known = KnownIds("not even a set", 5)
    assert known.packed() == "not even a set"
    assert len(known) == 5


@given(st.lists(st.integers(min_value=1, max_value=10_000), max_size=300))
def test_a_collector_sorts_and_joins_what_earlier_runs_gathered(ids):
    half = len(ids) // 2
    first = Collector()
    for one in ids[:half]:
        first.add(one)
    second = Collector(first.packed())
    for one in ids[half:]:
        second.add(one)
        second.settle()
    assert list(unpack(second.packed())) == sorted(set(ids))


@pytest.mark.parametrize("text", ["", "9abc", "1!!!", "1" + "AAAA"])
def test_a_text_that_is_no_set_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        list(unpack(text))


def test_the_empty_set_is_empty():
    assert list(unpack(EMPTY)) == []
