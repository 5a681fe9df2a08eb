"""The run report, as the command writes it: read by a parser, not by eye. `make test-browser` looks at it in a browser."""

from __future__ import annotations

import re
import stat
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mailsync.ledger import schema
from mailsync.ledger.budget import Use
from mailsync.ledger.engine import Ledger
from mailsync.ledger.history import Account, History, Status, Target
from mailsync.ledger.lease import Lease
from mailsync.runner.cli import main
from tests.mailsync.membership.fake_tool import FakeClock
from tests.mailsync.membership.scene import L, Scene

VOID = {"meta", "link", "br"}


class Page(HTMLParser):
    """Checks nesting; keeps tags with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def made(scene: Scene, tmp_path: Path, *options: str) -> Page:
    scene.close()
    out = tmp_path / "report.html"
    with pytest.raises(SystemExit) as ended:
        main(["report", "--ledger", scene.location, "--out", str(out), *options])
    assert ended.value.code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    return Page(out.read_text(encoding="utf-8"))


def a_scene(location: str) -> Scene:
    scene = Scene(location)
    scene.tool.signs_up(L, "eve@example.com")
    scene.tool.leaves(L, "eve@example.com")
    scene.tool.refused["Mallory"] = "2099"
    said = [scene.says("1", "ann@example.com", contacted=2.0), scene.says("2", "ANN@example.com", stream="Contacts", contacted=1.0)]
    said[0] = replace(said[0], changed=(("First Name", "control characters dropped"),))
    said += [scene.says("3", "eve@example.com"), scene.says("4", "not an address"), scene.says("5", "mallory@example.com", City="Mallory")]
    assert scene.run(*said, adopt_existing=True, confirm_after_ledger_loss=True).error is None
    return scene


def test_the_page_tells_outcomes_reasons_remedies_winners_and_the_vendors_words(location: str, tmp_path: Path) -> None:
    page = made(a_scene(location), tmp_path)
    assert "Run 1 finished" in page.text
    assert "rejected invalid address: 1 The address is not a valid e-mail address. Correct it in the CRM." in page.text
    assert "Leads 5: 2099 not taken" in page.text
    assert "Contacts 2: the address belongs to Leads 1" in page.text
    assert "The person unsubscribed from this list." in page.text
    assert "Leads → List L" in page.text
    assert "Leads First Name control characters dropped 1" in page.text
    assert page.text.count("adds up") == 2
    assert "does not add up" not in page.text


def test_no_address_is_on_it_unless_asked(location: str, tmp_path: Path) -> None:
    scene = a_scene(location)
    assert "@" not in re.sub(r"@media[^{]*", "", " ".join(made(scene, tmp_path).texts))
    page = made(scene, tmp_path, "--addresses")
    assert "mallory@example.com" in page.text
    assert "This page holds e-mail addresses" in page.text


def test_nothing_is_loaded_from_anywhere_and_nothing_is_run(location: str, tmp_path: Path) -> None:
    page = made(a_scene(location), tmp_path)
    assert not [tag for tag, _ in page.tags if tag in ("script", "img", "iframe", "object", "embed", "form", "base")]
    links = [value or "" for _, attributes in page.tags for name, value in attributes.items() if name in ("href", "src", "srcset", "style")]
    assert all(link.startswith(("#", "data:,")) for link in links), links
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert "url(" not in "".join(page.texts)
    policy = next(attributes["content"] for _, attributes in page.tags if attributes.get("http-equiv") == "Content-Security-Policy")
    assert (policy or "").startswith("default-src 'none'")


HOSTILE = [
    "</style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    '=HYPERLINK("http://example.com")',
    "'); DROP TABLE run; --",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_markup_in_names_ids_and_vendor_texts_stays_text(tmp_path: Path, name: str) -> None:
    scene = Scene(str(tmp_path / "ledger.db"), feeds={"s": [(name, "K")]})
    scene.tool.lists["K"].name = name
    scene.lists["K"] = type(scene.lists["K"])("K", name, has_form=False)
    scene.tool.refused["no"] = name
    assert scene.run(scene.says(name, "a@example.com", stream=name, City="no"), scene.says("2", "b@example.com", stream=name)).error is None
    page = made(scene, tmp_path)
    flat = " ".join(name.split())
    assert f"{flat} → {flat}" in page.text
    assert f"{flat} {flat}: {flat} not taken" in page.text
    assert not [tag for tag, _ in page.tags if tag in ("script", "img")]


def test_runs_that_failed_were_braked_or_cut_off_say_so(location: str, tmp_path: Path) -> None:
    scene = Scene(location)
    assert scene.run(scene.says("1", "a@example.com"), scene.says("2", "b@example.com")).error is None
    assert scene.run(scene.gone("1"), scene.gone("2")).error is not None
    scene.run(scene.says("3", "c@example.com"), die_at=6)
    scene.tool.organisation = "org-2"
    assert "another mailing account" in str(scene.run().error)
    page = made(scene, tmp_path)
    assert "Run 4 failed" in page.text
    assert "was used with another mailing account" in page.text
    assert all(word in page.text for word in ("with something held back", "cut off", "The newest 4 of 4 runs"))


def test_an_empty_ledger_makes_a_page_that_says_so(location: str, tmp_path: Path) -> None:
    scene = Scene(location)
    scene.rows(schema.run)
    assert "No run is known yet" in made(scene, tmp_path).text


def test_a_run_into_a_crm_is_told_in_the_words_of_its_own_rules(location: str, tmp_path: Path) -> None:
    ledger = Ledger.open(location, clock=FakeClock())
    lease = Lease(ledger, "back")
    lease.acquire()
    history = History(ledger, lease, "back")
    number = history.begin(system="zoho_crm", account="zoho_crm/1")
    history.name([Target("zoho_crm/crm", "crm", "Zoho CRM")])
    fates = {("responses", "crm", "written", ""): 2, ("responses", "crm", "skipped", "no_person"): 1}
    history.end(number, Status.DONE, Account(records_in={"responses": 3}, fates=fates, actions={("crm", "member_status"): 2}))
    lease.release()
    ledger.close()
    page = made(Scene(location), tmp_path)
    assert "Nobody in the CRM has the address." in page.text
    assert "Run 1 finished" in page.text
    assert "into zoho crm" in page.text
    assert page.text.count("adds up") == 1


def test_work_that_waits_is_told_with_its_calls_time_and_days(location: str, tmp_path: Path) -> None:
    ledger = Ledger.open(location, clock=FakeClock())
    lease = Lease(ledger, "slow")
    lease.acquire()
    history = History(ledger, lease, "slow")
    number = history.begin(system="mailigen", account="mailigen/1")
    spent = Account(spent={"listBatchSubscribe": 9}, uses=[Use("listBatchSubscribe", 86_400.0, 9, 9)], forecast=(120, 90_000.0, 3))
    history.end(number, Status.DONE, spent)
    lease.release()
    ledger.close()
    text = made(Scene(location), tmp_path).text
    assert "120 calls wait in the ledger and take about" in text
    assert "under the limits, on 3 days;" in text
