"""COQL grammar, by recursive descent.

    query    = "select" column {"," column} "from" (module | view id) ["where" either] ["group by" path {"," path}]
               ["order by" key {"," key}] ["limit" (count | offset "," count)] ["offset" count]
    either   = both {"or" both}          both = part {"and" part}          part = "(" either ")" | path comparison

The vendor's page wants pairs in brackets, its service takes flat chains too: the parser takes both and notes it (docs/systems/zoho_crm.md#coql).
"""

from __future__ import annotations

from typing import Any

from emulators.zoho_crm.coql.lexer import CoqlSyntaxError, Token, tokens
from emulators.zoho_crm.coql.tree import Column, Order, Query
from emulators.zoho_crm.criteria import AllOf, AnyOf, Comparison, Node

FUNCTIONS = ("count", "sum", "min", "max", "avg")
SYMBOLS = {"=": "eq", "!=": "ne", "<>": "ne", ">": "gt", ">=": "ge", "<": "lt", "<=": "le"}
DEFAULT_LIMIT = 200


def parse(text: str) -> Query:
    """The query of a text. Raises CoqlSyntaxError."""
    return _Parser(tokens(text)).query()


class _Parser:
    def __init__(self, all_tokens: list[Token]) -> None:
        self._tokens = all_tokens
        self._at = 0
        self._clause = "select"
        self._flat_chain = False

    def query(self) -> Query:
        self._keyword("select")
        columns = [self._column()]
        while self._took_symbol(","):
            columns.append(self._column())
        self._clause = "from"
        self._keyword("from")
        source = self._next("word", "string", "number")
        where = self._where()
        group_by = self._group_by()
        order_by = self._order_by()
        limit, offset = self._limit()
        if self._peek().kind != "end":
            raise self._error()
        return Query(tuple(columns), source.text, source.kind != "word", where, group_by, order_by, limit, offset, self._flat_chain)

    # -- clauses

    def _column(self) -> Column:
        name = self._next("word").text
        function = None
        if name.lower() in FUNCTIONS and self._peek().is_symbol("("):
            self._at += 1
            function, name = name.lower(), self._next("word").text
            self._symbol(")")
        alias = self._next("word").text if self._took_word("as") else None
        return Column(name, function.upper() if function else None, alias)

    def _where(self) -> Node | None:
        if not self._took_word("where"):
            return None
        self._clause = "where"
        return self._either()

    def _group_by(self) -> tuple[str, ...]:
        if not self._took_word("group"):
            return ()
        self._clause = "group by"
        self._keyword("by")
        names = [self._next("word").text]
        while self._took_symbol(","):
            names.append(self._next("word").text)
        return tuple(names)

    def _order_by(self) -> tuple[Order, ...]:
        if not self._took_word("order"):
            return ()
        self._clause = "order by"
        self._keyword("by")
        orders = [self._order()]
        while self._took_symbol(","):
            orders.append(self._order())
        return tuple(orders)

    def _order(self) -> Order:
        name = self._column().name
        if self._took_word("desc"):
            return Order(name, descending=True)
        self._took_word("asc")
        return Order(name)

    def _limit(self) -> tuple[int, int]:
        limit, offset = DEFAULT_LIMIT, 0
        if self._took_word("limit"):
            self._clause = "limit"
            limit = self._count()
            if self._took_symbol(","):
                offset, limit = limit, self._count()
        if self._took_word("offset"):
            self._clause = "offset"
            offset = self._count()
        return limit, offset

    # -- conditions

    def _either(self) -> Node:
        parts = [self._both()]
        while self._took_word("or"):
            parts.append(self._both())
        self._flat_chain = self._flat_chain or len(parts) > 2
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _both(self) -> Node:
        parts = [self._part()]
        while self._took_word("and"):
            parts.append(self._part())
        self._flat_chain = self._flat_chain or len(parts) > 2
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _part(self) -> Node:
        if self._took_symbol("("):
            inside = self._either()
            self._symbol(")")
            return inside
        path = self._next("word").text
        token = self._peek()
        if token.kind == "symbol" and token.text in SYMBOLS:
            self._at += 1
            return Comparison(path, SYMBOLS[token.text], self._value())
        return self._worded(path)

    def _worded(self, path: str) -> Comparison:
        if self._took_word("is"):
            negated = self._took_word("not")
            self._keyword("null")
            return Comparison(path, "not_null" if negated else "null")
        negated = self._took_word("not")
        if self._took_word("in"):
            return Comparison(path, "not_in" if negated else "in", self._values())
        if self._took_word("between"):
            low = self._value()
            self._keyword("and")
            return Comparison(path, "not_between" if negated else "between", [low, self._value()])
        if self._took_word("like"):
            return self._like(path, negated=negated)
        raise self._error()

    def _like(self, path: str, *, negated: bool) -> Comparison:
        """`%` at either end; `not like` needs both."""
        token = self._next("string")
        text = token.text
        start, end = text.startswith("%"), text.endswith("%") and len(text) > 1
        inner = text[start : len(text) - 1 if end else len(text)]
        if negated:
            if not (start and end):
                raise CoqlSyntaxError(text, token.at, self._clause)
            return Comparison(path, "not_contains", inner)
        if start and end:
            return Comparison(path, "contains", inner)
        if start:
            return Comparison(path, "ends_with", inner)
        return Comparison(path, "starts_with" if end else "eq", inner)

    def _values(self) -> list[Any]:
        self._symbol("(")
        values = [self._value()]
        while self._took_symbol(","):
            values.append(self._value())
        self._symbol(")")
        return values

    def _value(self) -> Any:
        token = self._next("string", "number", "word")
        if token.kind == "number":
            return float(token.text) if "." in token.text else int(token.text)
        if token.kind == "word":
            if not token.is_word("true", "false"):
                raise CoqlSyntaxError(token.text, token.at, self._clause)
            return token.text.lower() == "true"
        return token.text

    def _count(self) -> int:
        token = self._next("number")
        if "." in token.text or token.text.startswith("-"):
            raise CoqlSyntaxError(token.text, token.at, self._clause)
        return int(token.text)

    # -- tokens

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _next(self, *kinds: str) -> Token:
        token = self._peek()
        if token.kind not in kinds:
            raise self._error()
        self._at += 1
        return token

    def _took_word(self, word: str) -> bool:
        took = self._peek().is_word(word)
        self._at += took
        return took

    def _took_symbol(self, symbol: str) -> bool:
        took = self._peek().is_symbol(symbol)
        self._at += took
        return took

    def _keyword(self, word: str) -> None:
        if not self._took_word(word):
            raise self._error()

    def _symbol(self, symbol: str) -> None:
        if not self._took_symbol(symbol):
            raise self._error()

    def _error(self) -> CoqlSyntaxError:
        token = self._peek()
        return CoqlSyntaxError(token.text, token.at, self._clause)
