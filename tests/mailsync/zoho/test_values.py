"""One canonical value, whichever way the vendor spelled it."""

import orjson
import pytest

from mailsync.instants import instant
from mailsync.zoho.fields import Field, has_a_column, json_schema, parse_fields
from mailsync.zoho.values import Canonical, boolean, choices_of, integer, number, reference, tags


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("2026-03-09T08:05:00+01:00", "2026-03-09T07:05:00Z"),
        ("2026-07-09T08:05:00+02:00", "2026-07-09T06:05:00Z"),
        ("2026-03-09T08:05:07+05:30", "2026-03-09T02:35:07Z"),
        ("2026-03-09T00:10:00+05:45", "2026-03-08T18:25:00Z"),
        ("2026-03-09T23:05:00-03:00", "2026-03-10T02:05:00Z"),
        ("2026-03-09T08:05:00Z", "2026-03-09T08:05:00Z"),
        ("2026-03-09T08:05:00.123+00:00", "2026-03-09T08:05:00Z"),
        ("2026-03-09T08:05:00", "2026-03-09T08:05:00Z"),
        ("not a time", "not a time"),
    ],
)
def test_an_instant_is_utc_whichever_offset_it_came_with_and_however_often(given, meant):
    assert [instant(given), instant(given)] == [meant, meant]


def test_remembered_hours_do_not_mix_offsets_or_minutes():
    assert instant("2026-03-09T08:00:00+01:00") == "2026-03-09T07:00:00Z"
    assert instant("2026-03-09T08:59:59+01:00") == "2026-03-09T07:59:59Z"
    assert instant("2026-03-09T08:59:59+02:00") == "2026-03-09T06:59:59Z"
    assert instant("2026-03-09T08:15:00+05:30") == "2026-03-09T02:45:00Z"
    assert instant("2026-03-09T08:45:00+05:30") == "2026-03-09T03:15:00Z"


def test_numbers_are_the_same_from_json_and_from_text():
    for from_json, text in [(3, "3"), (3.0, "3.00"), (1200.5, "1200.50"), (0, "0"), (-0.25, "-0.25"), (1e20, "1e20"), (771722.98, "771722.98")]:
        assert orjson.dumps(number(from_json)) == orjson.dumps(number(text))
    assert number("") is None
    assert number("1e999") is None
    assert number("nan") is None
    assert integer("7") == 7
    assert integer("7.0") == 7
    assert integer("seven") is None


def test_booleans_are_the_same_from_json_and_from_text():
    assert [boolean(value) for value in (True, "true", "TRUE", "1", False, "false", "0", "maybe")] == [
        True,
        True,
        True,
        True,
        False,
        False,
        False,
        None,
    ]


def test_references_keep_the_id_alone():
    assert reference({"id": "5", "name": "Ada", "email": "ada@example.org"}) == reference("5") == {"id": "5"}
    assert reference({"id": 5}) == {"id": "5"}
    assert reference({"name": "nobody"}) is None


@pytest.mark.parametrize("joined", ["Books,Music; Film", "Music; Film,Books", ["Music; Film", "Books"], "Books;Music; Film", "Music; Film;Books"])
def test_a_multi_select_is_cut_by_the_known_choices_and_stands_in_their_order(joined):
    assert choices_of(["Books", "Music; Film", "Music"])(joined) == ["Books", "Music; Film"]


def test_an_unknown_choice_is_kept_and_stands_last():
    convert = choices_of(["Books"])
    assert convert("Opera,Books") == convert(["Opera", "Books"]) == ["Books", "Opera"]
    assert convert("") is None


def test_tags_are_their_names_sorted():
    assert tags([{"name": "vip", "id": "1"}, {"name": "berlin", "id": "2"}]) == tags("vip,berlin") == tags(["vip", "berlin"]) == ["berlin", "vip"]


def test_a_row_of_objects_and_a_row_of_cells_become_the_same_bytes_in_the_same_order():
    fields = [
        Field("id", "Id", "bigint", "bigint"),
        Field("Last_Name", "Name", "text", "text"),
        Field("Owner", "Owner", "ownerlookup", "ownerlookup"),
        Field("Score", "Score", "formula", "double"),
        Field("Opt", "Opt", "boolean", "boolean"),
        Field("Big", "Big", "bigint", "bigint"),
    ]
    canonical = Canonical(fields)
    row = {"Opt": False, "$state": "save", "Big": 9007199254740993, "Score": 4.0, "Owner": {"name": "A", "id": "9"}, "Last_Name": "a\nb", "id": "1"}
    cells = canonical.from_cells(["Score", "Id", "Last_Name", "Owner", "Opt", "Big", "Unknown"])(
        ["4.00", "1", "a\nb", "9", "false", "9007199254740993", "x"]
    )
    assert orjson.dumps(canonical.from_json(row)) == orjson.dumps(cells)
    assert list(cells) == ["id", "Last_Name", "Owner", "Score", "Opt", "Big"]


def test_empty_and_absent_values_are_left_out_alike():
    canonical = Canonical([Field("id", "Id", "bigint", "bigint"), Field("A", "A", "text", "text"), Field("B", "B", "date", "date")])
    assert canonical.from_json({"id": "1", "A": "", "B": None}) == canonical.from_cells(["id", "A", "B"])(["1", "", ""]) == {"id": "1"}


def test_text_that_comes_as_something_else_becomes_the_text_that_csv_holds():
    canonical = Canonical([Field("id", "Id", "bigint", "bigint"), Field("A", "A", "newtype", "newtype")])
    for odd, text in [(5, "5"), (True, "true"), ({"id": "7", "name": "x"}, "7"), (["a", "b"], "a,b")]:
        assert canonical.from_json({"id": "1", "A": odd})["A"] == text


def test_fields_of_metadata_know_their_shape():
    rows = [
        {"api_name": "Last_Name", "field_label": "Last Name", "data_type": "text", "json_type": "string"},
        {"api_name": "id", "data_type": "bigint", "json_type": "string"},
        {"api_name": "F", "data_type": "formula", "json_type": "double", "formula": {"return_type": "datetime"}},
        {"api_name": "R", "data_type": "rollup_summary", "json_type": "integer"},
        {"api_name": "Tag", "data_type": "text", "json_type": "jsonarray"},
        {"api_name": "Long", "data_type": "textarea", "json_type": "string", "textarea": {"type": "rich_text"}},
        {"api_name": "Sub", "data_type": "subform", "json_type": "jsonarray"},
        {"api_name": "M", "data_type": "multiselectpicklist", "json_type": "jsonarray", "pick_list_values": [{"actual_value": "x"}]},
    ]
    fields = {field.api_name: field for field in parse_fields(rows)}
    assert next(iter(fields)) == "id"
    assert (fields["F"].value_type, fields["R"].value_type, fields["Tag"].value_type) == ("datetime", "integer", "tags")
    assert fields["Long"].is_rich_text
    assert not has_a_column(fields["Sub"])
    assert fields["M"].picklist == ("x",)


def test_a_property_is_nullable_open_titled_and_names_the_vendors_type():
    for kind in ("text", "double", "boolean", "datetime", "multiselectpicklist", "lookup", "something new"):
        schema = json_schema(Field("A", "Label", kind, kind))
        assert schema["type"][0] == "null"
        assert (schema["title"], schema["x_data_type"]) == ("Label", kind)
        assert not {"enum", "maxLength"} & set(schema)
