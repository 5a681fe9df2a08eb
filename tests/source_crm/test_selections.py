"""Which records are wanted: custom views and criteria, entered and left by every way there is."""

import pytest

from mailsync.criteria import COMPARATORS

DAY = 86400


def select(**selection):
    return {"selections": [{"module": "Leads", **selection}]}


def criterion(field, comparator, value=None):
    return {"field": field, "comparator": comparator, **({} if value is None else {"value": value})}


def leads(emulator):
    return emulator.state("zoho_crm")["modules"]["Leads"]


def in_city(emulator, city):
    return {key for key, lead in leads(emulator).items() if lead.get("City") == city}


def some_city(emulator):
    return next(lead["City"] for lead in leads(emulator).values() if lead.get("City"))


@pytest.fixture
def town(emulator):
    """Five leads in a town whose name needs every kind of escaping."""
    name = 'O\'Fallon \\ (East), "Side" Ünï 北京'
    ids = sorted(leads(emulator))[:5]
    for one in ids:
        emulator.edit("zoho_crm", op="update", module="Leads", id=one, record={"City": name})
    emulator.advance(600)
    return name, set(ids)


@pytest.mark.parametrize("bulk_from_rows", [0, 10_000])
def test_criteria_take_any_value_by_bulk_and_by_query_alike(reader, town, bulk_from_rows):
    name, ids = town
    output = reader(**select(criteria=[criterion("City", "equal", name)]), bulk_from_rows=bulk_from_rows).read("Leads")
    assert output.ids() == ids
    assert not output.errors()


@pytest.mark.parametrize("comparator", COMPARATORS)
def test_bulk_and_query_agree_on_every_comparator(reader, emulator, comparator):
    rows = leads(emulator)
    cities = sorted({lead["City"] for lead in rows.values() if lead.get("City")})
    by_kind = {
        "in": ("City", f"{cities[0]}\n{cities[1]}"),
        "not_in": ("City", f"{cities[0]}\n{cities[1]}"),
        "between": ("Created_Time", "2021-01-01T00:00:00Z\n2023-06-30T00:00:00Z"),
        "not_between": ("Created_Time", "2021-01-01T00:00:00Z\n2023-06-30T00:00:00Z"),
        "is_empty": ("City", None),
        "is_not_empty": ("City", None),
    }
    ordered = comparator.startswith(("greater", "less"))
    field, value = by_kind.get(comparator) or (("No_of_Employees", "500") if ordered else ("City", cities[0][:4] if "_" in comparator else cities[0]))
    criteria = [criterion(field, comparator, value)]
    found = [reader(**select(criteria=criteria), bulk_from_rows=rows_).read("Leads") for rows_ in (1, 10**6)]
    assert found[0].errors() == found[1].errors() == []
    assert found[0].ids() == found[1].ids()


def test_all_or_any_of_the_criteria(reader, emulator):
    city = some_city(emulator)
    parts = [criterion("City", "equal", city), criterion("Email", "is_not_empty")]
    together = reader(**select(criteria=parts)).read("Leads").ids()
    either = reader(**select(criteria=parts, match="any")).read("Leads").ids()
    with_mail = {key for key, lead in leads(emulator).items() if lead.get("Email")}
    assert together == in_city(emulator, city) & with_mail
    assert either == in_city(emulator, city) | with_mail


def test_a_record_edited_out_of_the_criteria_leaves_and_edited_back_returns(reader, emulator, town):
    name, ids = town
    crm = reader(**select(criteria=[criterion("City", "equal", name)]))
    crm.read("Leads")
    one = min(ids)
    emulator.advance(3600)
    emulator.edit("zoho_crm", op="update", module="Leads", id=one, record={"City": "Elsewhere"})
    emulator.advance(3600)
    left = crm.read("Leads")
    assert left.gone() == {one: "left_selection"}
    assert left.live() == []
    emulator.edit("zoho_crm", op="update", module="Leads", id=one, record={"City": name})
    emulator.advance(3600)
    back = crm.read("Leads")
    assert back.ids() == {one}
    assert back.gone() == {}


def test_a_custom_view_is_found_by_id_and_by_name(reader, emulator):
    city = some_city(emulator)
    view = emulator.edit("zoho_crm", op="create_view", module="Leads", name="Our Town", criteria=vendor_criteria("City", city))["id"]
    assert reader(**select(custom_view=view)).read("Leads").ids() == in_city(emulator, city)
    assert reader(**select(custom_view="Our Town")).read("Leads").ids() == in_city(emulator, city)
    assert reader(**select(custom_view="All Leads")).read("Leads").ids() == set(leads(emulator))


def vendor_criteria(field, value, comparator="equal"):
    return {"field": {"api_name": field}, "comparator": comparator, "value": value}


def test_a_view_that_bulk_read_refuses_is_read_by_query(reader, emulator):
    city = some_city(emulator)
    emulator.edit("zoho_crm", op="create_view", module="Leads", name="Not Bulk", criteria=vendor_criteria("City", city), bulk=False)
    output = reader(**select(custom_view="Not Bulk"), bulk_from_rows=0).read("Leads")
    assert output.ids() == in_city(emulator, city)
    assert "CVID_NOT_SUPPORTED" in output.log()


def test_a_view_is_read_by_bulk_where_it_may(reader, emulator):
    city = some_city(emulator)
    emulator.edit("zoho_crm", op="create_view", module="Leads", name="Bulk", criteria=vendor_criteria("City", city))
    output = reader(**select(custom_view="Bulk"), bulk_from_rows=1).read("Leads")
    assert output.ids() == in_city(emulator, city)
    assert "COMPLETED" in output.log()


def test_an_edited_view_is_noticed_and_its_records_leave_and_come(reader, emulator):
    first, second = sorted({lead["City"] for lead in leads(emulator).values() if lead.get("City")})[:2]
    emulator.edit("zoho_crm", op="create_view", module="Leads", name="Town", criteria=vendor_criteria("City", first))
    crm = reader(**select(custom_view="Town"))
    assert crm.read("Leads").ids() == in_city(emulator, first)
    emulator.advance(3600)
    emulator.edit("zoho_crm", op="edit_view", module="Leads", view="Town", criteria=vendor_criteria("City", second))
    changed = crm.read("Leads")
    assert changed.ids() == in_city(emulator, second)
    assert set(changed.gone()) == in_city(emulator, first)
    assert set(changed.gone().values()) == {"left_selection"}
    assert crm.read("Leads").records() == []


def test_a_view_relative_to_today_loses_records_that_nobody_touched(reader, emulator):
    soon = 30
    ids = sorted(leads(emulator))[:2]
    fresh = emulator.edit("zoho_crm", op="create", module="Leads", record={"Last_Name": "Fresh", "Email": "fresh@example.org"})["id"]
    emulator.edit(
        "zoho_crm", op="create_view", module="Leads", name="New", criteria=vendor_criteria("Created_Time", f"${{NOW}}-{soon}", "greater_equal")
    )
    crm = reader(**select(custom_view="New"))
    before = crm.read("Leads")
    assert fresh in before.ids()
    assert not set(ids) & before.ids()
    emulator.advance((soon + 1) * DAY)
    after = crm.read("Leads")
    assert after.gone()[fresh] == "left_selection"


def test_a_record_deleted_from_a_view_is_deleted_and_not_left(reader, emulator):
    city = some_city(emulator)
    emulator.edit("zoho_crm", op="create_view", module="Leads", name="Town", criteria=vendor_criteria("City", city))
    crm = reader(**select(custom_view="Town"))
    one = min(crm.read("Leads").ids())
    emulator.edit("zoho_crm", op="delete", module="Leads", id=one)
    emulator.advance(3600)
    assert crm.read("Leads").gone() == {one: "deleted"}


def test_changing_the_selection_in_the_configuration_brings_the_difference(reader, emulator, town):
    name, ids = town
    crm = reader()
    everything = crm.read("Leads").ids()
    crm.config = crm.config | select(criteria=[criterion("City", "equal", name)])
    narrowed = crm.read("Leads")
    assert set(narrowed.gone()) == everything - ids
    crm.config = crm.config | {"selections": []}
    assert crm.read("Leads").ids() == everything - ids


def test_a_missing_view_is_a_config_error_that_lists_the_views_there_are(reader, emulator):
    crm = reader(**select(custom_view="No Such View"))
    (error, _) = crm.read("Leads", expecting_exception=True).errors()
    assert error["failure_type"] == "config_error"
    assert "No Such View" in error["message"]
    assert "All Leads" in error["message"]
    status = crm.check()
    assert status.status.value == "FAILED"
    assert "All Leads" in status.message


def test_a_view_deleted_between_syncs_is_an_error_and_never_an_empty_view(reader, emulator):
    city = some_city(emulator)
    emulator.edit("zoho_crm", op="create_view", module="Leads", name="Town", criteria=vendor_criteria("City", city))
    crm = reader(**select(custom_view="Town"))
    crm.read("Leads")
    emulator.edit("zoho_crm", op="delete_view", module="Leads", view="Town")
    output = crm.read("Leads", expecting_exception=True)
    assert output.records() == []
    assert output.errors("Leads")[0]["failure_type"] == "config_error"
    assert output.statuses("Leads")[-1] == "INCOMPLETE"


def test_a_criteria_field_deleted_in_the_crm_is_a_config_error_that_names_it(reader, emulator):
    emulator.edit("zoho_crm", op="add_field", module="Leads", field="Wave", data_type="text")
    crm = reader(**select(criteria=[criterion("Wave", "equal", "7")]))
    crm.read("Leads")
    emulator.edit("zoho_crm", op="delete_field", module="Leads", field="Wave")
    output = crm.read("Leads", expecting_exception=True)
    error = output.errors("Leads")[0]
    assert error["failure_type"] == "config_error"
    assert "'Wave'" in error["message"]
    assert output.tombstones() == []


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        ({"criteria": [criterion("No_Such_Field", "equal", "x")]}, ["No_Such_Field", "City"]),
        ({"criteria": [criterion("Email_Opt_Out", "contains", "x")]}, ["Email_Opt_Out", "contains", "equal"]),
        ({"criteria": [criterion("Email_Opt_Out", "equal", "perhaps")]}, ["Email_Opt_Out", "true or false"]),
        ({"criteria": [criterion("No_of_Employees", "equal", "many")]}, ["No_of_Employees", "number"]),
        ({"criteria": [criterion("City", "contains", "100%")]}, ["City", "%"]),
        ({"criteria": [criterion("Created_Time", "between", "2021-01-01")]}, ["Created_Time", "between", "2"]),
        ({"custom_view": "All Leads", "criteria": [criterion("City", "equal", "x")]}, ["custom view", "criteria"]),
        ({"custom_view": "Converted Leads"}, ["Converted Leads", "Contacts"]),
    ],
)
def test_a_selection_that_cannot_be_is_refused_by_check_in_words_that_help(reader, selection, words):
    status = reader(**select(**selection)).check()
    assert status.status.value == "FAILED"
    for word in words:
        assert word in status.message


def test_an_unknown_module_in_a_selection_is_refused_with_those_there_are(reader):
    status = reader(selections=[{"module": "Newsletter"}]).check()
    assert "Newsletter" in status.message
    assert "Leads" in status.message
