"""Values that change without the record counting as changed."""

import pytest

DAY = 86400


@pytest.fixture
def formula(reader):
    """A formula of Leads in the emulated account."""
    schema = reader().discover()["Leads"]["json_schema"]["properties"]
    return next(name for name, one in schema.items() if one.get("x_data_type") == "formula")


def recalculate(emulator, ids, field):
    emulator.edit("zoho_crm", op="recalculate_formula", module="Leads", ids=ids, field=field)


def test_a_changed_formula_is_found_when_it_is_due_and_not_before(reader, emulator, formula):
    crm = reader(refresh_formulas_every_days=2)
    ids = sorted(crm.read("Leads").ids())[:3]
    before = {row["id"]: row for row in crm.read("Leads", state=[]).live()}
    recalculate(emulator, ids, formula)
    emulator.advance(DAY)
    assert crm.read("Leads").records() == []
    emulator.advance(2 * DAY)
    due = crm.read("Leads")
    assert due.ids() == set(ids)
    assert all(row != {**before[row["id"]], "_ab_cdc_cursor": row["_ab_cdc_cursor"]} for row in due.records())
    emulator.advance(3 * DAY)
    assert crm.read("Leads").records() == []


def test_without_the_option_nothing_is_read_again(reader, emulator, formula):
    crm = reader()
    ids = sorted(crm.read("Leads").ids())[:3]
    recalculate(emulator, ids, formula)
    emulator.advance(9 * DAY)
    output = crm.read("Leads")
    assert output.records() == []
    assert "formulas" not in output.states("Leads")[-1]


def test_a_record_created_after_the_last_look_is_shown_again_rather_than_missed(reader, emulator, formula):
    crm = reader(refresh_formulas_every_days=1)
    crm.read("Leads")
    new = emulator.edit("zoho_crm", op="create", module="Leads", record={"Last_Name": "New", "No_of_Employees": 5})["id"]
    emulator.advance(3600)
    assert crm.read("Leads").ids() == {new}
    recalculate(emulator, [new], formula)
    emulator.advance(2 * DAY)
    assert crm.read("Leads").ids() == {new}
