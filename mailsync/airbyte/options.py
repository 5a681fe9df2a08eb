"""Reading a JSON object option by option, collecting everything that is wrong instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mailsync.errors import ConfigError


class Problems:
    """What is wrong with a configuration, in the order found."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, problem: str) -> None:
        """Note one, once."""
        if problem not in self.found:
            self.found.append(problem)

    def raise_any(self) -> None:
        """Raise one ConfigError that lists all of them, if there are any."""
        if self.found:
            raise ConfigError(
                self.found[0] if len(self.found) == 1 else "\n".join(["Several things are wrong:", *(f"- {one}" for one in self.found)])
            )


class Options:
    """One object. `path` is how messages call it; values of unknown options are never printed."""

    def __init__(self, raw: Any, path: str, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self._raw: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
        if not isinstance(raw, Mapping):
            problems.add(f"{path or 'The configuration'} must be an object.")

    def named(self, name: str) -> str:
        """The full name of one option."""
        return f"{self._path}.{name}" if self._path else name

    def known(self, names: Iterable[str], *, refused: Mapping[str, str]) -> None:
        """Refuse every other option by name. Names that begin with an underscore are the host's."""
        accepted = sorted(names)
        for name in self._raw:
            if name in refused:
                if self._raw[name] not in (False, None, ""):
                    self._problems.add(f"{self.named(name)} cannot be fulfilled: {refused[name]}. Remove the option.")
            elif name not in accepted and not str(name).startswith("_"):
                self._problems.add(f"{self.named(name)} is no option. Accepted: {', '.join(accepted)}.")

    def text(self, name: str, *, required: bool = False) -> str:
        """A text without surrounding blanks; empty when absent."""
        value = self._raw.get(name)
        if value is not None and not isinstance(value, str):
            self._problems.add(f"{self.named(name)} must be a text.")
        text = value.strip() if isinstance(value, str) else ""
        if required and not text and (value is None or isinstance(value, str)):
            self._problems.add(f"{self.named(name)} is missing or empty.")
        return text

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True or false."""
        value = self._raw.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self._problems.add(f"{self.named(name)} must be true or false.")
            return default
        return value

    def choice(self, name: str, accepted: Sequence[str]) -> str:
        """One of a closed set; the first is the default."""
        value = self._raw.get(name)
        if value is None or value in accepted:
            return value if isinstance(value, str) else accepted[0]
        self._problems.add(f"{self.named(name)} is {str(value)[:40]!r}. Accepted: {', '.join(accepted)}.")
        return accepted[0]

    def number(self, name: str, *, default: float, lowest: float, highest: float) -> float:
        """A number within bounds."""
        value = self._raw.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
            self._problems.add(f"{self.named(name)} must be a number from {lowest} to {highest}.")
            return default
        return float(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._raw.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
            self._problems.add(f"{self.named(name)} must be a list of texts.")
            return ()
        return tuple(one.strip() for one in value)

    def objects(self, name: str) -> list[Options]:
        """A list of objects."""
        value = self._raw.get(name)
        if value is not None and not isinstance(value, list):
            self._problems.add(f"{self.named(name)} must be a list.")
        return [Options(one, f"{self.named(name)}[{index}]", self._problems) for index, one in enumerate(value if isinstance(value, list) else [])]

    def object(self, name: str) -> Options:
        """An object that must be there."""
        if self._raw.get(name) is None:
            self._problems.add(f"{self.named(name)} is missing.")
            return Options({}, self.named(name), self._problems)
        return Options(self._raw[name], self.named(name), self._problems)

    def optional(self, name: str) -> Options:
        """An object that may be absent: then one without options."""
        return Options(self._raw.get(name) or {}, self.named(name), self._problems)

    def raw(self) -> Mapping[str, Any]:
        """The object itself, for a system's own parser."""
        return self._raw
