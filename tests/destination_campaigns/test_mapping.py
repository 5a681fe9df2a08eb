"""The mapping is decided before the first write, and what cannot be mapped is refused by name."""

import pytest

from destination_campaigns.config import RecordOptions
from destination_campaigns.mapping import resolve
from mailsync.airbyte.catalog import parse_catalog
from mailsync.airbyte.options import Problems
from mailsync.errors import ConfigError

from .support import COLUMNS, FIELDS, a_catalog


def resolved(options=None, columns=COLUMNS):
    problems = Problems()
    mapping = resolve(parse_catalog(a_catalog(columns))["Leads"], options or RecordOptions(), FIELDS, problems)
    return mapping, problems.found


def without(*names):
    return {name: schema for name, schema in COLUMNS.items() if name not in names}


def test_columns_are_mapped_by_name_and_unmappable_ones_are_left_out():
    mapping, problems = resolved()
    assert problems == []
    assert [(pair.column, pair.field, pair.limit) for pair in mapping.pairs] == [
        ("Interests", "Interests", None), ("First_Name", "First Name", 10), ("Last_Name", "Last Name", 50),
    ]  # fmt: skip
    assert (mapping.address, mapping.opt_out, mapping.last_modified) == ("Email", "Email_Opt_Out", "Modified_Time")


@pytest.mark.parametrize(("column", "kind"), [("Owner", "type ownerlookup"), ("Modified_Time", "type Modified Time")])
def test_an_unmappable_type_is_refused_by_name_and_type(column, kind):
    _, problems = resolved(RecordOptions(mapping=((column, "Owner"),)))
    assert column in problems[0]
    assert kind in problems[0]


@pytest.mark.parametrize("kind", ["lookup", "multiuserlookup", "profileimage", "fileupload", "subform", "imageupload", "multiselectlookup"])
def test_every_type_without_text_is_refused(kind):
    columns = {**COLUMNS, "Odd": {"type": ["null", "string"], "x_data_type": kind}}
    _, problems = resolved(RecordOptions(mapping=(("Odd", "Last Name"),)), columns)
    assert f"Odd (type {kind})" in problems[0]


def test_an_unknown_field_is_refused_with_the_fields_there_are_unless_it_may_be_created():
    _, problems = resolved(RecordOptions(mapping=(("First_Name", "Nickname"),)))
    assert "'Nickname'" in problems[0]
    assert "First Name" in problems[0]
    mapping, problems = resolved(RecordOptions(mapping=(("First_Name", "Nickname"),), create_fields=True))
    assert (mapping.to_create, problems) == (("Nickname",), [])


def test_a_mapped_column_that_vanished_in_the_crm_is_a_warning():
    mapping, problems = resolved(RecordOptions(mapping=(("Gone", "Last Name"),)))
    assert problems == []
    assert "Gone" in mapping.warnings[0]
    assert mapping.pairs == ()


def test_a_stream_without_an_address_column_is_refused_by_name():
    _, problems = resolved(columns=without("Email"))
    assert "Leads has no e-mail column" in problems[0]


def test_the_first_address_column_is_taken_where_none_is_called_email():
    columns = {**without("Email"), "Secondary_Email": {"type": "string", "x_data_type": "email"}}
    assert resolved(columns=columns)[0].address == "Secondary_Email"


def test_a_missing_opt_out_column_is_refused_unless_confirmed():
    _, problems = resolved(columns=without("Email_Opt_Out"))
    assert "no_opt_out_field" in problems[0]
    mapping, problems = resolved(RecordOptions(no_opt_out_field=True), without("Email_Opt_Out"))
    assert (mapping.opt_out, problems) == (None, [])


def test_a_configured_opt_out_column_that_is_missing_is_refused_even_so():
    _, problems = resolved(RecordOptions(opt_out_field="Do_Not_Mail", no_opt_out_field=True))
    assert "Do_Not_Mail" in problems[0]


def test_missing_columns_of_every_option_are_named():
    _, problems = resolved(RecordOptions(required=("Nope",), last_contacted_field="Nope2", last_modified_field="Nope3", address_field="Nope4"))
    assert [name for name in ("Nope4", "Nope", "Nope2", "Nope3") if any(f" {name}," in problem for problem in problems)] == [
        "Nope4",
        "Nope",
        "Nope2",
        "Nope3",
    ]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"destination_sync_mode": "update"}, "'update'"),
        ({"generation_id": 5, "minimum_generation_id": 3}, "older generations"),
    ],
)
def test_a_catalog_that_asks_for_what_is_not_there_is_refused(change, named):
    with pytest.raises(ConfigError, match=named):
        parse_catalog(a_catalog(**change))


def test_a_stream_without_a_primary_key_is_refused():
    catalog = a_catalog()
    catalog["streams"][0]["stream"].pop("source_defined_primary_key")
    with pytest.raises(ConfigError, match="no primary key"):
        parse_catalog(catalog)
