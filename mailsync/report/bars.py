"""The geometry of the charts: numbers in, rectangles out. Drawn by the page as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 600.0, 48.0
GAP = 2.0
SLOTS = 40
"""Room for so many runs, so that the bars of a young sync are not as broad as barn doors."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle in a drawing of WIDTH × HEIGHT, and the words for it."""

    x: float
    y: float
    width: float
    height: float
    title: str


def columns(values: Sequence[tuple[int, str]]) -> tuple[Bar, ...]:
    """One column for each (value, title), the last at the right. Heights are square roots, so that a small run beside a large one stays visible."""
    highest = max((value for value, _ in values), default=0)
    step = WIDTH / SLOTS
    first = WIDTH - step * len(values)
    made = []
    for position, (value, title) in enumerate(values):
        height = 0.0 if not value else max(2.0, HEIGHT * math.sqrt(value / highest))
        made.append(Bar(round(first + position * step + GAP / 2, 1), round(HEIGHT - height, 1), round(step - GAP, 1), round(height, 1), title))
    return tuple(made)


def share(part: float, whole: float) -> float:
    """Per cent, between 0 and 100, with one decimal; never 0 for something."""
    if not part or not whole:
        return 0.0
    return max(0.5, min(100.0, round(100 * part / whole, 1)))
