"""The sums that must be right. Each is a sentence with what was expected and what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from demo.expectation import LISTS, expected_active, statuses
from demo.figures import Run
from demo.story import NEWSLETTER, Event


@dataclass(frozen=True, slots=True)
class Sum:
    """One check of the final screen."""

    told: str
    expected: object
    found: object

    @property
    def holds(self) -> bool:
        """Whether both are the same."""
        return self.expected == self.found


def sums(start: Mapping[str, Mapping[str, str]], runs: Sequence[Run], events: Sequence[Event]) -> Iterator[Sum]:
    """All of them. `start`: list name → who stood where before the first run."""
    for number, run in enumerate(runs, start=1):
        yield Sum(f"run {number}: every record read is settled", run.read, run.settled)
        yield from _fates(number, run)
    left = [key for event in events if event.status.isdisjoint({"active", None}) for key in event.addresses]
    guests = {key for event in events if event.outcome.startswith("not ours") for key in event.addresses}
    for name in sorted(set(LISTS.values())):
        yield from _members(name, start.get(name, {}), runs, left if name == NEWSLETTER else [], guests if name == NEWSLETTER else set())
    for event in events:
        yield _event(event, statuses(runs[-1].mail, NEWSLETTER))
    yield Sum("locks of the mailing tool that our calls caused", 0, runs[-1].locks)
    yield Sum("confirmation mails caused", 0, runs[-1].mail["mails_caused"])


def _fates(number: int, run: Run) -> Iterator[Sum]:
    """Each stream feeds one list here, so its fates add up to its records."""
    for stream in LISTS:
        told = sum(count for (name, _, _), count in run.fates.items() if name == stream)
        yield Sum(f"run {number}: fates of {stream} add up to its records", run.result["streams"][stream]["read"], told)


def _members(name: str, start: Mapping[str, str], runs: Sequence[Run], left: list[str], guests: set[str]) -> Iterator[Sum]:
    seen = [person for run in runs for person in run.people]
    for number, run in enumerate(runs, start=1):
        final = run is runs[-1]
        wanted = expected_active(name, start=start, seen=seen if final else run.people, now=run.people, left=left if final else [])
        wanted |= guests if final else set()
        found = {key for key, status in statuses(run.mail, name).items() if status == "active"}
        yield Sum(f"run {number}: active on {name}", len(wanted), len(found))
        yield Sum(f"run {number}: wrongly on {name}, or missing there", 0, len(wanted ^ found))


def _event(event: Event, standing: Mapping[str, str]) -> Sum:
    right = sum(standing.get(key) in event.status for key in event.addresses)
    return Sum(f"{event.told}: {event.outcome}", len(event.addresses), right)
