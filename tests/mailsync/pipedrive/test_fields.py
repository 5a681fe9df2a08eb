"""Columns of custom fields: readable, none twice, the same when a field is renamed; values decoded."""

from hypothesis import given
from hypothesis import strategies as st

from mailsync.pipedrive.fields import CODE, Field, bound, column_name, columns, json_schema
from mailsync.pipedrive.values import Customs, chosen

TYPES = ["varchar", "enum", "set", "monetary", "daterange", "address", "user", "double", "json", "date"]


def field(name, kind="varchar", *, code=None, labels=None):
    return Field(code or f"{abs(hash((name, kind))):040x}"[:40], name, kind, labels or {}, is_custom=True)


def test_a_column_reads_like_its_field_in_any_script():
    assert column_name("Newsletter opt-out (2026)") == "newsletter_opt_out_2026"
    assert column_name("会社規模") == "会社規模"
    assert column_name("  Größe, cm ") == "größe_cm"


def test_fields_of_one_name_and_names_that_are_taken_get_the_beginning_of_their_codes():
    rows = [field("Segment", code="aaaaaa1"), field("segment", code="bbbbbb2"), field("Name", code="cccccc3"), field("City", code="dddddd4")]
    assert [column.name for column in columns(rows, {"name"})] == ["segment_aaaaaa", "segment_bbbbbb", "name_cccccc", "city"]


def test_parts_that_collide_are_told_apart_too():
    rows = [field("Budget", "monetary", code="aaaaaa1"), field("Budget currency", code="bbbbbb2")]
    assert [column.name for column in columns(rows, ())] == ["budget_aaaaaa", "budget_aaaaaa_currency", "budget_currency_bbbbbb"]


@given(st.lists(st.tuples(st.text(max_size=6), st.sampled_from(TYPES)), max_size=30))
def test_no_column_is_there_twice(rows):
    known = [Field(f"{place:06x}" + "0" * 34, name, kind, {}, is_custom=True) for place, (name, kind) in enumerate(rows)]
    names = [column.name for column in columns(known, {"id", "name", "email"})]
    assert len(names) == len(set(names))
    assert not {"id", "name", "email", ""} & set(names)


def test_a_catalog_keeps_its_column_when_the_field_is_renamed():
    before = columns([field("City", code="aaaaaa1")], ())
    catalog = {column.name: json_schema(column) for column in before}
    after = columns([field("Town", code="aaaaaa1")], ())
    chosen_columns, gone = bound(catalog, after)
    assert [(column.name, column.field.name) for column in chosen_columns] == [("city", "Town")]
    assert gone == ()


def test_a_field_that_is_gone_is_named_and_one_that_is_new_waits_for_the_catalog():
    catalog = {"city": {CODE: "aaaaaa1"}, "id": {}}
    kept, gone = bound(catalog, columns([field("New", code="bbbbbb2")], ()))
    assert kept == ()
    assert gone == ("city",)


def test_values_are_decoded():
    rows = [
        field("Level", "enum", code="e1", labels={1: "Gold"}),
        field("Interests", "set", code="s1", labels={1: "Garden", 2: "Music"}),
        field("Budget", "monetary", code="m1"),
        field("Trip", "daterange", code="d1"),
        field("Home", "address", code="a1"),
        field("Manager", "user", code="u1"),
        field("Note", "varchar", code="v1"),
    ]
    record = {}
    Customs(columns(rows, ()), {7: "Ada"}).put(
        {
            "e1": 1, "s1": [2, 9], "m1": {"value": 5, "currency": "EUR"}, "d1": {"value": "2026-01-01", "until": "2026-01-02"},
            "a1": {"value": "x", "formatted_address": "Main Street 1"}, "u1": 7, "v1": None, "unknown": 3,
        },
        record,
    )  # fmt: skip
    assert record == {
        "level": "Gold", "interests": ["Music", "9"], "budget": 5, "budget_currency": "EUR", "trip": "2026-01-01", "trip_until": "2026-01-02",
        "home": "Main Street 1", "manager": "Ada",
    }  # fmt: skip


def test_the_first_address_or_the_primary_one():
    entries = [{"value": "first@example.com", "primary": False}, {"value": "second@example.com", "primary": True}]
    assert chosen(entries, primary=False) == "first@example.com"
    assert chosen(entries, primary=True) == "second@example.com"
    assert chosen([{"value": "", "primary": True}], primary=True) is None
    assert chosen(None, primary=False) is None
