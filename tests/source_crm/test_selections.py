"""Which records are wanted: custom views and criteria, entered and left by every way there is."""

import pytest

from mailsync.criteria import COMPARATORS
from tests.source_crm.systems import CRMS

DAY = 86400


def select(crm, **selection):
    return {"selections": [{"module": crm.people, **selection}]}


def criterion(field, comparator, value=None):
    return {"field": field, "comparator": comparator, **({} if value is None else {"value": value})}


def people(emulator, crm):
    return emulator.state(crm.name)["modules"][crm.people]


def in_city(emulator, crm, city):
    return {key for key, one in people(emulator, crm).items() if one.get("City") == city}


def some_city(emulator, crm):
    return next(lead["City"] for lead in people(emulator, crm).values() if lead.get("City"))


@pytest.fixture
def town(emulator, crm):
    """Five leads in a town whose name needs every kind of escaping."""
    name = 'O\'Fallon \\ (East), "Side" Ünï 北京'
    ids = sorted(people(emulator, crm))[:5]
    for one in ids:
        emulator.edit(crm.name, op="update", module=crm.people, id=one, record={"City": name})
    emulator.advance(600)
    return name, set(ids)


@pytest.mark.parametrize("bulk_from_rows", [0, 10_000])
def test_criteria_take_any_value_by_bulk_and_by_query_alike(reader, crm, town, bulk_from_rows):
    name, ids = town
    output = reader(**select(crm, criteria=[criterion("City", "equal", name)]), bulk_from_rows=bulk_from_rows).read(crm.people)
    assert output.ids() == ids
    assert not output.errors()


@pytest.mark.parametrize("crm", [CRMS["zoho_crm"]])
@pytest.mark.parametrize("comparator", COMPARATORS)
def test_bulk_and_query_agree_on_every_comparator(reader, emulator, crm, comparator):
    rows = people(emulator, crm)
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
    found = [reader(**select(crm, criteria=criteria), bulk_from_rows=rows_).read(crm.people) for rows_ in (1, 10**6)]
    assert found[0].errors() == found[1].errors() == []
    assert found[0].ids() == found[1].ids()


def test_all_or_any_of_the_criteria(reader, emulator, crm):
    city = some_city(emulator, crm)
    parts = [criterion("City", "equal", city), criterion("Email", "is_not_empty")]
    together = reader(**select(crm, criteria=parts)).read(crm.people).ids()
    either = reader(**select(crm, criteria=parts, match="any")).read(crm.people).ids()
    with_mail = {key for key, one in people(emulator, crm).items() if one.get("Email")}
    assert together == in_city(emulator, crm, city) & with_mail
    assert either == in_city(emulator, crm, city) | with_mail


def test_a_record_edited_out_of_the_criteria_leaves_and_edited_back_returns(reader, emulator, crm, town):
    name, ids = town
    host = reader(**select(crm, criteria=[criterion("City", "equal", name)]))
    host.read(crm.people)
    one = min(ids)
    emulator.advance(3600)
    emulator.edit(crm.name, op="update", module=crm.people, id=one, record={"City": "Elsewhere"})
    emulator.advance(3600)
    left = host.read(crm.people)
    assert left.gone() == {one: "left_selection"}
    assert left.live() == []
    emulator.edit(crm.name, op="update", module=crm.people, id=one, record={"City": name})
    emulator.advance(3600)
    back = host.read(crm.people)
    assert back.ids() == {one}
    assert back.gone() == {}


def test_a_custom_view_is_found_by_id_and_by_name(reader, emulator, crm):
    city = some_city(emulator, crm)
    view = emulator.edit(crm.name, op="create_view", module=crm.people, name="Our Town", criteria=vendor_criteria("City", city))["id"]
    assert reader(**select(crm, custom_view=view)).read(crm.people).ids() == in_city(emulator, crm, city)
    assert reader(**select(crm, custom_view="Our Town")).read(crm.people).ids() == in_city(emulator, crm, city)
    assert reader(**select(crm, custom_view=f"All {crm.people}")).read(crm.people).ids() == set(people(emulator, crm))


def vendor_criteria(field, value, comparator="equal"):
    return {"field": {"api_name": field}, "comparator": comparator, "value": value}


def test_a_view_that_bulk_read_refuses_is_read_otherwise(reader, emulator, crm):
    city = some_city(emulator, crm)
    emulator.edit(crm.name, op="create_view", module=crm.people, name="Not Bulk", criteria=vendor_criteria("City", city), bulk=False)
    output = reader(**select(crm, custom_view="Not Bulk"), bulk_from_rows=0).read(crm.people)
    assert output.ids() == in_city(emulator, crm, city)
    assert "CVID_NOT_SUPPORTED" in output.log()


def test_a_view_is_read_by_bulk_where_it_may(reader, emulator, crm):
    city = some_city(emulator, crm)
    emulator.edit(crm.name, op="create_view", module=crm.people, name="Bulk", criteria=vendor_criteria("City", city))
    output = reader(**select(crm, custom_view="Bulk"), bulk_from_rows=1).read(crm.people)
    assert output.ids() == in_city(emulator, crm, city)
    assert "COMPLETED" in output.log()


def test_an_edited_view_is_noticed_and_its_records_leave_and_come(reader, emulator, crm):
    first, second = sorted({lead["City"] for lead in people(emulator, crm).values() if lead.get("City")})[:2]
    emulator.edit(crm.name, op="create_view", module=crm.people, name="Town", criteria=vendor_criteria("City", first))
    host = reader(**select(crm, custom_view="Town"))
    assert host.read(crm.people).ids() == in_city(emulator, crm, first)
    emulator.advance(3600)
    emulator.edit(crm.name, op="edit_view", module=crm.people, view="Town", criteria=vendor_criteria("City", second))
    changed = host.read(crm.people)
    assert changed.ids() == in_city(emulator, crm, second)
    assert set(changed.gone()) == in_city(emulator, crm, first)
    assert set(changed.gone().values()) == {"left_selection"}
    assert host.read(crm.people).records() == []


def test_a_view_relative_to_today_loses_records_that_nobody_touched(reader, emulator, crm):
    soon = 30
    ids = sorted(people(emulator, crm))[:2]
    fresh = emulator.edit(crm.name, op="create", module=crm.people, record={"Last_Name": "Fresh", "Email": "fresh@example.org"})["id"]
    emulator.edit(
        crm.name, op="create_view", module=crm.people, name="New", criteria=vendor_criteria("Created_Time", f"${{NOW}}-{soon}", "greater_equal")
    )
    host = reader(**select(crm, custom_view="New"))
    before = host.read(crm.people)
    assert fresh in before.ids()
    assert not set(ids) & before.ids()
    emulator.advance((soon + 1) * DAY)
    after = host.read(crm.people)
    assert after.gone()[fresh] == "left_selection"


def test_a_record_deleted_from_a_view_is_deleted_and_not_left(reader, emulator, crm):
    city = some_city(emulator, crm)
    emulator.edit(crm.name, op="create_view", module=crm.people, name="Town", criteria=vendor_criteria("City", city))
    host = reader(**select(crm, custom_view="Town"))
    one = min(host.read(crm.people).ids())
    emulator.edit(crm.name, op="delete", module=crm.people, id=one)
    emulator.advance(3600)
    assert host.read(crm.people).gone() == {one: "deleted"}


def test_changing_the_selection_in_the_configuration_brings_the_difference(reader, emulator, crm, town):
    name, ids = town
    host = reader()
    everything = host.read(crm.people).ids()
    host.config = host.config | select(crm, criteria=[criterion("City", "equal", name)])
    narrowed = host.read(crm.people)
    assert set(narrowed.gone()) == everything - ids
    host.config = host.config | {"selections": []}
    assert host.read(crm.people).ids() == everything - ids


def test_a_missing_view_is_a_config_error_that_lists_the_views_there_are(reader, emulator, crm):
    host = reader(**select(crm, custom_view="No Such View"))
    (error, _) = host.read(crm.people, expecting_exception=True).errors()
    assert error["failure_type"] == "config_error"
    assert "No Such View" in error["message"]
    assert f"All {crm.people}" in error["message"]
    status = host.check()
    assert status.status.value == "FAILED"
    assert f"All {crm.people}" in status.message


def test_a_view_deleted_between_syncs_is_an_error_and_never_an_empty_view(reader, emulator, crm):
    city = some_city(emulator, crm)
    emulator.edit(crm.name, op="create_view", module=crm.people, name="Town", criteria=vendor_criteria("City", city))
    host = reader(**select(crm, custom_view="Town"))
    host.read(crm.people)
    emulator.edit(crm.name, op="delete_view", module=crm.people, view="Town")
    output = host.read(crm.people, expecting_exception=True)
    assert output.records() == []
    assert output.errors(crm.people)[0]["failure_type"] == "config_error"
    assert output.statuses(crm.people)[-1] == "INCOMPLETE"


def test_a_criteria_field_deleted_in_the_crm_is_a_config_error_that_names_it(reader, emulator, crm):
    emulator.edit(crm.name, op="add_field", module=crm.people, field="Wave", data_type="text")
    host = reader(**select(crm, criteria=[criterion("Wave", "equal", "7")]))
    host.read(crm.people)
    emulator.edit(crm.name, op="delete_field", module=crm.people, field="Wave")
    output = host.read(crm.people, expecting_exception=True)
    error = output.errors(crm.people)[0]
    assert error["failure_type"] == "config_error"
    assert "'Wave'" in error["message"]
    assert output.tombstones() == []


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        ({"criteria": [criterion("No_Such_Field", "equal", "x")]}, ["No_Such_Field", "City"]),
        ({"criteria": [criterion("Email_Opt_Out", "contains", "x")]}, ["Email_Opt_Out", "contains", "equal"]),
        ({"criteria": [criterion("Email_Opt_Out", "equal", "perhaps")]}, ["Email_Opt_Out", "true or false"]),
        ({"criteria": [criterion("No_of_Employees", "contains", "5")]}, ["No_of_Employees", "contains", "between"]),
        ({"criteria": [criterion("Created_Time", "between", "2021-01-01")]}, ["Created_Time", "between", "2"]),
        ({"custom_view": "Any", "criteria": [criterion("City", "equal", "x")]}, ["custom view", "criteria"]),
    ],
)
def test_a_selection_that_cannot_be_is_refused_by_check_in_words_that_help(reader, crm, selection, words):
    status = reader(**select(crm, **selection)).check()
    assert status.status.value == "FAILED"
    for word in words:
        assert word in status.message


def test_an_unknown_module_in_a_selection_is_refused_with_those_there_are(reader, crm):
    status = reader(selections=[{"module": "Newsletter"}]).check()
    assert "Newsletter" in status.message
    assert crm.people in status.message


@pytest.mark.parametrize("crm", [CRMS["zoho_crm"]])
@pytest.mark.parametrize(
    ("selection", "words"),
    [
        ({"criteria": [criterion("No_of_Employees", "equal", "many")]}, ["No_of_Employees", "number"]),
        ({"criteria": [criterion("City", "contains", "100%")]}, ["City", "%"]),
        ({"custom_view": "Converted Leads"}, ["Converted Leads", "Contacts"]),
    ],
)
def test_what_a_query_cannot_say_is_refused_by_check(reader, crm, selection, words):
    test_a_selection_that_cannot_be_is_refused_by_check_in_words_that_help(reader, crm, selection, words)


@pytest.mark.parametrize("crm", [CRMS["zoho_recruit"]])
def test_criteria_of_a_module_that_bulk_refuses_are_a_config_error(reader, crm):
    host = reader(selections=[{"module": "Notes", "criteria": [criterion("Note_Title", "starts_with", "Note")]}])
    error = host.read("Notes", expecting_exception=True).errors("Notes")[0]
    assert error["failure_type"] == "config_error"
    assert "lists know no criteria" in error["message"]
