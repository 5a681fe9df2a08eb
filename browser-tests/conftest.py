"""One browser for all of it, and a page made from a ledger with something of everything in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import Chromium, executable

from mailsync.runner.cli import main
from tests.mailsync.membership.scene import L, Scene

LONG = "Donaudampfschifffahrtsgesellschaftskapitaenswitwenverein-" * 3


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    program = executable()
    if program is None:
        pytest.skip("no Chromium on this machine: install Debian's package chromium, or put one on PATH")
    with Chromium(program, tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two syncs, long names, many reasons, a run that was braked and one that failed."""
    folder = tmp_path_factory.mktemp("report")
    scene = Scene(str(folder / "ledger.db"), feeds={"s": [("Leads", L), (LONG, L)], "t": [("Contacts", "L2")]})
    scene.tool.lists[L].name = LONG
    scene.lists[L] = type(scene.lists[L])(L, LONG, has_form=False)
    scene.tool.refused["no"] = "2099"
    scene.tool.signs_up(L, "eve@example.com")
    scene.tool.leaves(L, "eve@example.com")
    scene.tool.bounces(L, "bob@example.com")
    people = [scene.says(str(n), f"p{n}@example.com") for n in range(60)]
    mixed = [scene.says("a", "eve@example.com"), scene.says("b", "bob@example.com"), scene.says("c", "x"), scene.says("d", None)]
    mixed += [scene.says("e", "p1@example.com", stream=LONG, contacted=9.0), scene.says("f", "f@example.com", City="no")]
    scene.run(*people, *mixed, adopt_existing=True, confirm_after_ledger_loss=True)
    for city in "abc":
        scene.run(*(scene.says(str(n), f"p{n}@example.com", City=city) for n in range(5)))
    scene.run(scene.says("z", "z@example.com"), sync="t")
    scene.run(*(scene.gone(str(n)) for n in range(60)))
    scene.close()
    out = folder / "report.html"
    with pytest.raises(SystemExit) as ended:
        main(["report", "--ledger", scene.location, "--out", str(out)])
    assert ended.value.code == 0
    return out
