"""A record becomes a claim: address, opt-out, order, payload, tombstones, bad rows."""

import pytest

from destination_campaigns.claims import ClaimReader, comparable
from destination_campaigns.config import RecordOptions
from destination_campaigns.conversion import WrongType, as_text
from destination_campaigns.mapping import resolve
from mailsync.airbyte.catalog import parse_catalog
from mailsync.airbyte.options import Problems

from .support import COLUMNS, FIELDS, a_catalog


def a_reader(options=None, columns=COLUMNS):
    stream = parse_catalog(a_catalog(columns))["Leads"]
    problems = Problems()
    mapping = resolve(stream, options or RecordOptions(), FIELDS, problems)
    problems.raise_any()
    return ClaimReader(stream, mapping)


def record(**more):
    return {"id": "1", "_ab_cdc_cursor": 5, "Email": "ann@example.com", "First_Name": "Ann", "Last_Name": "Lee", **more}


def test_a_record_becomes_a_claim_with_the_fields_of_the_same_name():
    claim = a_reader().read(record(Interests=["a", "b"], Modified_Time="2024-01-01T00:00:00Z"))
    assert (claim.stream, claim.record_id, claim.cursor, claim.address, claim.opt_out) == ("Leads", "1", 5, "ann@example.com", False)
    assert claim.payload == {"First Name": "Ann", "Last Name": "Lee", "Interests": "a;b"}
    assert claim.order.last_modified == 1704067200.0
    assert claim.blocked is None


def test_a_column_declared_and_absent_is_empty_and_erases_the_field():
    assert a_reader().read({"id": "1", "Email": "a@example.com"}).payload == {"First Name": "", "Last Name": "", "Interests": ""}


def test_update_empty_off_leaves_the_field_alone():
    claim = a_reader(RecordOptions(update_empty=False)).read({"id": "1", "Email": "a@example.com", "Last_Name": "Lee"})
    assert claim.payload == {"Last Name": "Lee"}


@pytest.mark.parametrize(
    ("more", "blocked"),
    [
        ({"First_Name": "12345678901"}, "value_too_long"),
        ({"First_Name": {"an": "object"}}, "wrong_type"),
        ({"First_Name": [["nested"]]}, "wrong_type"),
        ({"Last_Name": None}, "required_field_empty"),
        ({"Last_Name": "  "}, "required_field_empty"),
        ({"First_Name": "Ann"}, None),
    ],
)
def test_a_bad_row_is_blocked_with_its_reason(more, blocked):
    assert a_reader(RecordOptions(required=("Last_Name",))).read(record(**more)).blocked == blocked


@pytest.mark.parametrize(
    ("given", "opted_out"), [(True, True), ("true", True), (False, False), (None, False), ("No", False), ("perhaps", True), (1, True), (0, False)]
)
def test_an_opt_out_that_nobody_can_read_counts(given, opted_out):
    assert a_reader().read(record(Email_Opt_Out=given)).opt_out is opted_out


def test_a_tombstone_carries_its_reason_and_its_heir():
    gone = {"id": "1", "_ab_cdc_cursor": 9, "_ab_cdc_deleted_at": "2024-01-01T00:00:00Z", "_ab_deletion_reason": "converted"}
    claim = a_reader().read({**gone, "_ab_heir_stream": "Contacts", "_ab_heir_id": "77"})
    assert (claim.tombstone.reason, claim.tombstone.heir, claim.cursor, claim.address) == ("converted", ("Contacts", "77"), 9, None)
    assert a_reader().read(gone).tombstone.heir is None


def test_an_address_that_is_empty_is_none_and_one_of_another_type_is_passed_on_as_invalid():
    assert a_reader().read(record(Email="  ")).address is None
    assert a_reader().read(record(Email=None)).address is None
    assert "@" not in a_reader().read(record(Email={"x": "a@example.com"})).address


def test_a_record_without_its_key_is_no_claim():
    assert a_reader().read({"Email": "a@example.com"}) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (3, "3"),
        (3.0, "3"),
        (2.5, "2.5"),
        (1e21, "1000000000000000000000"),
        (1e-7, "0.0000001"),
        ("a\nb", "a\nb"),
        ("a\x00b", "ab"),
        (["a", 1], "a;1"),
        ("2024-01-31", "2024-01-31"),
    ],
)
def test_values_become_text(value, text):
    assert as_text(value) == text


def test_an_object_has_no_text():
    with pytest.raises(WrongType):
        as_text({"a": 1})


def test_cursors_of_other_sources_are_ordered_by_time():
    assert comparable(7) == 7
    assert comparable("2024-01-01T00:00:00Z") < comparable("2024-01-01T01:00:00+00:00")
    assert comparable("2024-01-01T02:00:00+02:00") == comparable("2024-01-01T00:00:00Z")
    assert comparable("abc") is None
    assert comparable(None) is None
