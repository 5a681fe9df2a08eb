"""Fixtures of the black-box suites: the emulated vendors, and connectors as processes."""

import pytest
from airbyte_connector import Connector

from emulators.testing import emulator, emulator_of_session, start_emulator

__all__ = ["emulator", "emulator_of_session", "start_emulator"]


@pytest.fixture
def source_crm(tmp_path):
    return Connector("source-crm", tmp_path)


@pytest.fixture
def destination_campaigns(tmp_path):
    return Connector("destination-campaigns", tmp_path)
