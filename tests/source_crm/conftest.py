import pytest

from tests.source_crm.crm_reader import Reader


@pytest.fixture
def reader(emulator):
    """Makes readers of the emulated CRM: `reader(selections=[…])`."""
    return lambda **config: Reader(emulator, **config)
