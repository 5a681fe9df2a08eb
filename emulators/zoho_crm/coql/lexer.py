"""COQL text → tokens."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Kind = Literal["word", "string", "number", "symbol", "end"]

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<string>'(?:\\.|''|[^'\\])*')
      | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
      | (?P<word>[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)
      | (?P<symbol><=|>=|!=|<>|[=<>(),*])""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """One token; `text` is unescaped for strings, lower for nothing: words keep their case."""

    kind: Kind
    text: str
    at: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these key words, in any case."""
        return self.kind == "word" and self.text.lower() in words

    def is_symbol(self, *symbols: str) -> bool:
        """Whether it is one of these symbols."""
        return self.kind == "symbol" and self.text in symbols


class CoqlSyntaxError(ValueError):
    """The text is no COQL; `near` is where, `clause` which part of the query."""

    def __init__(self, near: str, at: int, clause: str = "") -> None:
        super().__init__(near)
        self.near, self.at, self.clause = near, at, clause


def tokens(text: str) -> list[Token]:
    """All tokens and one end token. Raises CoqlSyntaxError at the first character that fits nothing."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise CoqlSyntaxError(text[at : at + 12], at)
        kind = str(match.lastgroup)
        if kind != "space":
            found.append(_token(kind, match.group(), at))
        at = match.end()
    found.append(Token("end", "", at))
    return found


def _token(kind: str, text: str, at: int) -> Token:
    if kind == "string":
        return Token("string", re.sub(r"\\(.)|''", lambda m: m[1] or "'", text[1:-1], flags=re.DOTALL), at)
    return Token(kind, text, at)  # type: ignore[arg-type]
