import pytest

from emulators.process import EmulatorProcess
from tests.source_campaigns.reader import Reader


@pytest.fixture(scope="session")
def unlimited(tmp_path_factory):
    """The vendors without limits: these tests begin many runs, each with a token of its own."""
    with EmulatorProcess(configs=tmp_path_factory.mktemp("unlimited"), people=20, limits="off", time_scale=60) as process:
        yield process


@pytest.fixture
def vendor(unlimited, tmp_path, monkeypatch):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", "60")
    unlimited.reset()
    unlimited.edit("zoho_campaigns", op="settle")
    unlimited.move_configs(tmp_path / "configs")
    return unlimited


@pytest.fixture
def reader(vendor):
    """Makes readers of the emulated account: `reader(look_back_days=7)`."""
    return lambda **config: Reader(vendor, **config)
