r"""The search dialect `((A:equals:v)and(B:starts_with:v))or(C:in:v,w)`; a backslash escapes brackets, commas and itself."""

from __future__ import annotations

from typing import Any

from emulators.zoho_crm.criteria import AllOf, AnyOf, Comparison, Node

OPERATORS = {
    "equals": "eq",
    "not_equal": "ne",
    "in": "in",
    "between": "between",
    "greater_than": "gt",
    "greater_equal": "ge",
    "less_than": "lt",
    "less_equal": "le",
    "starts_with": "starts_with",
}


class BadSearch(ValueError):
    """The text is no criteria."""


def parse(text: str) -> Node:
    """The tree of a criteria text. Raises BadSearch."""
    parser = _Parser(text)
    node = parser.either()
    if parser.at != len(text):
        raise BadSearch(text[parser.at :][:12])
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def either(self) -> Node:
        parts, joins = [self._part()], set()
        while joined := self._join():
            joins.add(joined)
            parts.append(self._part())
        if len(parts) == 1:
            return parts[0]
        if len(joins) > 1:
            raise BadSearch("and / or mixed without brackets")
        return AllOf(tuple(parts)) if joins == {"and"} else AnyOf(tuple(parts))

    def _join(self) -> str | None:
        for word in ("and", "or"):
            if self.text[self.at : self.at + len(word)].lower() == word:
                self.at += len(word)
                return word
        return None

    def _part(self) -> Node:
        if self._peek() != "(":
            raise BadSearch(self.text[self.at :][:12])
        self.at += 1
        inside = self.either() if self._peek() == "(" else self._test()
        if self._peek() != ")":
            raise BadSearch(self.text[self.at :][:12])
        self.at += 1
        return inside

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _test(self) -> Comparison:
        field, operator = self._upto(":"), self._upto(":")
        if operator not in OPERATORS:
            raise BadSearch(f"operator {operator!r}")
        values = self._values()
        op = OPERATORS[operator]
        value: Any = values if op in {"in", "between"} else ",".join(values)
        return Comparison(field, op, value)

    def _upto(self, stop: str) -> str:
        end = self.text.find(stop, self.at)
        if end < 0:
            raise BadSearch(self.text[self.at :][:12])
        found, self.at = self.text[self.at : end], end + 1
        return found

    def _values(self) -> list[str]:
        values, current = [], ""
        while self._peek() not in {")", ""}:
            letter = self._peek()
            self.at += 1
            if letter == "\\":
                current += self._peek()
                self.at += 1
            elif letter == ",":
                values.append(current)
                current = ""
            else:
                current += letter
        return [*values, current]
