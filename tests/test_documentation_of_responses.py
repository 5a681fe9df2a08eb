"""The page about the response rules says what the code does: row by row, number by number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailsync.responses import calls, pool, rule_changes, run, settle
from mailsync.responses.model import WORST
from mailsync.responses.plan import Kind, Recheck
from mailsync.responses.reasons import ABOUT, Reason

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "responses.md").read_text(encoding="utf-8")
HISTORIES = (ROOT / "tests" / "mailsync" / "responses" / "test_histories.py").read_text(encoding="utf-8")


def section(title: str) -> str:
    found = re.search(rf"^##+ {re.escape(title)}\n(.*?)(?=^##? |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, f"no section {title!r}"
    return found[1]


def table(text: str) -> list[list[str]]:
    rows = [[cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in text.splitlines() if line.startswith("|")]
    return rows[2:]


def test_the_table_of_reasons_is_the_closed_list_word_for_word() -> None:
    told = {row[0].strip("`"): row[1:] for row in table(section("Reasons"))}
    assert told == {reason.value: [about.meaning, about.remedy] for reason, about in ABOUT.items()}
    assert set(told) == {reason.value for reason in Reason}


def test_every_reason_beside_a_fate_is_in_the_closed_list() -> None:
    named = set(re.findall(r"(?:skipped|rejected|postponed)\((\w+)\)", PAGE))
    assert named
    assert named <= {reason.value for reason in Reason}


def test_statuses_are_told_in_their_order() -> None:
    line = next(line for line in section("Order of statuses").splitlines() if "<" in line)
    assert [name.strip() for name in line.split("<")] == [kind.name.lower().replace("_", " ") for kind in sorted(Kind)]


def test_the_fate_of_a_response_is_the_worst_of_its_steps_in_the_order_told() -> None:
    told = re.search(r"worst of its steps: ([a-z_, ]+)\.", " ".join(section("Deciding").split()))
    assert told is not None
    assert told[1].split(", ") == [fate.value for fate in reversed(WORST)]


def test_every_section_that_the_code_cites_exists() -> None:
    titles = set(re.findall(r"^##+ (.+)$", PAGE, re.MULTILINE))
    cited = set[str]()
    for path in [*(ROOT / "mailsync").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]:
        for line in path.read_text(encoding="utf-8").splitlines():
            if path != Path(__file__).resolve() and "docs/responses.md" in line:
                cited.update(re.findall(r'"([A-Z][A-Za-z ]+)"', line.split("docs/responses.md", 1)[1]))
    assert cited >= {"Absorbing", "A run", "The brake"}
    assert cited <= titles


@pytest.mark.parametrize(("title", "prefix", "count"), [("Absorbing", "B", 4), ("Deciding", "E", 7), ("What no algorithm can do", "J", 13)])
def test_every_row_is_told(title: str, prefix: str, count: int) -> None:
    rows = [row[0] for row in table(section(title)) if row[0] != "–"]
    assert rows == [f"{prefix}{number}" for number in range(1, count + 1)]


def test_the_thirty_histories_are_all_told_and_each_has_a_test() -> None:
    numbers: set[int] = set()
    for row in table(section("Histories")):
        for part in row[0].split(", "):
            first, _, last = part.partition("–")
            numbers.update(range(int(first), int(last or first) + 1))
    assert numbers == set(range(1, 31))
    assert {int(number) for number in re.findall(r"^def test_(\d+)_", HISTORIES, re.MULTILINE)} == numbers


@pytest.mark.parametrize(
    "sentence",
    [
        f"after {Recheck().runs} runs or a week",
        f"more than {rule_changes.ALWAYS_ALLOWED} *and* more than {rule_changes.SHARE * 100:.0f} % of the people known",
        f"are settled {pool.ROWS:,} together",
    ],
)
def test_a_number_on_the_page_is_the_number_in_the_code(sentence: str) -> None:
    assert sentence in " ".join(PAGE.split())


def test_the_numbers_in_words_hold_too() -> None:
    assert Recheck().seconds == 7 * 86_400
    assert run.CHUNK == 1000
    assert settle.BATCH == pool.ROWS
    assert pool.OLD_S == 900.0
    assert calls.SILENT_CALLS == 5
    assert "Five calls in a row" in PAGE
