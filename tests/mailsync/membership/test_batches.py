"""How many records are held before they are absorbed: a thousand, or fewer where their fields are long."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailsync.membership import run
from mailsync.membership.absorb import Absorber
from tests.mailsync.membership.scene import Scene


@pytest.mark.parametrize(("characters", "batches"), [(8_000_000, [10]), (150, [3, 3, 3, 1])])
def test_long_fields_are_absorbed_in_smaller_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, characters: int, batches: list[int]) -> None:
    seen: list[int] = []
    absorb = Absorber.absorb

    def counted(self, connection, claims, generations):
        seen.append(len(claims))
        return absorb(self, connection, claims, generations)

    monkeypatch.setattr(run, "CHUNK_CHARACTERS", characters)
    monkeypatch.setattr(Absorber, "absorb", counted)
    scene = Scene(str(tmp_path / "ledger.db"))
    assert scene.run(*(scene.says(str(n), f"p{n}@example.com", Notes="x" * 60) for n in range(10))).error is None
    assert seen == batches
