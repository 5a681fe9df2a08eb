"""The run report: one self-contained HTML page out of a ledger. No script, no request; no address unless asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from mailsync.ledger.engine import Ledger
from mailsync.membership.reasons import ABOUT, About
from mailsync.membership.rejects import Reject, rejects
from mailsync.report import bars, runs, words
from mailsync.report.bars import Bar
from mailsync.report.launched import LaunchTold, launched
from mailsync.report.runs import RunTold
from mailsync.report.standing import Standing, addresses_of, standing
from mailsync.responses import reasons as responses

RUNS_SHOWN = bars.SLOTS
REJECTS_SHOWN = 20
ATTENTION = ("rejected", "skipped", "pending_confirmation", "postponed", "shadowed")
_OF_LISTS: Mapping[str, About] = {reason.value: about for reason, about in ABOUT.items()}
_OF_CRM: Mapping[str, About] = {reason.value: about for reason, about in responses.ABOUT.items()}
_SHADOWED = About("Several records have this address. The record named here is the one contacted last, else the one modified last.", "Nothing.")


@dataclass(frozen=True, slots=True)
class Series:
    """One outcome over the runs."""

    fate: str
    latest: int
    highest: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row of what became of the records of one stream for one target."""

    fate: str
    reason: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Feed:
    """The outcomes of one stream for one target in the newest run; they add up to `records`."""

    stream: str
    target: str
    records: int
    outcomes: tuple[Outcome, ...]

    @property
    def adds_up(self) -> bool:
        """Whether every record has its one fate."""
        return sum(one.count for one in self.outcomes) == self.records


@dataclass(frozen=True, slots=True)
class Example:
    """A record as the CRM knows it; `detail` is the vendor's text, the column, or who owns the address."""

    stream: str
    record: str
    detail: str
    address: str


@dataclass(frozen=True, slots=True)
class Attention:
    """One reason why records are not on the list, with what to do. `run`: the newest one in which it occurred."""

    fate: str
    reason: str
    count: int
    run: RunTold
    about: About | None
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """How much of one documented limit is used."""

    endpoint: str
    spent: int
    window: str
    used: int
    allowed: int
    share: float


@dataclass(frozen=True, slots=True)
class Rejected:
    """Records that are rejected now, for one reason: how many, and the first of them."""

    reason: str
    count: int
    about: About | None
    first: tuple[tuple[Reject, str], ...]  # with the name of the list, empty for every list


@dataclass(frozen=True, slots=True)
class SyncTold:
    """Everything that the page says of one sync."""

    name: str
    newest: RunTold
    history: Sequence[RunTold]
    total: int
    series: tuple[Series, ...]
    feeds: tuple[Feed, ...]
    attention: tuple[Attention, ...]
    uses: tuple[Use, ...]
    free: tuple[tuple[str, int], ...]
    actions: tuple[tuple[str, str, int], ...]
    standing: tuple[Standing, ...]
    launches: tuple[LaunchTold, ...]
    rejected: tuple[Rejected, ...]


def page(ledger: Ledger, names: Sequence[str], *, with_addresses: bool = False) -> str:
    """The page for these syncs. `with_addresses`: examples show the record's address."""
    titles = runs.target_names(ledger)
    told = [one for name in names if (one := _told(ledger, name, titles, with_addresses=with_addresses)) is not None]
    environment = Environment(
        loader=PackageLoader("mailsync.report", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(when=words.when, iso=words.iso, span=words.span, plain=words.plain, remedy=words.remedy, number=_number)
    style = resources.files("mailsync.report").joinpath("page.css").read_text(encoding="utf-8")
    return environment.get_template("page.html").render(
        syncs=told,
        style=style,
        fates=words.FATES,
        statuses=words.STATUS,
        now=max([ledger.clock.now(), *(one.newest.started_at for one in told)]),
        with_addresses=with_addresses,
        drawing=bars,
    )


def _number(value: float) -> str:
    return f"{value:,}"


def _told(ledger: Ledger, name: str, titles: Mapping[str, str], *, with_addresses: bool) -> SyncTold | None:
    history = runs.latest(ledger, name, RUNS_SHOWN)
    if not history:
        return None
    newest = next((run for run in history if run.fates or run.status != runs.UNDER_WAY), history[0])
    known = addresses_of(ledger, name, _examples(history)) if with_addresses else {}
    about = _OF_LISTS if runs.writes_to_lists(ledger, newest.account) else _OF_CRM
    limited = [one for one in newest.calls if one.allowed is not None]
    return SyncTold(
        name=name,
        newest=newest,
        history=history,
        total=runs.count_of(ledger, name),
        series=tuple(_series(history)),
        feeds=tuple(_feeds(newest, titles)),
        attention=tuple(_attention(history, known, about)),
        uses=tuple(
            Use(
                one.endpoint, one.spent, words.window(one.window_s or 0), one.used or 0, one.allowed or 0, bars.share(one.used or 0, one.allowed or 0)
            )
            for one in limited
        ),
        free=tuple((one.endpoint, one.spent) for one in newest.calls if one.allowed is None),
        actions=tuple(
            (titles.get(f"{newest.account}/{key}", key), words.ACTIONS.get(action, words.plain(action)), count)
            for (key, action), count in sorted(newest.actions.items())
        ),
        standing=tuple(standing(ledger, name, titles)),
        launches=tuple(launched(ledger, name, titles)),
        rejected=tuple(_rejected(ledger, name, titles)),
    )


def _rejected(ledger: Ledger, sync: str, titles: Mapping[str, str]) -> Iterable[Rejected]:
    counts: Counter[str] = Counter()
    first: dict[str, list[tuple[Reject, str]]] = {}
    with ledger.begin() as connection:
        for one in rejects(connection, sync):
            counts[one.reason] += 1
            if counts[one.reason] <= REJECTS_SHOWN:
                first.setdefault(one.reason, []).append((one, titles.get(one.list_id, "")))
    return [Rejected(reason, count, _OF_LISTS.get(reason), tuple(first[reason])) for reason, count in counts.most_common()]


def _series(history: Sequence[RunTold]) -> Iterable[Series]:
    oldest_first = list(reversed(history))
    for fate in words.FATES:
        values = [run.by_fate[fate] for run in oldest_first]
        if any(values):
            titled = [(value, f"Run {run.number}, {words.when(run.started_at)}: {value:,}") for value, run in zip(values, oldest_first, strict=True)]
            yield Series(fate, values[-1], max(values), bars.columns(titled))


def _feeds(run: RunTold, titles: Mapping[str, str]) -> Iterable[Feed]:
    order = list(words.FATES)
    for stream, target in sorted({(stream, target) for stream, target, _, _ in run.fates}):
        mine = [(fate, reason, count) for (one, other, fate, reason), count in run.fates.items() if (one, other) == (stream, target)]
        records = run.records.get(stream, 0)
        rows = sorted(mine, key=lambda row: (order.index(row[0]) if row[0] in order else len(order), -row[2], row[1]))
        outcomes = tuple(Outcome(fate, reason, count, bars.share(count, records)) for fate, reason, count in rows)
        yield Feed(stream, titles.get(f"{run.account}/{target}", target), records, outcomes)


def _attention(history: Sequence[RunTold], known: Mapping[tuple[str, str], str], about: Mapping[str, About]) -> Iterable[Attention]:
    """Reasons, each from the newest run that had it; the gravest fate first, then the newest, then the most frequent."""
    found: dict[tuple[str, str], RunTold] = {}
    for run in history:
        for _, _, fate, reason in run.fates:
            if fate in ATTENTION:
                found.setdefault((fate, reason), run)
    if about is _OF_LISTS:  # what is rejected still is told as it stands, by `_rejected`
        found = {key: run for key, run in found.items() if key[0] != "rejected" or run is history[0]}
    told = [_reason(run, fate, reason, known, about) for (fate, reason), run in found.items()]
    return sorted(told, key=lambda one: (ATTENTION.index(one.fate), -one.run.number, -one.count, one.reason))


def _reason(run: RunTold, fate: str, reason: str, known: Mapping[tuple[str, str], str], about: Mapping[str, About]) -> Attention:
    """The lists are put together, as the remedy is the same."""
    count, examples = 0, dict[tuple[str, str], str]()
    for (stream, target, one, other), records in run.fates.items():
        if (one, other) == (fate, reason):
            count += records
            examples.update({(stream, record): detail for record, detail in run.examples.get((stream, target, one, other), {}).items()})
    rows = tuple(Example(stream, record, detail, known.get((stream, record), "")) for (stream, record), detail in examples.items())
    return Attention(fate, reason, count, run, _SHADOWED if fate == "shadowed" else about.get(reason), rows)


def _examples(history: Iterable[RunTold]) -> set[tuple[str, str]]:
    return {(stream, record) for run in history for (stream, _, _, _), records in run.examples.items() for record in records}
