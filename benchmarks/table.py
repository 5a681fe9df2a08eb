"""One row a figure: what was measured, against which bound, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """`holds` is None for a figure without a bound."""

    what: str
    measured: str
    bound: str = ""
    holds: bool | None = None


def at_most(what: str, value: float, bound: float, unit: str = "") -> Row:
    """A figure that must not exceed its bound."""
    return Row(what, f"{value:,.2f}{unit}", f"≤ {bound:g}{unit}", value <= bound)


def at_least(what: str, value: float, bound: float, unit: str = "") -> Row:
    """A figure that must reach its bound."""
    return Row(what, f"{value:,.2f}{unit}", f"≥ {bound:g}{unit}", value >= bound)


def show(rows: list[Row]) -> bool:
    """Print the table; True when every bound holds."""
    table = Table(title="Measured on the emulators; ratios are within this run")
    for column in ("figure", "measured", "bound", "holds"):
        table.add_column(column, justify="right" if column in ("measured", "bound") else "left")
    for row in rows:
        table.add_row(row.what, row.measured, row.bound, {None: "", True: "yes", False: "NO"}[row.holds])
    Console(width=130).print(table)
    return all(row.holds is not False for row in rows)
