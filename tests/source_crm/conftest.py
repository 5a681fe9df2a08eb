import pytest

from tests.source_crm.crm_reader import Reader
from tests.source_crm.systems import CRMS


@pytest.fixture(params=CRMS.values(), ids=CRMS)
def crm(request):
    """Each CRM in turn: its names, its ways and its switches. A test that takes it holds for all of them."""
    return request.param


@pytest.fixture
def reader(emulator, request):
    """Makes readers of the emulated CRM: `reader(selections=[…])`. Of each one in turn where the test takes `crm`, else of Zoho CRM."""
    name = request.getfixturevalue("crm").name if "crm" in request.fixturenames else None
    return lambda **config: Reader(emulator, name, **config)
