"""What all suites share: which tests prove more when asked, and the tables of the matrix tests."""

from collections import Counter

import pytest


def pytest_collection_modifyitems(items):
    """A module that knows `PROVE` takes a sample normally and its full count with MAILSYNC_PROVE=1: `make prove` takes these."""
    for item in items:
        if hasattr(getattr(item, "module", None), "PROVE"):
            item.add_marker(pytest.mark.prove)


def pytest_terminal_summary(terminalreporter):
    """Tests that record `matrix` as "title|row|column" are one cell of a table: cells right of cells run."""
    run, right, columns = Counter(), Counter(), {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties:
                if name == "matrix" and report.when == "call":
                    run[value] += 1
                    right[value] += outcome == "passed"
                    title, _, column = value.split("|")
                    columns.setdefault(title, {})[column] = None
    for title, known in columns.items():
        ordered = sorted(known)
        terminalreporter.section(f"{title}: cells right / cells run")
        rows = sorted({value.split("|")[1] for value in run if value.startswith(f"{title}|")})
        width = max(map(len, rows))
        terminalreporter.write_line(" " * width + "".join(f"  {column:>14}" for column in ordered))
        for row in rows:
            cells = [f"{title}|{row}|{column}" for column in ordered]
            shown = "".join(f"  {f'{right[cell]}/{run[cell]}' if run[cell] else '':>14}" for cell in cells)
            terminalreporter.write_line(f"{row:<{width}}{shown}")
        total = [value for value in run if value.startswith(f"{title}|")]
        terminalreporter.write_line(f"all: {sum(right[value] for value in total)} right of {sum(run[value] for value in total)} cells run")
