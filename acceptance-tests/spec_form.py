"""The rules of Airbyte's configuration form, as functions over a `connectionSpecification`. Each yields a sentence per breach.

Part of these were checks of Airbyte's retired acceptance test and have no successor in its test kit; the rest are what its form can draw.
"""

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft7Validator, ValidationError

FORBIDDEN = (
    *("$ref", "anyOf", "allOf", "not", "if", "then", "else", "patternProperties", "prefixItems"),
    *("dependentSchemas", "dependentRequired", "dependencies", "unevaluatedProperties", "contains"),
)
SCALARS = {"string", "number", "integer", "boolean"}
DATE = "^[0-9]{2}-[0-9]{2}-[0-9]{4}$"
DATE_TIME = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
SECRET_NAME = re.compile(
    r"^(access_token|api_token|app_id|appid|certificate|client_secret|client_token|credentials|jwt|key|password|refresh_token|secret"
    r"|service_account(_info)?|tenant_id|token)$|(_token|_secret|password|api_key|apikey|secret_key|private_key|access_key)$"
)

Schema = dict[str, Any]


def nodes(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Every schema in a schema, with where it stands."""
    yield path or "(root)", schema
    for name, inner in (schema.get("properties") or {}).items():
        yield from nodes(inner, f"{path}.{name}".lstrip("."))
    for at, branch in enumerate(schema.get("oneOf") or ()):
        yield from nodes(branch, f"{path}[{at}]")
    if isinstance(schema.get("items"), dict):
        yield from nodes(schema["items"], f"{path}[]")


def fields(schema: Schema) -> Iterator[tuple[str, str, Schema]]:
    """(where, name, schema) of every property."""
    for path, node in nodes(schema):
        for name, inner in (node.get("properties") or {}).items():
            yield f"{path}.{name}".removeprefix("(root)."), name, inner


def main_type(node: Schema) -> Any:
    kind = node.get("type")
    return next((entry for entry in kind if entry != "null"), None) if isinstance(kind, list) else kind


def every_field_is_explained(spec: Schema) -> Iterator[str]:
    hidden = tuple(path for path, node in nodes(spec) if node.get("airbyte_hidden"))
    for where, _, node in fields(spec):
        if "const" in node or (hidden and where.startswith(hidden)):
            continue
        if not node.get("title") and not where.endswith("]"):
            yield f"{where} has no title"
        if not node.get("description") and "oneOf" not in node and not node.get("items"):
            yield f"{where} has no description"


def no_keyword_the_form_cannot_draw(spec: Schema) -> Iterator[str]:
    for path, node in nodes(spec):
        yield from (f"{path} uses {word}" for word in FORBIDDEN if word in node)
        if node.get("additionalProperties", True) is not True:
            yield f"{path} closes additionalProperties"


def order_is_unique_and_whole(spec: Schema) -> Iterator[str]:
    for path, node in nodes(spec):
        orders = [inner.get("order") for inner in (node.get("properties") or {}).values()]
        given = [order for order in orders if order is not None]
        if len(set(given)) < len(given):
            yield f"{path} gives one order twice"
        if given and len(given) < len(orders):
            yield f"{path} orders only some of its fields"


def groups_stand_at_the_top(spec: Schema) -> Iterator[str]:
    yield from (f"{path} has a group below the top" for path, node in nodes(spec) if "group" in node and ("." in path or "[" in path))


def choices_have_one_const(spec: Schema) -> Iterator[str]:
    for path, node in nodes(spec):
        if "oneOf" not in node:
            continue
        if node.get("type") != "object":
            yield f"{path} offers a choice and is no object"
        consts = [{name for name, inner in branch.get("properties", {}).items() if "const" in inner} for branch in node["oneOf"]]
        if any(len(names) != 1 for names in consts) or len(set.union(*consts)) != 1:
            yield f"{path}: its branches need exactly one shared constant"
            continue
        name = consts[0].pop()
        values = [branch["properties"][name]["const"] for branch in node["oneOf"]]
        if len(set(values)) < len(values):
            yield f"{path}: two branches have one constant"
        for at, branch in enumerate(node["oneOf"]):
            yield from _branch(f"{path}[{at}]", branch, branch["properties"][name])


def _branch(path: str, branch: Schema, constant: Schema) -> Iterator[str]:
    if branch.get("type") != "object" or not branch.get("title"):
        yield f"{path} is no object with a title"
    if constant.get("default", constant["const"]) != constant["const"]:
        yield f"{path}: default and constant differ"
    if constant.get("enum", [constant["const"]]) != [constant["const"]]:
        yield f"{path}: enum and constant differ"


def no_object_is_empty(spec: Schema) -> Iterator[str]:
    for path, node in nodes(spec):
        if main_type(node) == "object" and not node.get("properties") and not node.get("oneOf"):
            yield f"{path} is an object without fields"


def types_are_plain(spec: Schema) -> Iterator[str]:
    for path, node in nodes(spec):
        kind = node.get("type")
        if isinstance(kind, list) and (len(kind) != 2 or kind[1] != "null"):
            yield f"{path} has the type {kind}"
        if kind is None and "const" not in node:
            yield f"{path} has no type"


def array_items_are_drawable(spec: Schema) -> Iterator[str]:
    for path, node in nodes(spec):
        if main_type(node) != "array":
            continue
        items = node.get("items")
        if not isinstance(items, dict) or not (main_type(items) in {"object", "string", "number", "integer"} or "enum" in items):
            yield f"{path} is a list of something the form cannot draw"


def dates_have_their_pattern(spec: Schema) -> Iterator[str]:
    wanted = {"date": DATE, "date-time": DATE_TIME}
    for path, node in nodes(spec):
        form = node.get("format")
        if form in wanted and node.get("pattern") != wanted[form]:
            yield f"{path} has the format {form} without its pattern"
        if node.get("pattern") in wanted.values() and form not in wanted:
            yield f"{path} has a date's pattern without its format"


def secrets_are_marked(spec: Schema) -> Iterator[str]:
    for where, name, node in fields(spec):
        scalar = main_type(node) in SCALARS - {"boolean"}
        if scalar and SECRET_NAME.search(re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()) and "airbyte_secret" not in node:
            yield f"{where} looks like a secret and is not marked"
        if "airbyte_secret" in node and (not isinstance(node["airbyte_secret"], bool) or main_type(node) not in SCALARS):
            yield f"{where} is marked secret and is no scalar"


def display_types_are_for_choices(spec: Schema) -> Iterator[str]:
    for path, node in nodes(spec):
        if "display_type" in node and (node["display_type"] not in {"dropdown", "radio"} or "oneOf" not in node):
            yield f"{path} has a display_type that means nothing"


def enum_values_are_unique(spec: Schema) -> Iterator[str]:
    yield from (f"{path} lists a value twice" for path, node in nodes(spec) if len(set(map(str, node.get("enum", [])))) < len(node.get("enum", [])))


def flags_are_booleans(spec: Schema) -> Iterator[str]:
    for path, node in nodes(spec):
        yield from (
            f"{path}: {flag} is no boolean" for flag in ("airbyte_hidden", "multiline", "always_show") if not isinstance(node.get(flag, True), bool)
        )
        if "pattern_descriptor" in node and "pattern" not in node:
            yield f"{path} describes a pattern it does not have"


def required_fields_exist(spec: Schema) -> Iterator[str]:
    for path, node in nodes(spec):
        if isinstance(node.get("required", []), bool):
            yield f"{path}: required is no list"
            continue
        yield from (
            f"{path} requires {name}, which it does not have" for name in node.get("required", []) if name not in (node.get("properties") or {})
        )


def defaults_and_examples_are_valid(spec: Schema) -> Iterator[str]:
    for path, node in nodes(spec):
        shown = [*([node["default"]] if "default" in node else []), *node.get("examples", [])]
        for value in shown:
            try:
                Draft7Validator(node).validate(value)
            except ValidationError:
                yield f"{path} shows {value!r}, which it would refuse"


def it_is_a_draft_7_schema(spec: Schema) -> Iterator[str]:
    yield from (error.message for error in Draft7Validator(Draft7Validator.META_SCHEMA).iter_errors(spec))
    if spec.get("type") != "object" or not spec.get("title"):
        yield "the root is no object with a title"


RULES = (
    every_field_is_explained,
    no_keyword_the_form_cannot_draw,
    order_is_unique_and_whole,
    groups_stand_at_the_top,
    choices_have_one_const,
    no_object_is_empty,
    types_are_plain,
    array_items_are_drawable,
    dates_have_their_pattern,
    secrets_are_marked,
    display_types_are_for_choices,
    enum_values_are_unique,
    flags_are_booleans,
    required_fields_exist,
    defaults_and_examples_are_valid,
    it_is_a_draft_7_schema,
)
