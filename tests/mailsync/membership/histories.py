"""What the histories share."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator

import pytest

from mailsync.errors import MailsyncError
from tests.mailsync.membership.fake_tool import Call, Dial
from tests.mailsync.membership.scene import Ran, Scene

A, B, C = "a@example.com", "b@example.com", "c@example.com"
SYNCS = {"s": [("Leads", "L")], "t": [("Contacts", "L")]}
MEMORY_DISK = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
PROVE = os.environ.get("MAILSYNC_PROVE") == "1"
TWO_LISTS = {"s": [("Leads", "L"), ("Contacts", "L2")]}


@pytest.fixture
def scene() -> Iterator[Callable[..., Scene]]:
    """Makes a scene; each test has one ledger. In memory where there is such a disk: what is tested is dying processes, not dying disks."""
    with tempfile.TemporaryDirectory(dir=MEMORY_DISK) as directory:
        yield lambda **options: Scene(f"{directory}/ledger.db", **options)


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


def sampled(last: int, points: int) -> list[int]:
    """Moments 1 to `last`: all of them when proving, otherwise some, evenly spread."""
    step = 1 if PROVE else max(1, last // points)
    return list(range(1, last + 1, step))


def heal(scene: Scene) -> None:
    scene.tool.dial = lambda _call: None
