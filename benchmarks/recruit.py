"""source-crm at Zoho Recruit: credits for a hundred thousand people, of a day without news, and of changes."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.crm import Source, last_state, records
from benchmarks.table import Row, at_most
from emulators.process import EmulatorProcess

SYSTEM, MODULE = "zoho_recruit", "Candidates"
SHARE = 0.6
SCALED = {"MAILSYNC_TIME_SCALE": "60"}
ROWS_OF_A_PAGE, CREDITS_OF_A_PAGE = 200, 3


def reads(folder: Path, people: int, changed: int) -> list[Row]:
    """A first read, a sync with nothing new, one with changes, and the comparison of once a day."""
    with EmulatorProcess(people=round(people / SHARE), configs=folder / "recruit", limits="off", time_scale=60) as emulator:
        config = json.loads((folder / "recruit" / f"source-crm.{SYSTEM}.json").read_text())
        source = Source(emulator, folder / "recruit-source", environment=SCALED, config=config)
        outs = [folder / f"recruit-{number}.jsonl" for number in range(4)]
        spent = []
        for number, out in enumerate(outs):
            emulator.advance(86_400 if number == 3 else 3600 * bool(number))
            if number == 2:
                _change(emulator, changed)
            emulator.clear_requests()
            state = last_state(outs[number - 1], folder / f"recruit-state-{number}.json") if number else None
            source.read(MODULE, state=state, out=out)
            spent.append(sum(int(request["credits"] or 0) for request in emulator.requests() if request["system"] == SYSTEM))
        read = records(outs[0])
        by_pages = -(-read // ROWS_OF_A_PAGE) * CREDITS_OF_A_PAGE
        few = 12 + (changed // ROWS_OF_A_PAGE + 3) * CREDITS_OF_A_PAGE
        return [
            at_most(f"Zoho Recruit: credits of a first read of {read:,} people (by list pages: {by_pages:,})", spent[0], 90),
            at_most(f"… of a sync with nothing new ({records(outs[1])} records)", spent[1], 12),
            at_most(f"… of an increment of {records(outs[2]):,} changed people", spent[2], few),
            at_most(f"… of the comparison of once a day ({records(outs[3])} records)", spent[3], 90),
        ]


def _change(emulator: EmulatorProcess, count: int) -> None:
    """Over a quarter of an hour, fifty at a time: a thousand changed in one second would be read by a job."""
    ids = sorted(emulator.state(SYSTEM)["modules"][MODULE])[:count]
    for start in range(0, count, 50):
        moment = int(emulator.now()) - 1000 + start
        emulator.edit(SYSTEM, op="set_time", module=MODULE, ids=ids[start : start + 50], modified_time=moment)
