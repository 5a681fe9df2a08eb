"""What is known of where a mailing campaign stands: it only moves forward, and who launched it is remembered."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mailsync.launches.launcher import UNSENT, State

STATE, LAUNCH = "state", "launch"
"""Under these names they stand among a campaign's facts."""

NOT_OUT = frozenset({*UNSENT, State.SCHEDULED, State.CANCELLED})
_UNDER_WAY = frozenset({State.SENDING, State.PAUSED})
# Ids of Zoho's CRMs have 15 to 19 digits.
_CRM_ID = re.compile(r"[0-9]{15,20}")


def is_unsent(state: str) -> bool:
    """Whether nobody was mailed."""
    return state in NOT_OUT


def known_since(known: Mapping[str, str], state: str, launch: str) -> dict[str, str]:
    """What a message adds to the facts. A message that comes late does not bring a campaign back: what went out was sent."""
    told = {LAUNCH: launch} if launch else {}
    if state and state != State.UNKNOWN and _rank(state) >= _rank(known.get(STATE, "")):
        told[STATE] = state
    return told


def _rank(state: str) -> int:
    return 0 if state in NOT_OUT or not state else 1 if state in _UNDER_WAY else 2


def campaign_of(facts: Mapping[str, str]) -> str | None:
    """The id of the CRM's campaign that a launch was made for: the launch's key is that id. None for every other key."""
    key = facts.get(LAUNCH, "")
    return key if _CRM_ID.fullmatch(key) else None
