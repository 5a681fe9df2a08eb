"""COQL text: nothing a user writes ends a literal, and nothing is chained flat."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsync.criteria import Criteria, Criterion
from mailsync.errors import ConfigError
from mailsync.zoho.criteria import all_of, bulk
from mailsync.zoho.fields import Field
from mailsync.zoho_crm import coql, criteria

FIELDS = {
    "City": Field("City", "City", "text", "text"),
    "Opt": Field("Opt", "Opt", "boolean", "boolean"),
    "Size": Field("Size", "Size", "integer", "integer"),
    "At": Field("At", "At", "datetime", "datetime"),
}


def unquoted(literal):
    """What a parser reads: an independent, character by character reading."""
    assert literal[0] == literal[-1] == "'"
    out, at = [], 1
    while at < len(literal) - 1:
        assert literal[at] != "'"
        at += literal[at] == "\\"
        out.append(literal[at])
        at += 1
    assert at == len(literal) - 1
    return "".join(out)


@given(st.text(max_size=40))
def test_any_text_is_one_literal(value):
    assert unquoted(coql.text(value)) == value


def test_conditions_are_nested_in_pairs():
    assert coql.both("a = 1", "b = 2", None, "c = 3") == "((a = 1 and b = 2) and c = 3)"
    assert coql.both(None, coql.EVERYTHING) == coql.EVERYTHING
    assert coql.either("a = 1", "b = 2") == "(a = 1 or b = 2)"


def test_ids_come_in_groups_of_a_hundred():
    where = coql.id_in([str(n) for n in range(250)])
    assert where.count("id in (") == 3
    assert where.count(" or ") == 2


@pytest.mark.parametrize(
    ("criterion", "meant"),
    [
        (Criterion("City", "equal", ("O'Hara's \\",)), "City = 'O\\'Hara\\'s \\\\'"),
        (Criterion("City", "contains", ("New York",)), "City like '%New York%'"),
        (Criterion("City", "not_contains", ("x",)), "City not like '%x%'"),
        (Criterion("City", "starts_with", ("x",)), "City like 'x%'"),
        (Criterion("City", "in", ("a b", "c")), "City in ('a b', 'c')"),
        (Criterion("City", "is_empty"), "City is null"),
        (Criterion("Opt", "equal", ("True",)), "Opt = true"),
        (Criterion("Size", "greater_equal", ("5",)), "Size >= 5"),
        (
            Criterion("At", "between", ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")),
            "At between '2026-01-01T00:00:00Z' and '2026-02-01T00:00:00Z'",
        ),
    ],
)
def test_a_criterion_in_coql(criterion, meant):
    assert criteria.coql(Criteria((criterion,)), FIELDS) == meant


def test_criteria_in_bulk_reads_words():
    one, two = Criterion("City", "is_empty"), Criterion("Opt", "equal", ("false",))
    assert bulk(Criteria((one,)), FIELDS, criteria.named) == {"field": {"api_name": "City"}, "comparator": "equal", "value": "${EMPTY}"}
    assert bulk(Criteria((one, two), "any"), FIELDS, criteria.named)["group_operator"] == "or"
    assert bulk(Criteria((two,)), FIELDS, criteria.named)["value"] is False
    assert all_of(None, None) is None


@pytest.mark.parametrize(
    "criterion",
    [
        Criterion("Gone", "equal", ("x",)),
        Criterion("Opt", "in", ("true",)),
        Criterion("City", "equal", ()),
        Criterion("City", "equal", ("a", "b")),
        Criterion("City", "in", tuple(map(str, range(101)))),
        Criterion("City", "starts_with", ("50%",)),
        Criterion("Size", "equal", ("many",)),
        Criterion("Size", "contains", ("5",)),
    ],
)
def test_what_cannot_be_said_is_refused_naming_the_field(criterion):
    with pytest.raises(ConfigError, match=criterion.field):
        criteria.coql(Criteria((criterion,)), FIELDS)
