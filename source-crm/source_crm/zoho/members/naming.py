"""Campaigns that a selection names: one that is not there is a mistake to be mended, and never a campaign without members."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mailsync.criteria import Criterion
from mailsync.errors import ConfigError
from mailsync.zoho.members import MODULE, NAME, Campaign
from source_crm.options import Selection
from source_crm.zoho.members.task import STREAM

NAMING = {"id": "id", NAME: "name"}


# The campaigns with one of these values in a field.
Look = Callable[[str, Sequence[str]], Sequence[Campaign]]
# Whether members of a campaign with this value in a field were shown, and the campaign is gone since.
WasShown = Callable[[str, str], bool]


def check_named(selection: Selection, found: Sequence[Campaign], look: Look, was_shown: WasShown) -> None:
    """Raises ConfigError for a campaign that a criterion names (`equal` or `in`) and the CRM does not have.

    One whose members were shown is let pass in the sync that finds it gone, so that they leave the stream; the next one raises.
    `look` is asked only for what the selection did not find.
    """
    for condition in _naming(selection):
        missing = _missing(condition, found)
        if missing:
            missing = _missing(condition, look(condition.field, missing))
        missing = [value for value in missing if not was_shown(condition.field, value)]
        if missing:
            raise ConfigError(
                f"The selection of {STREAM} names {MODULE} by {condition.field} that the CRM does not have: {', '.join(missing)}. "
                "Was one deleted or renamed? Correct the selection."
            )


def _naming(selection: Selection) -> Iterator[Criterion]:
    for condition in selection.criteria.conditions if selection.criteria else ():
        if condition.field in NAMING and condition.comparator in ("equal", "in"):
            yield condition


def _missing(condition: Criterion, there: Sequence[Campaign]) -> list[str]:
    """The CRM compares text without regard to case."""
    known = {str(getattr(campaign, NAMING[condition.field])).casefold() for campaign in there}
    return [value for value in condition.values if value.casefold() not in known]
