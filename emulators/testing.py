"""Pytest fixtures around the emulators: one process for a whole test session, put back to its seed before each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from emulators.process import EmulatorProcess

PEOPLE = 200


@pytest.fixture(scope="session")
def emulator_of_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatorProcess]:
    """The shared process; tests take `emulator`."""
    with EmulatorProcess(configs=tmp_path_factory.mktemp("configs"), people=PEOPLE) as process:
        yield process


@pytest.fixture
def emulator(emulator_of_session: EmulatorProcess, tmp_path: Path) -> EmulatorProcess:
    """The vendors with 200 people, as seeded, nothing failing, no request logged; configurations in a folder of this test's own."""
    emulator_of_session.reset()
    emulator_of_session.move_configs(tmp_path / "configs")
    return emulator_of_session


@pytest.fixture
def start_emulator() -> Iterator[Callable[..., EmulatorProcess]]:
    """Starts a process of its own with other options, e.g. `start_emulator(people=5000, limits="off")`; ended with the test."""
    with ExitStack() as stack:

        def start(**options: Any) -> EmulatorProcess:
            return stack.enter_context(EmulatorProcess(**options))

        yield start
