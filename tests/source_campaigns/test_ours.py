"""An unsubscribe that our own sync made is marked so; the ledger's members are only read."""

import pytest
import sqlalchemy as sa

from mailsync.clock import SystemClock
from mailsync.ledger.engine import Ledger
from mailsync.ledger.members import save
from mailsync.ledger.schema import member, metadata, reservation
from mailsync.membership.model import MemberRow
from tests.source_campaigns.reader import kept

ACCOUNT = "zoho_campaigns:eu"


@pytest.fixture
def ledger(vendor, tmp_path):
    opened = Ledger.open(str(tmp_path / "ledger.db"), clock=SystemClock())
    yield opened
    opened.close()


@pytest.fixture
def account(reader, tmp_path, ledger):
    return reader(ledger={"kind": "sqlite", "path": str(tmp_path / "ledger.db")})


def removed(ledger, list_key, address, at, *, account=ACCOUNT, how="removed"):
    row = MemberRow(list=f"{account}/{list_key}", address=address, spelling=address, ours=1, removed=how, removed_at=at)
    with ledger.begin() as connection:
        save(ledger, connection, [row])


def rows_of(ledger):
    with ledger.begin() as connection:
        return {table.name: sorted(map(tuple, connection.execute(sa.select(table)))) for table in metadata.sorted_tables if table is not reservation}


def opted_out(account, name="Winter letter"):
    """The campaign, its list, and who left by it with when."""
    key = account.campaign(name)
    one = account.vendor()["campaigns"][key]
    return key, one["lists"][0], [(address, times[0]) for address, times in one["actions"]["optoutcontacts"].items()]


def test_without_a_ledger_nothing_is_said(reader):
    assert not [row for row in reader().read("responses", "contacts").records() if "is_ours" in row]


def test_our_own_removal_is_marked_and_a_persons_leaving_is_not(account, ledger):
    key, mailing_list, ((ours, at), (theirs, _)) = opted_out(account)
    removed(ledger, mailing_list, ours, at + 60)
    before = rows_of(ledger)
    output = account.read("responses", "contacts")
    marks = {
        row["address"].lower(): row["is_ours"] for row in output.live("responses") if row["action"] == "unsubscribed" and row["campaign_key"] == key
    }
    assert marks == {ours: True, theirs: False}
    assert {row["action"] for row in output.live("responses") if "is_ours" in row} == {"unsubscribed"}
    contacts = {row["address"].lower(): row.get("is_ours") for row in output.records("contacts") if row["list_key"] == mailing_list}
    assert contacts[ours] is True
    assert contacts[theirs] is False
    assert rows_of(ledger) == before


@pytest.mark.parametrize(
    ("change", "mark"),
    [
        ({}, True),
        ({"how": "crm_opt_out"}, True),
        ({"hours": 3}, False),
        ({"hours": -3}, False),
        ({"account": "zoho_campaigns:us"}, False),
        ({"list": "another"}, False),
        ({"address": "else@example.com"}, False),
    ],
)
def test_only_our_call_on_that_list_at_that_time_is_ours(account, ledger, change, mark):
    key, mailing_list, ((address, at), _) = opted_out(account)
    change = dict(change)
    when = at + 3600 * change.pop("hours", 0)
    removed(ledger, change.pop("list", mailing_list), change.pop("address", address), when, **change)
    rows = account.read("responses").live()
    (row,) = [row for row in rows if (row["campaign_key"], row["action"], row["address"].lower()) == (key, "unsubscribed", address)]
    assert row["is_ours"] is mark


def test_where_the_vendor_tells_no_time_the_ledger_decides(account, ledger):
    account.emulator.switch(zoho_campaigns_timelines="without_times")
    key, mailing_list, ((address, at), _) = opted_out(account)
    removed(ledger, mailing_list, address, at + 1e6)
    rows = [row for row in account.read("responses").live() if row["campaign_key"] == key and row["action"] == "unsubscribed"]
    assert {row["address"].lower(): row["is_ours"] for row in rows}[address] is True


def test_both_connectors_count_their_calls_in_one_ledger(account, ledger):
    account.read("responses", "lists")
    with ledger.begin() as connection:
        counted = dict(
            connection.execute(
                sa.select(reservation.c.endpoint, sa.func.sum(reservation.c.calls))
                .where(reservation.c.account == ACCOUNT)
                .group_by(reservation.c.endpoint)
            ).all()
        )
    calls = account.calls()
    assert counted == {method: calls.count(method) for method in set(calls)}


def test_a_ledger_of_thousands_of_members_marks_the_same(account, ledger):
    key, mailing_list, ((address, at), _) = opted_out(account)
    with ledger.begin() as connection:
        some = [
            MemberRow(list=f"{ACCOUNT}/{mailing_list}", address=f"m{number}@example.com", spelling="", ours=1, removed="removed", removed_at=at)
            for number in range(3000)
        ]
        save(ledger, connection, some)
    removed(ledger, mailing_list, address, at)
    whole = account.read("responses").live()
    assert [
        kept(row)["is_ours"] for row in whole if row["address"].lower() == address and row["action"] == "unsubscribed" and row["campaign_key"] == key
    ] == [True]
    assert member.name in rows_of(ledger)
