"""The pages about the rules and their ledger say what the code does: row by row, number by number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailsync.ledger import engine, history, lease, schema
from mailsync.membership import mirror, observe, opening, reading, rejects, removals, responses, run, settle
from mailsync.membership.model import ABSENT, ACTIVE, MemberRow
from mailsync.membership.observe import ListFacts
from mailsync.membership.plan import OnDelete, RecordFate
from mailsync.membership.reasons import ABOUT, Reason
from mailsync.membership.situations import _ORDER

ROOT = Path(__file__).parents[1]
MEMBERSHIP = (ROOT / "docs" / "membership.md").read_text(encoding="utf-8")
LEDGER = (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8")
BEFORE, NOW = 1_000.0, 2_000.0


def section(page: str, title: str) -> str:
    found = re.search(rf"^##+ {re.escape(title)}\n(.*?)(?=^##? |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found is not None, f"no section {title!r}"
    return found[1]


def table(text: str) -> list[list[str]]:
    rows = [[cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in text.splitlines() if line.startswith("|")]
    return rows[2:]


def test_the_table_of_reasons_is_the_closed_list_word_for_word() -> None:
    told = {row[0].strip("`"): row[1:] for row in table(section(MEMBERSHIP, "Reasons"))}
    assert told == {reason.value: [about.meaning, about.remedy] for reason, about in ABOUT.items()}
    assert set(told) == {reason.value for reason in Reason}


def test_the_table_of_fates_is_the_closed_set() -> None:
    assert [row[0] for row in table(section(MEMBERSHIP, "Fates"))] == [fate.value for fate in RecordFate]


def test_suppressions_are_told_in_the_order_in_which_they_hold() -> None:
    named = re.findall(r"`([a-z_]+)`", re.sub(r"`left_or_returned` is only a doubt", "", section(MEMBERSHIP, "Suppression")))
    assert tuple(named) == _ORDER


def _member(open_call: str, before: str) -> MemberRow:
    row = MemberRow("acc/L", "a@example.com", "a@example.com", seen=ACTIVE if before == "active" else ABSENT, seen_at=BEFORE, called_at=BEFORE + 1)
    row.open = "rem:removed" if open_call == "removal" else "sub"
    row.ours = int(before != "active" or open_call == "removal")
    if open_call == "return":
        row.removed, row.removed_at = "removed", BEFORE - 1
        row.seen = "unsubscribed" if before == "removed by unsubscribing" else ABSENT
    return row


def _conclusion(row: MemberRow, found: observe.Observed) -> str:
    if found.suppress is not None:
        return found.suppress
    if row.unknown:
        return "unknown"
    if row.removed is not None and row.seen_before == ACTIVE:
        return "done, removed by us"
    if found.rewrite:
        return f"done, {'ours' if row.ours else 'theirs'}, written once more"
    return "not done, decided again" if row.is_on else "not done, called again"


@pytest.mark.parametrize("told", table(section(MEMBERSHIP, "Open intents")), ids=lambda row: " ".join(row[:4]))
def test_an_open_call_ends_as_the_table_says(told: list[str]) -> None:
    open_call, before, kind, now, conclusion = told
    row = _member(open_call, before)
    facts = ListFacts(has_form=kind == "form", can_delete_member="deleting" in before, read_before=True, at=NOW)
    found = observe.observe(row, now, facts)
    assert row.open is None
    assert _conclusion(row, found) == conclusion


def test_every_kind_of_open_call_is_in_the_table() -> None:
    assert {row[0] for row in table(section(MEMBERSHIP, "Open intents"))} == {"subscribe", "return", "removal"}


def test_every_section_and_row_that_the_code_cites_exists() -> None:
    titles = set(re.findall(r"^##+ (.+)$", MEMBERSHIP, re.MULTILINE))
    cited, ids = set[str](), set[str]()
    for path in [*(ROOT / "mailsync").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]:
        for line in path.read_text(encoding="utf-8").splitlines():
            if path != Path(__file__).resolve() and "docs/membership.md" in line:
                cited.update(re.findall(r'"([A-Z][a-z ]+)"', line.split("docs/membership.md", 1)[1]))
                ids.update(re.findall(r"\b[ADI]\d+\b", line))
    assert cited >= {"Words", "Absorbing", "Open intents", "A run"}
    assert cited <= titles
    assert ids
    assert {one for one in ids if not re.search(rf"^\| {one} \|", MEMBERSHIP, re.MULTILINE)} == set()


def test_the_48_histories_are_all_told() -> None:
    numbers: set[int] = set()
    for row in table(section(MEMBERSHIP, "Histories")):
        for part in row[0].split(", "):
            first, _, last = part.partition("–")
            numbers.update(range(int(first), int(last or first) + 1))
    assert numbers == set(range(1, 49))


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        (MEMBERSHIP, f"read again when that is older than {settle.FRESH_S / 60:.0f} minutes"),
        (MEMBERSHIP, f"at most {settle.FRESH_S / 60:.0f} minutes old when a batch of up to {settle.BATCH} addresses begins"),
        (MEMBERSHIP, f"more than {removals.BRAKE_COUNT} *and* more than {removals.BRAKE_SHARE * 100:.0f} % of them"),
        (MEMBERSHIP, f"since {responses.LOOK_BACK_S / 86_400:.0f} days before"),
        (MEMBERSHIP, "taken in by the thousand"),
        (LEDGER, f"The lease lasts {lease.LENGTH_S:.0f} seconds"),
        (LEDGER, f"starts {lease.LENGTH_S:.0f} seconds after the last renewal at the latest"),
        (LEDGER, f"the version of its schema, now {schema.VERSION}."),
        (LEDGER, f"waited for up to {engine.BUSY_TIMEOUT_S} seconds"),
        (LEDGER, f"for {opening.STATES_KEPT_S / 86_400:.0f} days; a connection"),
        (MEMBERSHIP, f"After {rejects.KEPT_S / 86_400:.0f} days of rejection"),
        (LEDGER, f"the refusal's words {rejects.KEPT_S / 86_400:.0f} days"),
        (LEDGER, f"nothing about people | {history.ACCOUNTS_KEPT_S / 86_400:.0f} days |"),
        (LEDGER, f"no address | {history.EXAMPLES_KEPT_S / 86_400:.0f} days |"),
        (LEDGER, f"{opening.STATES_KEPT_S / 86_400:.0f} days after the last acknowledgement"),
    ],
)
def test_a_number_on_the_page_is_the_number_in_the_code(page: str, sentence: str) -> None:
    assert " ".join(sentence.split()) in " ".join(page.split())


def test_the_numbers_in_words_hold_too() -> None:
    assert run.CHUNK == 1000
    assert reading.TRIES == 5
    assert "at most five times" in MEMBERSHIP
    assert mirror.BATCH == settle.BATCH


def test_the_brake_is_where_the_page_puts_it() -> None:
    assert not removals.brakes(50, 60)
    assert removals.brakes(51, 60)
    assert not removals.brakes(100, 2000)
    assert removals.brakes(101, 2000)
    assert removals.brakes(2, 2)
    assert not removals.brakes(1, 1)


def test_on_delete_is_told_gentlest_first() -> None:
    told = re.findall(r"`(keep|remove|suppress)`", section(MEMBERSHIP, "Removals").split("the gentlest first", 1)[1])
    assert told == [one.value for one in (OnDelete.KEEP, OnDelete.REMOVE, OnDelete.SUPPRESS)]


def test_every_table_of_the_ledger_is_accounted_for() -> None:
    told = {name for row in table(section(LEDGER, "What is stored about people")) for name in re.findall(r"`([a-z_]+)`", row[0])}
    assert told == set(schema.metadata.tables)


def test_links_between_the_pages_lead_somewhere() -> None:
    for page in ("membership.md", "ledger.md"):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        for target, anchor in re.findall(r"\]\(([a-z_./-]*)(?:#([a-z-]+))?\)", text):
            other = ROOT / "docs" / (target or page)
            assert other.is_file(), target
            anchors = {title.lower().replace(" ", "-") for title in re.findall(r"^##+ (.+)$", other.read_text(encoding="utf-8"), re.MULTILINE)}
            assert not anchor or anchor in anchors, f"{target}#{anchor}"
