"""What COQL refuses although it parses: limits, unknown columns, columns that cannot be selected or compared (docs/systems/zoho_crm.md#coql)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulators.zoho_crm.coql.tree import Query
from emulators.zoho_crm.criteria import BadValue, Node, UnknownPath, native, tests
from emulators.zoho_crm.errors import CrmError
from emulators.zoho_crm.fields import NUMBER_TYPES, Field
from emulators.zoho_crm.state import Crm, Module, ModuleNames

MAX_ROWS = 2000
MAX_REACH = 100_000
MAX_CRITERIA = 25
MAX_VALUES = 100
MAX_ORDER, MAX_GROUP, MAX_AGGREGATES = 10, 4, 5
MAX_JOINS, MAX_SELECT_JOINS = 5, 15
NOT_SELECTABLE = frozenset({"imageupload", "multiselectlookup", "multiuserlookup", "subform", "address"})
_TEXT_ONLY = frozenset({"contains", "not_contains", "starts_with", "ends_with"})
_NO_TEXT = frozenset({"boolean", "datetime", "date", "integer", "double", "currency", "percent", "bigint"})


def invalid_query(reason: str, clause: str, **details: Any) -> CrmError:
    """A query that parses and means nothing."""
    return CrmError(400, "INVALID_QUERY", "invalid query formed", reason=reason, clause=clause, **details)


def exceeded(limit: int, clause: str) -> CrmError:
    """Too many of something."""
    return CrmError(400, "LIMIT_EXCEEDED", f"the {clause} clause exceeds its limit", limit=limit, clause=clause)


def check(query: Query, crm: Crm, module: Module) -> None:
    """Raise the first rule that the query breaks."""
    _check_shape(query, crm)
    _check_counts(query, crm)
    names = crm.names(module)
    for column in query.columns:
        field = _resolved(names, column.path, "select")
        if field.data_type in NOT_SELECTABLE or (field.data_type == "fileupload" and crm.reading("coql_file_upload") == "refused"):
            raise invalid_query("column given is not supported", "select", column_name=column.path)
        if column.function in {"SUM", "AVG"} and field.value_type not in NUMBER_TYPES:
            raise invalid_query("aggregate function is not supported for the column", "select", column_name=column.path)
    if query.where:
        _check_where(query.where, crm, names)
    known = {column.name for column in query.columns}
    for order in query.order_by:
        if order.name not in known:
            _check_changed_log(crm, _resolved(names, order.name, "order by"), "order by")
    for path in query.group_by:
        _resolved(names, path, "group by")


def _check_shape(query: Query, crm: Crm) -> None:
    if query.where is None and crm.reading("coql_where") == "required":
        raise CrmError(400, "SYNTAX_ERROR", "missing clause", clause="where", near=query.source, line=1, column=0)
    if query.has_flat_chain and crm.reading("coql_chain") == "pairs_only":
        raise CrmError(400, "SYNTAX_ERROR", "error occurred while parsing the query", clause="where", near="and", line=1, column=0)
    aliases = [column.alias for column in query.columns if column.alias]
    if len(aliases) != len(set(aliases)):
        raise CrmError(400, "DUPLICATE_ALIAS", "duplicate alias", clause="select")
    names = [column.name for column in query.columns]
    if len(names) != len(set(names)):
        raise CrmError(400, "DUPLICATE_DATA", "duplicate column", clause="select")


def _check_counts(query: Query, crm: Crm) -> None:
    most = int(crm.reading("coql_selected_fields"))
    counts = (
        (len(query.columns), most, "select"),
        (len(query.order_by), MAX_ORDER, "order by"),
        (len(query.group_by), MAX_GROUP, "group by"),
        (sum(column.function is not None for column in query.columns), MAX_AGGREGATES, "aggregate"),
        (len({column.path.split(".")[0] for column in query.columns if "." in column.path}), MAX_SELECT_JOINS, "select join"),
        (query.limit, MAX_ROWS, "limit"),
        (query.limit + query.offset, MAX_REACH, "offset"),
    )
    for count, limit, clause in counts:
        if count > limit:
            raise exceeded(limit, clause)


def _check_where(where: Node, crm: Crm, names: ModuleNames) -> None:
    compared = tests(where)
    if len(compared) > MAX_CRITERIA:
        raise exceeded(MAX_CRITERIA, "where")
    if len({test.path.split(".")[0] for test in compared if "." in test.path}) > MAX_JOINS:
        raise exceeded(MAX_JOINS, "join")
    for test in compared:
        field = _resolved(names, test.path, "where")
        _check_changed_log(crm, field, "where")
        _check_comparable(crm, field)
        if test.op in _TEXT_ONLY and field.value_type in _NO_TEXT:
            raise invalid_query("operator given is not supported for the column", "where", column_name=test.path)
        if isinstance(test.value, list) and test.op in {"in", "not_in"} and len(test.value) > MAX_VALUES:
            raise exceeded(MAX_VALUES, "in")
        _check_value(lambda value, field=field: native(field, value, names), test.op, test.value, test.path)  # type: ignore[misc]


def _check_value(convert: Callable[[Any], Any], op: str, value: Any, path: str) -> None:
    if op in _TEXT_ONLY or op in {"null", "not_null"}:
        return
    for one in value if isinstance(value, list) else [value]:
        try:
            convert(one)
        except BadValue as error:
            raise invalid_query("invalid value is given for the column", "where", column_name=path) from error


def _check_changed_log(crm: Crm, field: Field, clause: str) -> None:
    if field.api_name == "Change_Log_Time__s" and crm.reading("coql_change_log_time") == "refused":
        raise invalid_query("column given is not supported", clause, column_name=field.api_name)


def _check_comparable(crm: Crm, field: Field) -> None:
    refused = {"What_Id": "coql_what_id"}.get(field.api_name) or {"textarea": "coql_textarea"}.get(field.data_type)
    if refused and crm.reading(refused) == "refused":
        raise invalid_query("column given is not supported", "where", column_name=field.api_name)


def _resolved(names: ModuleNames, path: str, clause: str) -> Field:
    try:
        return names.resolve(path)[1]
    except UnknownPath as error:
        raise invalid_query("column given seems to be invalid", clause, column_name=path) from error
