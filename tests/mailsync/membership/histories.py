"""What the histories share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mailsync.errors import MailsyncError
from tests.mailsync.membership.fake_tool import Call, Dial
from tests.mailsync.membership.scene import Ran, Scene

A, B, C = "a@example.com", "b@example.com", "c@example.com"
SYNCS = {"s": [("Leads", "L")], "t": [("Contacts", "L")]}
TWO_LISTS = {"s": [("Leads", "L"), ("Contacts", "L2")]}


@pytest.fixture
def scene(tmp_path: Any) -> Callable[..., Scene]:
    """Makes a scene; each test has one ledger."""
    return lambda **options: Scene(str(tmp_path / "ledger.db"), **options)


def fine(ran: Ran) -> Ran:
    """The run came to its end."""
    if ran.error is not None:
        raise AssertionError(f"the run failed: {ran.error!r}") from ran.error
    return ran


def on_call(method: str, what: str | MailsyncError, *, times: int = 1) -> Dial:
    """The next calls of one method fail so."""
    left = [times]

    def dial(call: Call) -> str | MailsyncError | None:
        if call.method == method and left[0] > 0:
            left[0] -= 1
            return what
        return None

    return dial


def heal(scene: Scene) -> None:
    scene.tool.dial = lambda _call: None
