from __future__ import annotations

import re
from pathlib import Path

from mailsync.membership.reasons import ABOUT, Reason

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "membership.md"


def test_every_reason_has_a_meaning_and_a_remedy() -> None:
    assert set(ABOUT) == set(Reason)
    for reason, about in ABOUT.items():
        assert about.meaning.endswith("."), reason
        assert about.remedy.endswith("."), reason


def test_the_page_lists_every_reason_with_its_meaning_and_remedy() -> None:
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (.+ \| .+) \|$", PAGE.read_text(), re.MULTILINE))
    wanted = {reason.value: f"{about.meaning} | {about.remedy}" for reason, about in ABOUT.items()}
    assert {name: rows.get(name) for name in wanted} == wanted


def test_no_code_outside_the_closed_list_is_used() -> None:
    """Every reason that the rules, the connector and the vendor's table of codes can give is in the list."""
    used: set[str] = set()
    for path in (ROOT / "mailsync" / "membership").glob("*.py"):
        text = path.read_text()
        used |= set(re.findall(r'RecordFate\.[A-Z_]+, "([a-z_]+)"', text))
        used |= set(re.findall(r'suppress="([a-z_]+)"', text))
    codes = (ROOT / "mailsync" / "zoho_campaigns" / "codes.py").read_text()
    used |= {
        reason
        for method, reason in re.findall(r'\(method\.(\w+), "\d+"\): _refused\("([a-z_]+)"\)', codes)
        if method in ("SUBSCRIBE", "UNSUBSCRIBE", "DO_NOT_MAIL", "ATTACH")
    }
    assert used, "the patterns still match something"
    assert used <= {reason.value for reason in Reason}, used - {reason.value for reason in Reason}
