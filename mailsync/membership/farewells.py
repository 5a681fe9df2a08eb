"""Addresses that were erased on request and that a list still has: taken off by the next run, without being written down again.

No intent is kept: ending a membership twice is no harm, and while the list shows the address the next run asks again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mailsync.errors import TransientError
from mailsync.ledger.suppressions import ForgottenAddresses
from mailsync.membership.address import address_key
from mailsync.membership.calls import Calls
from mailsync.membership.tool import Fate, MailingList, MailingTool

FAREWELL = "forgotten"


def take_off_forgotten(
    tool: MailingTool, calls: Calls, forgotten: ForgottenAddresses, lists: Mapping[str, MailingList], met: Collection[tuple[str, str]]
) -> list[str]:
    """Those whom this ledger put on a list; what a person has to know about the others. `met`: (list id, spelling) of the active ones."""
    notes = []
    for list_id, listing in lists.items():
        here = sorted(spelling for one, spelling in met if one == list_id)
        ours = [one for one in here if forgotten.was_ours(list_id, address_key(one) or one.strip().lower())]
        left = len(here) - len(ours)
        if left:
            notes.append(f"{left} erased people are on the list {listing.name!r} by somebody else's doing: remove them in the mailing tool.")
        gone = _take_off(tool, listing, ours)
        calls.actions[listing.key, FAREWELL] += gone
        failed = len(ours) - gone
        if failed:
            notes.append(f"{failed} erased people could not be taken off the list {listing.name!r} now; the next run tries again.")
    return notes


def _take_off(tool: MailingTool, listing: MailingList, spellings: list[str]) -> int:
    """How many were taken off."""
    size, gone = tool.traits.batch_size, 0
    for first in range(0, len(spellings), size):
        try:
            outcomes = tool.take_off(listing.key, spellings[first : first + size], delete=tool.traits.can_delete_member)
        except TransientError:
            break
        gone += sum(one.fate is Fate.DONE for one in outcomes)
    return gone
