"""The vendor's limits through the command: a day that is spent is carried on the next, forecasts are told, and no lock is ever reached.

The connector's waits advance the emulated vendor's clock, so that days pass in seconds and nothing sleeps.
"""

import time

import pytest

from mailsync.airbyte import connecting
from mailsync.ledger.engine import Ledger

from .people import Source, write

MINUTE, DAY = 60.0, 86_400.0
A_DAY = 750  # one hundredth of 75,000: what share_of_limit 0.01 leaves


class AdvancingClock:
    """The machine's clock, whose waits are passed by moving the vendor's time, and its own with it."""

    scale = 1.0

    def __init__(self, emulator):
        self.emulator, self.advanced = emulator, 0.0

    def now(self):
        return time.time() + self.advanced

    def sleep(self, seconds):
        self.pass_by(max(0.0, seconds))

    def pass_by(self, seconds):
        self.emulator.advance(seconds)
        self.advanced += seconds


@pytest.fixture
def clock(connector, monkeypatch):
    made = AdvancingClock(connector.emulator)
    monkeypatch.setattr(connecting, "StoppableClock", lambda _scale, _stopping: made)
    return made


@pytest.fixture
def source():
    return Source()


def people(source, numbers):
    for number in numbers:
        source.record(number, f"p{number:04}@new.example.com")
    return source


def written(connector):
    return sum(address.startswith("p") and address.endswith("@new.example.com") for address in connector.members())


def locks(connector):
    return sum(one["locks"] for one in connector.state()["limits"].values())


def with_fields(connector):
    """A mapped field, so that each person takes a call."""
    return connector.stream(mapping=[{"column": "First_Name", "field": "First Name"}])


@pytest.mark.slow
def test_a_spent_day_is_acknowledged_carried_on_the_next_and_first_in_it(connector, source, clock):
    with_fields(connector).set(share_of_limit=0.01)
    spend(connector, clock, A_DAY - 30)
    source.state({})
    for number in range(50):
        source.record(number, f"p{number:04}@new.example.com", First_Name="P")
    said = write(connector, source.complete())
    assert said.code == 0, said.text
    assert len(said.of("STATE")) == 2, "acknowledged: the rest is in the ledger"
    assert (written(connector), locks(connector)) == (30, 0)
    assert "20 postponed(budget_spent), 30 written" in said.logs
    assert "Waiting in the ledger for the next run: 20 calls (listsubscribe 20), at least" in said.logs
    assert "Calls of listsubscribe: 30 spent, 0 of our share left." in said.logs
    clock.pass_by(DAY)
    source.state().record(9999, "new@new.example.com", First_Name="N").complete()
    connector.emulator.clear_requests()
    said = write(connector, source)
    assert said.code == 0, said.text
    assert "Forecast: what earlier runs left takes 20 calls (listsubscribe 20)" in said.logs
    assert (written(connector), locks(connector)) == (50, 0)
    assert [one["path"].rsplit("/", 1)[1] for one in connector.calls(writes=True)] == ["listsubscribe"] * 21
    assert "new@new.example.com" in connector.members()


@pytest.mark.slow
def test_stop_ends_at_a_spent_day_and_the_next_run_goes_on(connector, source, clock):
    with_fields(connector).set(share_of_limit=0.01, when_budget_is_spent="stop")
    spend(connector, clock, A_DAY - 3)
    said = write(connector, people(source.state({}), range(5)).complete())
    assert (said.code, said.error["failure_type"]) == (1, "transient_error")
    assert "when_budget_is_spent is stop" in said.error["message"]
    assert (len(said.of("STATE")), written(connector)) == (1, 3)
    clock.pass_by(DAY)
    assert write(connector, people(source.state({}), range(5)).complete()).code == 0
    assert written(connector) == 5


def spend(connector, clock, calls):
    """Earlier runs of this account made so many calls today, spread over its hours."""
    from mailsync.ledger.budget import Budget
    from mailsync.membership.tool import Window

    windows = {"listsubscribe": (Window(500, MINUTE), Window(12_500, 3600.0), Window(75_000, DAY))}
    ledger = Ledger.open(connector.config["ledger"]["path"], clock=clock)
    budget = Budget(ledger, account(connector), windows, share=0.01, clock=clock)
    for _ in range(calls):
        budget.reserve("listsubscribe")
    ledger.close()


def account(connector):
    from destination_campaigns.config import parse_config

    return parse_config(connector.config).settings.account


def test_what_the_source_announces_is_priced_before_the_first_write(connector, source):
    source.say(
        {"type": "TRACE", "trace": {"type": "ESTIMATE", "emitted_at": 1, "estimate": {"name": "Leads", "type": "STREAM", "row_estimate": 9000}}}
    )
    said = write(connector, people(source.state({}), range(2)).complete())
    assert said.code == 0, said.text
    assert "Forecast: nothing is left from earlier runs. Today 67,500 calls of listsubscribe are left of our share." in said.logs
    assert "the source announces 9,000 records of Leads; if all are new, about 9,000 calls (listsubscribe 9,000), at least 19 minutes" in said.logs


@pytest.mark.slow
def test_two_syncs_and_another_program_on_one_account_reach_no_lock(connector, source, clock):
    """Two syncs share the ledger; the other program keeps to what our share leaves: fewer than a tenth of the minute's calls."""
    with_fields(connector)
    other = Source()
    for turn in range(2):
        for sync, said in (("one", source), ("two", other)):
            connector.emulator.edit("zoho_campaigns", op="foreign_calls", kind="listsubscribe", n=12)  # four times: 48 of the 50 that are not ours
            connector.set(sync_name=sync)
            said.state({} if turn == 0 else None)
            for number in range(150):
                said.record(f"{sync}{number}", f"p{sync}{number:04}@new.example.com", First_Name=f"P{turn}")
            answer = write(connector, said.complete())
            assert answer.code == 0, answer.text
    assert written(connector) == 300
    assert locks(connector) == 0
