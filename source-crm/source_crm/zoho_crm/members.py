"""Members of campaigns in Zoho CRM: which campaigns are meant. A selection of the stream chooses them by a view of Campaigns or by its fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

from mailsync.airbyte.voice import Voice
from mailsync.zoho import organisation
from mailsync.zoho.api import CrmApi
from mailsync.zoho.fields import MODIFIED_TIME, Field
from mailsync.zoho.members import MODULE, NAME, Campaign
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho_crm import coql, record_pages
from mailsync.zoho_crm.coql import EVERYTHING, both, text
from mailsync.zoho_crm.members import NO_QUERY_CODES, CrmMembers
from source_crm.emission import Data
from source_crm.module_stream import Request
from source_crm.options import Options, Selection
from source_crm.zoho.connection import Connection
from source_crm.zoho.members import reading
from source_crm.zoho.members.naming import WasShown, check_named
from source_crm.zoho.members.reading import Ways
from source_crm.zoho.members.state import MembersState
from source_crm.zoho.members.task import STREAM
from source_crm.zoho_crm import selecting


class State(MembersState):
    """The stream's state."""

    __slots__ = ()
    SYSTEM: ClassVar[str] = "zoho_crm"
    VERSION: ClassVar[int] = 1


def run(request: Request, options: Options, connection: Connection, voice: Voice) -> Iterator[Data]:
    """All records of one run, with STATE in between."""
    chosen = partial(campaigns, selection=options.selection(STREAM))
    yield from reading.run(request, connection, voice, Ways(State, CrmMembers, chosen, _dated))


def campaigns(api: CrmApi, was_shown: WasShown = lambda _field, _value: False, *, selection: Selection) -> list[Campaign]:
    """The campaigns of the selection, in the order of their ids; 1 to 3 credits for 2,000. Raises ConfigError for a name that is not there."""
    fields = {field.api_name: field for field in organisation.fields(api, MODULE)}
    selected = selecting.resolve(api, replace(selection, module=MODULE), fields, None)
    try:
        found = list(_queried(api, selected.source, selected.where or EVERYTHING))
    except CrmRefusal as error:
        if error.code not in NO_QUERY_CODES or selected.where:
            raise
        pages = record_pages.pages(api, MODULE, [fields[name] for name in ("id", NAME)], since=None, view_id=selected.view_id)
        found = sorted((_campaign(row) for page in pages for row in page), key=lambda one: int(one.id))
    check_named(selection, found, lambda name, values: list(_queried(api, MODULE, coql.any_of(name, values))), was_shown)
    return found


def _queried(api: CrmApi, source: str, where: str) -> Iterator[Campaign]:
    last = ""
    while True:
        page = coql.run(api, coql.select(["id", NAME], source, both(where, f"id > {text(last)}" if last else None)))
        yield from map(_campaign, page.rows)
        if not page.more or not page.rows:
            return
        last = str(page.rows[-1]["id"])


def _campaign(row: dict[str, object]) -> Campaign:
    return Campaign(str(row["id"]), str(row.get(NAME) or ""))


def _dated(fields: Sequence[Field]) -> str:
    return MODIFIED_TIME if any(field.api_name == MODIFIED_TIME for field in fields) else ""
