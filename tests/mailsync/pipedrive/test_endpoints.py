"""Ends of life: a test fails before a date of something that is used."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailsync.pipedrive.endpoints import ENDS_OF_LIFE

PAGE = Path(__file__).resolve().parents[3] / "docs/systems/pipedrive.md"
WARNING = timedelta(days=30)


def test_nothing_that_is_used_ends_within_thirty_days():
    assert not [one.what for one in ENDS_OF_LIFE if one.used and one.on is not None and one.on - WARNING <= datetime.now(UTC).date()]


def test_the_page_tells_every_end_of_life():
    text = PAGE.read_text()
    for one in ENDS_OF_LIFE:
        (row,) = [line for line in text.splitlines() if line.startswith(f"| {one.what.replace('/recents', '`/recents`')} |")]
        assert (one.on.isoformat() if one.on else "none announced") in row
        assert row.endswith("| yes |" if one.used else "| no |")
