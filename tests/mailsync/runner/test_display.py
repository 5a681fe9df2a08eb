"""What a person sees: a table at a terminal, plain lines elsewhere."""

import os
import pty
import re
import subprocess

from mailsync.runner import display
from mailsync.runner.tally import Tally


def on_a_terminal(bench):
    """Everything that a run draws on a terminal of 100 columns."""
    leader, follower = pty.openpty()
    environment = os.environ | {"COLUMNS": "100", "TERM": "xterm"}
    process = subprocess.Popen([*bench.command("sync")], stdout=subprocess.DEVNULL, stderr=follower, env=environment)
    os.close(follower)
    drawn = b""
    while True:
        try:
            part = os.read(leader, 65_536)
        except OSError:  # the last writer has closed it
            break
        if not part:
            break
        drawn += part
    assert process.wait(30) == 0
    os.close(leader)
    return drawn.decode()


def test_a_person_at_a_terminal_sees_counts_grow(bench):
    bench.source["pause_s"] = 0.02
    bench.write()
    drawn = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", on_a_terminal(bench))
    counts = [int(number) for number in re.findall(r"People\s+(\d+) read", drawn)]
    assert counts == sorted(counts)
    assert len(set(counts)) >= 2
    assert "settled" in drawn


def test_elsewhere_the_counts_come_as_lines_that_say_what_is_waited_for(monkeypatch, capsys):
    monkeypatch.setattr(display, "PLAIN_EVERY_S", 0.01)
    tally = Tally([(None, "People")])
    tally[None, "People"].read = 1234
    tally[None, "People"].waiting = True
    with display.PlainDisplay(quiet=False) as plain:
        plain.watch(tally)
        until_it_spoke(capsys, "People: 1,234 read, 0 settled")


def until_it_spoke(capsys, wanted):
    text = ""
    for _ in range(500):
        text += capsys.readouterr().err
        if wanted in text:
            break
        display.threading.Event().wait(0.01)
    assert wanted in text
    assert "waiting for the vendor's rate limit" in text
