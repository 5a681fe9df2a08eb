"""What the histories share."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from mailsync.errors import MailsyncError
from mailsync.ledger.engine import Ledger
from mailsync.responses.crm import PersonId
from mailsync.responses.plan import Kind, Response
from tests.mailsync.membership.histories import MEMORY_DISK
from tests.mailsync.responses.fake_crm import Call, Dial
from tests.mailsync.responses.scene import Ran, Scene

PROVE = os.environ.get("MAILSYNC_PROVE") == "1"
New = Callable[..., Scene]


@pytest.fixture
def scene() -> Iterator[New]:
    """Makes a scene; each test has one ledger. In memory where there is such a disk: what is tested is dying processes, not dying disks."""
    with tempfile.TemporaryDirectory(dir=MEMORY_DISK) as directory:
        yield lambda **options: Scene(f"{directory}/ledger.db", **options)


@pytest.fixture
def known(scene: New) -> New:
    """Makes a scene whose first run is over, with three campaigns and nobody in them."""

    def make(**options: object) -> Scene:
        s = scene(options=options)
        fine(s.run(*(s.campaign(key) for key in ("C1", "C2", "C3"))))
        s.crm.calls.clear()
        return s

    return make


def fine(ran: Ran) -> Ran:
    """The run came to its end."""
    if ran.error is not None:
        raise AssertionError(f"the run failed: {ran.error!r}") from ran.error
    return ran


def on_call(method: str, what: str | MailsyncError, *, times: int = 1) -> Dial:
    """The next requests of one method fail so."""
    left = [times]

    def dial(call: Call) -> str | MailsyncError | None:
        if call.method == method and left[0] > 0:
            left[0] -= 1
            return what
        return None

    return dial


def heal(scene: Scene) -> None:
    scene.crm.dial = lambda _call: None


def people(s: Scene, count: int) -> list[PersonId]:
    return [s.crm.has(str(number), f"p{number}@example.com") for number in range(count)]


def two_opens(s: Scene, count: int) -> list[Response]:
    return [one for number in range(count) for key in ("C1", "C2") for one in s.says(key, f"p{number}@example.com", Kind.OPENED)]


def forward(s: Scene, does: Callable[[Ledger, sa.Connection], object]) -> None:
    """What the forward sync wrote into the same ledger."""
    ledger = Ledger.open(s.location, clock=s.clock)
    with ledger.begin() as connection:
        does(ledger, connection)
    ledger.close()
