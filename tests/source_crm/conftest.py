import pytest

from tests.source_crm.systems import CRMS, needed


@pytest.fixture(params=CRMS.values(), ids=CRMS)
def crm(request):
    """Each CRM in turn: its names, its ways and its switches. A test that takes it holds for all of them, but those that lack what it `needs`."""
    if why := needed(request.param.lacks, request.node.iter_markers("needs")):
        pytest.skip(f"{request.param.name}: {why}")
    return request.param


@pytest.fixture
def reader(emulator, request):
    """Makes readers of the emulated CRM: `reader(selections=[…])`. Of each one in turn where the test takes `crm`, else of Zoho CRM."""
    crm = request.getfixturevalue("crm") if "crm" in request.fixturenames else CRMS["zoho_crm"]
    return lambda **config: crm.reader(emulator, **config)
