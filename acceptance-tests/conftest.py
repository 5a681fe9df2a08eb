"""Fixtures of the black-box suites: the emulated vendors, and connectors as processes."""

import pytest
from airbyte_connector import Connector

from emulators.testing import emulator, emulator_of_session, start_emulator

__all__ = ["emulator", "emulator_of_session", "start_emulator"]


# Each process asks for a token of its own, and the vendor gives ten in ten minutes: let a minute pass before each.
BETWEEN_PROCESSES_S = 61


@pytest.fixture
def source_crm(tmp_path, emulator):
    return Connector("source-crm", tmp_path, before=lambda: emulator.advance(BETWEEN_PROCESSES_S))


@pytest.fixture
def destination_campaigns(tmp_path, emulator):
    return Connector("destination-campaigns", tmp_path, before=lambda: emulator.advance(BETWEEN_PROCESSES_S))
