"""Which records are wanted: custom views and criteria, entered and left by every way there is."""

import pytest

from mailsync.criteria import COMPARATORS
from tests.source_crm.systems import CRMS

DAY = 86400


def criterion(field, comparator, value=None):
    return {"field": field, "comparator": comparator, **({} if value is None else {"value": value})}


@pytest.fixture
def town(emulator, crm):
    """Five leads in a town whose name needs every kind of escaping."""
    name = 'O\'Fallon \\ (East), "Side" Ünï 北京'
    ids = sorted(crm.held(emulator))[:5]
    for one in ids:
        crm.move(emulator, one, name)
    emulator.advance(600)
    return name, set(ids)


@pytest.fixture(params=["criteria", "custom_view"])
def way(request, emulator, crm):
    """Each way to select who is in a city."""
    if request.param in crm.lacks:
        pytest.skip(f"{crm.name}: {crm.lacks[request.param]}")

    def select(city):
        if request.param == "criteria":
            return crm.select(criteria=[criterion("City", "equal", city)])
        crm.make_view(emulator, "Way", crm.where(city))
        return crm.select(custom_view="Way")

    return select


@pytest.mark.needs("criteria")
@pytest.mark.parametrize("bulk_from_rows", [0, 10_000])
def test_criteria_take_any_value_by_bulk_and_by_query_alike(reader, crm, town, bulk_from_rows):
    name, ids = town
    output = reader(**crm.select(criteria=[criterion("City", "equal", name)]), bulk_from_rows=bulk_from_rows).read(crm.people)
    assert output.ids() == ids
    assert not output.errors()


@pytest.mark.parametrize("crm", [CRMS["zoho_crm"]])
@pytest.mark.parametrize("comparator", COMPARATORS)
def test_bulk_and_query_agree_on_every_comparator(reader, emulator, crm, comparator):
    rows = crm.held(emulator)
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
    found = [reader(**crm.select(criteria=criteria), bulk_from_rows=rows_).read(crm.people) for rows_ in (1, 10**6)]
    assert found[0].errors() == found[1].errors() == []
    assert found[0].ids() == found[1].ids()


@pytest.mark.needs("criteria")
def test_all_or_any_of_the_criteria(reader, emulator, crm):
    city = crm.cities(emulator)[0]
    parts = [criterion("City", "equal", city), criterion("Email", "is_not_empty")]
    together = reader(**crm.select(criteria=parts)).read(crm.people).ids()
    either = reader(**crm.select(criteria=parts, match="any")).read(crm.people).ids()
    with_mail = {key for key, one in crm.held(emulator).items() if one.get("Email")}
    assert together == crm.in_city(emulator, city) & with_mail
    assert either == crm.in_city(emulator, city) | with_mail


def test_a_record_edited_out_of_the_selection_leaves_and_edited_back_returns(reader, emulator, crm, town, way):
    name, ids = town
    host = reader(**way(name))
    assert host.read(crm.people).ids() == ids
    one = min(ids)
    emulator.advance(3600)
    crm.move(emulator, one, "Elsewhere")
    emulator.advance(3600)
    left = host.read(crm.people)
    assert left.gone() == {one: "left_selection"}
    assert left.live() == []
    crm.move(emulator, one, name)
    emulator.advance(3600)
    back = host.read(crm.people)
    assert back.ids() == {one}
    assert back.gone() == {}


def test_a_custom_view_is_found_by_id_and_by_name(reader, emulator, crm):
    city = crm.cities(emulator)[0]
    view = crm.make_view(emulator, "Our Town", crm.where(city))
    assert reader(**crm.select(custom_view=view)).read(crm.people).ids() == crm.in_city(emulator, city)
    assert reader(**crm.select(custom_view="Our Town")).read(crm.people).ids() == crm.in_city(emulator, city)
    assert reader(**crm.select(custom_view=crm.everybody)).read(crm.people).ids() == set(crm.held(emulator))


@pytest.mark.needs("bulk")
def test_a_view_that_bulk_read_refuses_is_read_otherwise(reader, emulator, crm):
    city = crm.cities(emulator)[0]
    crm.make_view(emulator, "Not Bulk", crm.where(city), bulk=False)
    output = reader(**crm.select(custom_view="Not Bulk"), bulk_from_rows=0).read(crm.people)
    assert output.ids() == crm.in_city(emulator, city)
    assert "CVID_NOT_SUPPORTED" in output.log()


@pytest.mark.needs("bulk")
def test_a_view_is_read_by_bulk_where_it_may(reader, emulator, crm):
    city = crm.cities(emulator)[0]
    crm.make_view(emulator, "Bulk", crm.where(city))
    output = reader(**crm.select(custom_view="Bulk"), bulk_from_rows=1).read(crm.people)
    assert output.ids() == crm.in_city(emulator, city)
    assert "COMPLETED" in output.log()


def test_an_edited_view_is_noticed_and_its_records_leave_and_come(reader, emulator, crm):
    first, second, *_ = crm.cities(emulator)
    crm.make_view(emulator, "Town", crm.where(first))
    host = reader(**crm.select(custom_view="Town"))
    assert host.read(crm.people).ids() == crm.in_city(emulator, first)
    emulator.advance(3600)
    crm.edit(emulator, "edit_view", view="Town", criteria=crm.where(second))
    changed = host.read(crm.people)
    assert changed.ids() == crm.in_city(emulator, second)
    assert set(changed.gone()) == crm.in_city(emulator, first)
    assert set(changed.gone().values()) == {"left_selection"}
    assert host.read(crm.people).records() == []


def test_a_view_relative_to_today_loses_records_that_nobody_touched(reader, emulator, crm):
    soon = 30
    ids = sorted(crm.held(emulator))[:2]
    fresh = crm.new(emulator)
    crm.make_view(emulator, "New", crm.created_since(soon))
    host = reader(**crm.select(custom_view="New"))
    before = host.read(crm.people)
    assert fresh in before.ids()
    assert not set(ids) & before.ids()
    emulator.advance((soon + 1) * DAY)
    after = host.read(crm.people)
    assert after.gone()[fresh] == "left_selection"


def test_a_record_deleted_from_a_view_is_deleted_and_not_left(reader, emulator, crm):
    city = crm.cities(emulator)[0]
    crm.make_view(emulator, "Town", crm.where(city))
    host = reader(**crm.select(custom_view="Town"))
    one = min(host.read(crm.people).ids())
    crm.edit(emulator, "delete", id=one)
    emulator.advance(3600)
    assert host.read(crm.people).gone() == {one: "deleted"}


def test_changing_the_selection_in_the_configuration_brings_the_difference(reader, emulator, crm, town, way):
    name, ids = town
    host = reader()
    everything = host.read(crm.people).ids()
    host.config = host.config | way(name)
    narrowed = host.read(crm.people)
    assert set(narrowed.gone()) == everything - ids
    host.config = host.config | {"selections": []}
    assert host.read(crm.people).ids() == everything - ids


def test_a_missing_view_is_a_config_error_that_lists_the_views_there_are(reader, emulator, crm):
    host = reader(**crm.select(custom_view="No Such View"))
    (error, _) = host.read(crm.people, expecting_exception=True).errors()
    assert error["failure_type"] == "config_error"
    assert "No Such View" in error["message"]
    assert crm.everybody in error["message"]
    status = host.check()
    assert status.status.value == "FAILED"
    assert crm.everybody in status.message


def test_a_view_deleted_between_syncs_is_an_error_and_never_an_empty_view(reader, emulator, crm):
    for reading in crm.gone_view_readings:
        emulator.reset()
        emulator.switch(**reading)
        crm.make_view(emulator, "Town", crm.where(crm.cities(emulator)[0]))
        host = reader(**crm.select(custom_view="Town"))
        assert host.read(crm.people).ids()
        crm.edit(emulator, "delete_view", view="Town")
        output = host.read(crm.people, expecting_exception=True)
        assert output.records() == []
        (error,) = output.errors(crm.people)
        assert error["failure_type"] == "config_error"
        assert "Town" in error["message"] or crm.name != "pipedrive"
        assert output.statuses(crm.people)[-1] == "INCOMPLETE"


@pytest.mark.needs("criteria")
def test_a_criteria_field_deleted_in_the_crm_is_a_config_error_that_names_it(reader, emulator, crm):
    emulator.edit(crm.name, op="add_field", module=crm.people, field="Wave", data_type="text")
    host = reader(**crm.select(criteria=[criterion("Wave", "equal", "7")]))
    host.read(crm.people)
    emulator.edit(crm.name, op="delete_field", module=crm.people, field="Wave")
    output = host.read(crm.people, expecting_exception=True)
    error = output.errors(crm.people)[0]
    assert error["failure_type"] == "config_error"
    assert "'Wave'" in error["message"]
    assert output.tombstones() == []


@pytest.mark.needs("criteria")
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
    status = reader(**crm.select(**selection)).check()
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
