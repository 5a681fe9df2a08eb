"""Every mistake in the configuration is named with what would be accepted, and all of them at once."""

import pytest

from destination_campaigns.config import parse_config
from destination_campaigns.spec import specification
from mailsync.errors import ConfigError

from .support import a_config


def problem_of(config):
    with pytest.raises(ConfigError) as caught:
        parse_config(config)
    return str(caught.value)


def with_system(**more):
    return a_config(system={**a_config()["system"], **more})


def with_stream(**more):
    return a_config(streams=[{"stream": "Leads", "list_name": "Newsletter", **more}])


def test_a_small_configuration_gets_the_defaults():
    config = parse_config(a_config())
    assert (config.share_of_limit, config.when_spent, config.return_after_removal, config.stream_statuses) == (0.9, "postpone", "once", "expected")
    assert config.streams[0].on_delete == "remove"
    assert config.streams[0].records.update_empty is True
    assert config.settings.api_url == "https://campaigns.zoho.eu"


@pytest.mark.parametrize(
    ("config", "named"),
    [
        (a_config(consent_confirmed=False), ["consent_confirmed must be true"]),
        (a_config(dry_run="yes"), ["dry_run must be true or false"]),
        (a_config(share_of_limit=1.5), ["share_of_limit", "0.99"]),
        (a_config(when_budget_is_spent="wait"), ["when_budget_is_spent", "postpone, stop"]),
        (a_config(ledger={"kind": "mysql"}), ["ledger.kind", "sqlite, postgresql"]),
        (a_config(ledger={"kind": "sqlite"}), ["ledger.path is missing"]),
        (a_config(ledger={"kind": "postgresql", "url": "mysql://x"}), ["postgresql://"]),
        (a_config(sync_name=""), ["sync_name is missing"]),
        (a_config(sync_name="a b"), ["sync_name may hold"]),
        (a_config(shre_of_limit=1), ["shre_of_limit is no option", "share_of_limit"]),
        (with_system(data_center="mars"), ["data_center", "'mars'", "eu"]),
        (with_system(client_secret=""), ["system.client_secret is missing"]),
        (with_system(name="mailchimp"), ["system.name", "zoho_campaigns"]),
        (with_system(base_urls={"api": "http://example.com"}), ["system.base_urls.api", "https"]),
        (with_stream(marketing_type="marketing"), ["streams[0].marketing_type cannot be fulfilled"]),
        (with_stream(lawful_basis="consent"), ["streams[0].lawful_basis cannot be fulfilled"]),
        (with_stream(on_delete="erase"), ["streams[0].on_delete", "remove, keep, suppress"]),
        (with_stream(list_name=""), ["streams[0] names no list"]),
        (with_stream(create_list=True), ["first_contact"]),
        (with_stream(mapping=[{"column": "A"}]), ["streams[0].mapping[0].field is missing"]),
        (with_stream(mapping=[{"column": "A", "field": "X"}, {"column": "B", "field": "x"}]), ["from two columns"]),
        (with_stream(list_nme="x"), ["streams[0].list_nme is no option"]),
        ("nonsense", ["The configuration must be an object"]),
    ],
)
def test_a_mistake_is_named_with_what_is_accepted(config, named):
    problem = problem_of(config)
    for part in named:
        assert part in problem


def test_all_mistakes_are_told_at_once_and_no_secret_is():
    problem = problem_of(with_system(data_center="mars") | {"consent_confirmed": False, "sync_name": ""})
    assert problem.count("\n- ") == 3
    assert "secret-0000" not in problem
    assert "1000.refresh" not in problem


def test_two_entries_of_one_stream_must_read_it_alike():
    entries = [{"stream": "Leads", "list_name": "A"}, {"stream": "Leads", "list_name": "B", "update_empty": False}]
    assert "otherwise than" in problem_of(a_config(streams=entries))


def test_secrets_are_known_the_database_password_too():
    config = parse_config(a_config(ledger={"kind": "postgresql", "url": "postgresql://u:pw-12345@h/l"}))
    assert {"secret-0000", "1000.refresh", "pw-12345"} <= set(config.secrets())
    assert "pw-12345" not in repr(config)


def walk(schema):
    yield schema
    for value in schema.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from walk(one)


def test_the_form_follows_airbytes_rules():
    form = specification()["connectionSpecification"]
    forbidden = {"anyOf", "allOf", "not", "if", "$ref", "patternProperties", "minItems"}
    for node in walk(form):
        if isinstance(node.get("type"), str):
            assert not forbidden & set(node)
            assert node.get("additionalProperties", True) is True
        for branch in node.get("oneOf", []):
            assert branch["type"] == "object"
            assert branch["title"]
            assert sum("const" in one for one in branch["properties"].values()) == 1
        properties = node.get("properties") if isinstance(node.get("properties"), dict) and node.get("type") == "object" else {}
        orders = [one["order"] for one in properties.values() if "order" in one]
        assert len(orders) == len(set(orders))
        for name, one in properties.items():
            if name.endswith(("_token", "_secret", "url")) and one.get("type") == "string":
                assert one["airbyte_secret"] is True
