"""Values that change without the record counting as changed."""

import pytest

DAY = 86400
pytestmark = pytest.mark.needs("formulas")


@pytest.fixture
def formula(reader, crm):
    """A formula of Leads in the emulated account."""
    schema = reader().discover()[crm.people]["json_schema"]["properties"]
    return next(name for name, one in schema.items() if one.get("x_data_type") == "formula")


def recalculate(emulator, crm, ids, field):
    emulator.edit(crm.name, op="recalculate_formula", module=crm.people, ids=ids, field=field)


def test_a_changed_formula_is_found_when_it_is_due_and_not_before(reader, emulator, crm, formula):
    host = reader(refresh_formulas_every_days=2)
    ids = sorted(host.read(crm.people).ids())[:3]
    before = {row["id"]: row for row in host.read(crm.people, state=[]).live()}
    recalculate(emulator, crm, ids, formula)
    emulator.advance(DAY)
    assert host.read(crm.people).records() == []
    emulator.advance(2 * DAY)
    due = host.read(crm.people)
    assert due.ids() == set(ids)
    assert all(row != {**before[row["id"]], "_ab_cdc_cursor": row["_ab_cdc_cursor"]} for row in due.records())
    emulator.advance(3 * DAY)
    assert host.read(crm.people).records() == []


def test_without_the_option_nothing_is_read_again(reader, emulator, crm, formula):
    host = reader()
    ids = sorted(host.read(crm.people).ids())[:3]
    recalculate(emulator, crm, ids, formula)
    emulator.advance(9 * DAY)
    output = host.read(crm.people)
    assert output.records() == []
    assert "formulas" not in output.states(crm.people)[-1]


def test_a_record_created_after_the_last_look_is_shown_again_rather_than_missed(reader, emulator, crm, formula):
    host = reader(refresh_formulas_every_days=1)
    host.read(crm.people)
    new = emulator.edit(crm.name, op="create", module=crm.people, record={"Last_Name": "New", "No_of_Employees": 5})["id"]
    emulator.advance(3600)
    assert host.read(crm.people).ids() == {new}
    recalculate(emulator, crm, [new], formula)
    emulator.advance(2 * DAY)
    assert host.read(crm.people).ids() == {new}
