"""Members of campaigns in Zoho Recruit: which campaigns are meant. There is no query language: a view chooses them, or their ids and names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

from mailsync.airbyte.voice import Voice
from mailsync.criteria import Criterion
from mailsync.errors import ConfigError
from mailsync.zoho import organisation
from mailsync.zoho.api import CrmApi
from mailsync.zoho.members import MODULE, NAME, Campaign
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho_recruit.change_time import change_field
from mailsync.zoho_recruit.members import RecruitMembers, why_not_served
from mailsync.zoho_recruit.record_pages import List, every, page
from source_crm.emission import Data
from source_crm.module_stream import Request
from source_crm.options import Options, Selection
from source_crm.zoho.connection import Connection
from source_crm.zoho.members import reading
from source_crm.zoho.members.naming import NAMING, WasShown, check_named
from source_crm.zoho.members.reading import Ways
from source_crm.zoho.members.state import MembersState
from source_crm.zoho.members.task import STREAM
from source_crm.zoho_recruit import selecting


class State(MembersState):
    """The stream's state."""

    __slots__ = ()
    SYSTEM: ClassVar[str] = "zoho_recruit"
    VERSION: ClassVar[int] = 1


def run(request: Request, options: Options, connection: Connection, voice: Voice) -> Iterator[Data]:
    """All records of one run, with STATE in between."""
    chosen = partial(campaigns, selection=options.selection(STREAM))
    yield from reading.run(request, connection, voice, Ways(State, RecruitMembers, chosen, change_field))


def campaigns(api: CrmApi, was_shown: WasShown = lambda _field, _value: False, *, selection: Selection) -> list[Campaign]:
    """The campaigns of the selection, in the order of their ids; 3 credits for 200. Raises ConfigError for one that names what is not there."""
    conditions = selection.criteria.conditions if selection.criteria else ()
    if unknown := [f"{one.field} {one.comparator}" for one in conditions if one.field not in NAMING or one.comparator not in ("equal", "in")]:
        raise ConfigError(
            f"Zoho Recruit has no query by which campaigns could be chosen: {', '.join(unknown)} of the selection of {STREAM} cannot be applied. "
            f"Choose campaigns by equal or in on id or {NAME}, or by a custom view of {MODULE}."
        )
    listed = sorted(_listed(api, selection), key=lambda one: int(one.id))
    check_named(selection, listed, lambda _field, _values: [], was_shown)
    if not conditions:
        return listed
    holds = all if selection.criteria and selection.criteria.match == "all" else any
    return [campaign for campaign in listed if holds(_matches(campaign, condition) for condition in conditions)]


def _listed(api: CrmApi, selection: Selection) -> Iterator[Campaign]:
    known = {field.api_name: field for field in organisation.fields(api, MODULE)}
    dated = change_field(known.values())
    selected = selecting.resolve(api, replace(selection, module=MODULE, criteria=None), known, dated, None)
    wanted = List(MODULE, dated, selected.view_id, fields=tuple(dict.fromkeys(name for name in ("id", NAME, dated) if name)))
    for rows in every(api, wanted, page(api, wanted, ascending=True), since=None):
        for row in rows:
            yield Campaign(str(row["id"]), str(row.get(NAME) or ""))


def _matches(campaign: Campaign, condition: Criterion) -> bool:
    value = str(getattr(campaign, NAMING[condition.field])).casefold()
    return value in {one.casefold() for one in condition.values}


def why_none(api: CrmApi) -> str | None:
    """Why no members of campaigns are to be had. An account without a campaign cannot be asked."""
    try:
        first: Sequence[dict[str, object]] = page(api, List(MODULE, "", fields=("id",)), per_page=1).rows
    except CrmRefusal as error:
        return f"Zoho Recruit lists no campaigns ({error.code})."
    codes = [why_not_served(api, str(first[0]["id"]), module) for module in RecruitMembers.modules] if first else []
    if not codes or None in codes:
        return None
    return f"This account's API serves no members of campaigns ({codes[0]}): the vendor's pages do not promise them."
