"""The configuration forms of both connectors, by the rules of Airbyte's form."""

import copy
import json
import os
import subprocess
from functools import cache

import pytest
import spec_form
from airbyte_connector import SCRIPTS, parsed

CONNECTORS = ("source-crm", "source-campaigns", "destination-campaigns", "destination-crm")


@cache
def specification(connector):
    done = subprocess.run([str(SCRIPTS / connector), "spec"], capture_output=True, text=True, timeout=60, check=True)
    (spec,) = parsed(done).of("SPEC")
    return spec


@pytest.mark.parametrize("rule", spec_form.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("connector", CONNECTORS)
def test_the_form_keeps_the_rule(connector, rule):
    assert list(rule(specification(connector)["connectionSpecification"])) == []


@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_destination_names_its_modes_and_a_source_its_documentation(connector):
    spec = specification(connector)
    assert spec["documentationUrl"].startswith("https://")
    if connector.startswith("destination-"):
        taken_away = {"overwrite"} if connector == "destination-campaigns" else set()  # what was written back stays
        assert set(spec["supported_destination_sync_modes"]) == {"append", "append_dedup"} | taken_away


@pytest.mark.parametrize("connector", CONNECTORS)
def test_paths_of_a_sign_in_form_exist(connector):
    """Only where a form offers to sign in; each path must lead to a field."""
    sign_in = specification(connector).get("advanced_auth")
    schema = specification(connector)["connectionSpecification"]
    places = {where for where, _, _ in spec_form.fields(schema)}
    outputs = (sign_in or {}).get("oauth_config_specification", {})
    paths = [
        ".".join(prop["path_in_connector_config"])
        for part in ("complete_oauth_output_specification", "complete_oauth_server_output_specification")
        for prop in outputs.get(part, {}).get("properties", {}).values()
    ]
    assert {path for path in paths if not any(place.replace("[0]", "") == path for place in places)} == set()


@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_specification_comes_without_the_framework(connector):
    """Nor with more than a quarter of the modules that importing it takes; `make bench` measures the time."""

    def imported(*command):
        done = subprocess.run(command, capture_output=True, check=True, timeout=60, text=True, env={**os.environ, "PYTHONPROFILEIMPORTTIME": "1"})
        return {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}

    ours = imported(str(SCRIPTS / connector), "spec")
    frameworks = imported(str(SCRIPTS / "python"), "-c", "import airbyte_cdk")
    assert "airbyte_cdk" in frameworks
    assert "airbyte_cdk" not in ours
    assert len(ours) <= len(frameworks) / 4


GOOD = {
    "type": "object",
    "title": "Toy",
    "required": ["since"],
    "properties": {
        "since": {
            "type": "string",
            "title": "Since",
            "description": "From when on.",
            "format": "date-time",
            "pattern": spec_form.DATE_TIME,
            "order": 0,
        },
        "system": {
            "type": "object",
            "title": "System",
            "order": 1,
            "oneOf": [
                {
                    "type": "object",
                    "title": name,
                    "properties": {
                        "name": {"type": "string", "const": name},
                        "refresh_token": {"type": "string", "title": "Token", "description": "A secret.", "airbyte_secret": True},
                    },
                }
                for name in ("one", "two")
            ],
        },
        "tags": {"type": "array", "title": "Tags", "description": "Some.", "items": {"type": "string"}, "order": 2},
    },
}
BREACHES = [
    ("every_field_is_explained", ("properties", "since", "title"), None),
    ("no_keyword_the_form_cannot_draw", ("properties", "since", "anyOf"), []),
    ("no_keyword_the_form_cannot_draw", ("additionalProperties",), False),
    ("order_is_unique_and_whole", ("properties", "tags", "order"), 1),
    ("order_is_unique_and_whole", ("properties", "tags", "order"), None),
    ("groups_stand_at_the_top", ("properties", "system", "oneOf", 0, "properties", "refresh_token", "group"), "a"),
    ("choices_have_one_const", ("properties", "system", "type"), "string"),
    ("choices_have_one_const", ("properties", "system", "oneOf", 1, "properties", "name", "const"), "one"),
    ("choices_have_one_const", ("properties", "system", "oneOf", 1, "properties", "refresh_token", "const"), "x"),
    ("choices_have_one_const", ("properties", "system", "oneOf", 1, "title"), None),
    ("choices_have_one_const", ("properties", "system", "oneOf", 1, "properties", "name", "default"), "one"),
    ("no_object_is_empty", ("properties", "tags"), {"type": "object"}),
    ("types_are_plain", ("properties", "tags", "type"), ["array", "string"]),
    ("array_items_are_drawable", ("properties", "tags", "items", "type"), "array"),
    ("dates_have_their_pattern", ("properties", "since", "pattern"), None),
    ("secrets_are_marked", ("properties", "system", "oneOf", 0, "properties", "refresh_token", "airbyte_secret"), None),
    ("secrets_are_marked", ("properties", "tags", "airbyte_secret"), True),
    ("display_types_are_for_choices", ("properties", "tags", "display_type"), "radio"),
    ("enum_values_are_unique", ("properties", "since", "enum"), ["a", "a"]),
    ("flags_are_booleans", ("properties", "since", "airbyte_hidden"), "yes"),
    ("required_fields_exist", ("required",), ["until"]),
    ("defaults_and_examples_are_valid", ("properties", "since", "default"), 7),
    ("it_is_a_draft_7_schema", ("properties", "since", "type"), "text"),
]


def test_a_good_form_breaks_no_rule():
    assert [breach for rule in spec_form.RULES for breach in rule(GOOD)] == []


@pytest.mark.parametrize(("rule", "place", "value"), BREACHES, ids=lambda part: part if isinstance(part, str) else None)
def test_each_rule_finds_its_breach(rule, place, value):
    broken = copy.deepcopy(GOOD)
    node = broken
    for step in place[:-1]:
        node = node[step]
    if value is None:
        del node[place[-1]]
    else:
        node[place[-1]] = value
    assert list(getattr(spec_form, rule)(broken)), json.dumps(broken)
