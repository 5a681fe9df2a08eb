"""Generation numbers as Airbyte gives them, because destinations decide by them what may go."""

import pytest


def numbers(bench):
    """(generation, minimum) of the first stream in each run so far."""
    streams = [catalog["streams"][0] for catalog in bench.catalogs()]
    return [(stream["generation_id"], stream["minimum_generation_id"]) for stream in streams]


def full_refresh(bench, mode):
    bench.streams = [{"name": "People", "sync_mode": "full_refresh", "destination_sync_mode": mode}]
    bench.write()


def test_incremental_runs_stay_in_their_generation(bench):
    bench.sync()
    bench.sync()
    assert numbers(bench) == [(1, 0), (1, 0)]


def test_no_two_runs_have_the_same_sync_id(bench):
    bench.sync()
    bench.sync()
    assert [catalog["streams"][0]["sync_id"] for catalog in bench.catalogs()] == [1, 2]


def test_a_refresh_reads_anew_and_keeps_older_rows(bench):
    bench.sync()
    assert bench.sync("--refresh", "People")["streams"]["People"]["read"] == 40
    bench.sync()
    assert numbers(bench) == [(1, 0), (2, 0), (2, 0)]


def test_a_refresh_with_removal_says_so_until_it_is_complete(bench):
    bench.sync()
    bench.source["fault"] = "kill"
    bench.write()
    bench.sync("--refresh-and-remove", "People")
    bench.source.pop("fault")
    bench.write()
    assert bench.sync()["streams"]["People"]["read"] == 30, "the second attempt takes up the first one's state"
    bench.sync()
    assert numbers(bench) == [(1, 0), (2, 2), (2, 2), (2, 0)]


def test_each_full_refresh_is_a_generation_and_overwrite_makes_it_the_minimum(bench):
    full_refresh(bench, "overwrite")
    bench.sync()
    assert bench.sync()["streams"]["People"]["read"] == 40
    assert numbers(bench) == [(1, 1), (2, 2)]


def test_a_full_refresh_that_appends_lets_nothing_go(bench):
    full_refresh(bench, "append_dedup")
    bench.sync()
    bench.sync()
    assert numbers(bench) == [(1, 0), (2, 0)]


@pytest.mark.parametrize("fault", ["kill", "transient"])
def test_an_unfinished_overwrite_is_taken_up_in_its_generation(bench, fault):
    full_refresh(bench, "overwrite")
    bench.source["fault"] = fault
    bench.write()
    bench.sync()
    bench.source.pop("fault")
    bench.write()
    bench.sync()
    assert numbers(bench) == [(1, 1), (1, 1)]


def test_an_overwrite_whose_states_were_not_given_back_is_not_over(bench):
    full_refresh(bench, "overwrite")
    bench.destination["fault"] = "hold"
    bench.write()
    bench.sync()
    bench.sync()
    assert numbers(bench) == [(1, 1), (1, 1)]


def test_refreshing_a_stream_that_is_not_in_the_connection_names_those_that_are(bench):
    result = bench.sync("--refresh", "Leads")
    assert result["code"] == 2
    assert "'Leads', which is not known here. Accepted: People." in result["err"]
