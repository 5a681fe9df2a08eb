"""Pages come in order and once, errors in their place, and nothing is fetched after the walk was left."""

import threading

import pytest

from mailsync.pipedrive.ahead import PAGES, Ahead, Page


def chain(pages, fails_at=None):
    """A vendor with so many pages of one row, its cursors being the numbers of pages."""
    asked = []

    def fetch(cursor):
        number = int(cursor or 0)
        asked.append(number)
        if number == fails_at:
            raise LookupError(number)
        return Page([{"id": number}], str(number + 1) if number + 1 < pages else None)

    return fetch, asked


def test_every_page_comes_once_in_order_with_what_goes_along():
    fetch, asked = chain(20)
    walk = Ahead(fetch, lambda rows: rows[0]["id"] * 10)
    pages = list(walk.pages(None))
    walk.stop()
    assert [page.rows[0]["id"] for page in pages] == asked == list(range(20))
    assert [page.along for page in pages] == [number * 10 for number in range(20)]


def test_a_walk_can_begin_in_the_middle():
    fetch, _ = chain(6)
    walk = Ahead(fetch, None)
    assert [page.rows[0]["id"] for page in walk.pages("4")] == [4, 5]
    walk.stop()


@pytest.mark.parametrize("of", ["page", "along"])
def test_an_error_comes_where_its_page_would_have_come(of):
    fetch, _ = chain(9, fails_at=3 if of == "page" else None)

    def along(rows):
        if of == "along" and rows[0]["id"] == 3:
            raise LookupError(3)

    walk, seen = Ahead(fetch, along), []
    with pytest.raises(LookupError):
        for page in walk.pages(None):
            seen.append(page.rows[0]["id"])  # noqa: PERF401 - what came before the error is kept
    walk.stop()
    assert seen == [0, 1, 2]


def test_a_walk_that_is_left_fetches_no_more_than_a_few_pages_ahead():
    fetch, asked = chain(100)
    before = threading.active_count()
    walk = Ahead(fetch, None)
    pages = walk.pages(None)
    next(pages)
    pages.close()
    walk.stop()
    assert len(asked) <= PAGES + 3
    assert threading.active_count() == before
