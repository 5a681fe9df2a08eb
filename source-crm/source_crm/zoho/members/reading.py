"""The plan of one run: a round through the campaigns, each of whose related lists is read to its end; who is known and no longer listed has left.

Nothing tells what changed: neither linking a person nor a new status moves a modified time that could be asked for. So every list is read in every
sync, and only what is new in it is shown. A refused campaign does not stop the others; the stream fails at its end, naming it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from mailsync import instants
from mailsync.airbyte.voice import Voice
from mailsync.errors import AuthError, ConfigError
from mailsync.zoho import organisation
from mailsync.zoho.api import CrmApi
from mailsync.zoho.fields import Field, has_a_column
from mailsync.zoho.members import MODULE, NAME, PERSON, Campaign, Departure, MemberLists, Place, PlaceLost, is_there
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho.values import Canonical
from source_crm import columns, id_set
from source_crm.emission import Data
from source_crm.id_set import Collector, KnownIds
from source_crm.module_stream import Request
from source_crm.zoho import opening
from source_crm.zoho.connection import AccountFacts, Connection
from source_crm.zoho.members.known import mark
from source_crm.zoho.members.naming import WasShown
from source_crm.zoho.members.state import MembersState, Walk
from source_crm.zoho.members.task import STREAM, People, Task

MOST_NAMED = 10
TRIED = 3


@dataclass(frozen=True, slots=True)
class Ways:
    """What the products do in their own ways. `campaigns` gives those that are selected; `dated` the field of a module that dates a change."""

    state: type[MembersState]
    lists: Callable[[CrmApi], MemberLists]
    campaigns: Callable[[CrmApi, WasShown], Sequence[Campaign]]
    dated: Callable[[Sequence[Field]], str]


def run(request: Request, connection: Connection, voice: Voice, ways: Ways) -> Iterator[Data]:
    """All records of one run, with STATE in between. The first STATE is the one given."""
    api, state = opening.opened(ways.state, request, connection, voice, module=MODULE)
    if opening.is_ahead(state, api, voice):
        return
    lists = ways.lists(api)
    task = Task(voice, state, api, lists, _people(api, connection.account_facts(), lists, request, voice, ways.dated))
    campaigns = ways.campaigns(api, partial(_was_shown, task))
    _foretell(task, campaigns)
    yield from _round(task, campaigns)
    voice.info(f"Done, with {task.pages} pages of members. The account used {api.usage} so far in this sync.")


def _people(
    api: CrmApi, facts: AccountFacts, lists: MemberLists, request: Request, voice: Voice, dated: Callable[[Sequence[Field]], str]
) -> list[People]:
    """The modules of members that this user may read. Raises ConfigError where there are none."""
    wanted = [name for name in PERSON if not request.columns or name in request.columns]
    found: list[People] = []
    for name in lists.modules:
        module = facts.modules.get(name)
        if module is None or module.why_not:
            voice.warn(f"Members of the module {name} are left out: {module.why_not if module else 'the account does not have it'}.")
            continue
        fields = [field for field in organisation.fields(api, name) if has_a_column(field)]
        when = dated(fields)
        chosen = [field for field in fields if field.api_name in wanted or field.api_name == when]
        found.append(People(name, tuple(field.api_name for field in chosen), when, Canonical(chosen)))
    if not found:
        raise ConfigError(f"None of the modules whose records can be members of campaigns ({', '.join(lists.modules)}) is open to this user.")
    return found


def _was_shown(task: Task, field: str, value: str) -> bool:
    """Whether members of this campaign were shown, and it is gone since. A campaign that only has another name now is not gone."""
    shown = [
        campaign for campaign in task.known.campaigns() if value == campaign or (field == NAME and task.state.names.get(campaign) == mark(value))
    ]
    gone = bool(shown) and not any(is_there(task.api, campaign) for campaign in shown)
    if gone:
        task.voice.warn("A campaign that the selection names was deleted: its members leave the stream. Correct the selection before the next sync.")
    return gone


def _foretell(task: Task, campaigns: Sequence[Campaign]) -> None:
    known = sum(1 for campaign in task.known.campaigns() for module in task.known.modules(campaign) for _ in task.known.ids(campaign, module))
    pages = len(campaigns) * len(task.people) + known // 200
    task.voice.info(
        f"Reading the members of {len(campaigns)} campaigns: at least {pages * task.lists.credits_per_page} credits in every sync, one page for each "
        f"campaign and module and for every further 200 members. A selection of {STREAM} chooses campaigns."
    )


def _round(task: Task, campaigns: Sequence[Campaign]) -> Iterator[Data]:
    state = task.state
    if not state.started:
        state.started, state.done = task.settled, id_set.EMPTY
    yield from _farewell(task, {campaign.id for campaign in campaigns})
    done, refused = KnownIds(state.done, 0), dict[str, str]()
    for number, campaign in enumerate(campaigns, start=1):
        if int(campaign.id) in done:
            continue
        try:
            for people in task.people:
                yield from _list(task, campaign, people)
        except AuthError:
            raise
        except (CrmRefusal, ConfigError) as error:
            state.walk = None
            if is_there(task.api, campaign.id):
                refused[campaign.id] = str(error)
            if len(refused) == number == TRIED:
                break  # not one could be read: this account's API gives none, and every further call would say so
            continue
        state.names[campaign.id] = mark(campaign.name)
        done.add(int(campaign.id))
        state.done = done.packed()
        if task.is_due:
            task.checkpoint()
    _close(task, refused, len(campaigns))


def _close(task: Task, refused: Mapping[str, str], campaigns: int) -> None:
    """The round is over. Where campaigns were refused, the next one looks back as far as this one did. Raises ConfigError naming them."""
    state = task.state
    if not refused:
        state.upto = max(state.upto, state.started)
    state.started, state.done = "", id_set.EMPTY
    task.checkpoint()
    if not refused:
        return
    named = "; ".join(f"{campaign}: {why}" for campaign, why in list(refused.items())[:MOST_NAMED])
    rest = "not tried" if len(refused) == TRIED < campaigns and not task.pages else "read"
    raise ConfigError(
        f"The members of {len(refused)} campaigns could not be read; the other {campaigns - len(refused)} were {rest}. {named} "
        f"Give the user behind the token access to them, choose other campaigns by a selection of {STREAM}, or leave the stream out."
    )


def _farewell(task: Task, there: set[str]) -> Iterator[Data]:
    """Campaigns that are no longer there, or no longer selected: all their members leave the stream. The people themselves are still in the CRM."""
    left = Departure(columns.LEFT_SELECTION, instants.text(task.now))
    for campaign in task.known.campaigns():
        if campaign in there:
            continue
        for module in task.known.modules(campaign):
            for person in list(task.known.ids(campaign, module)):
                yield from task.gone(campaign, module, person, left)
        task.known.forget(campaign)
        task.checkpoint()


def _list(task: Task, campaign: Campaign, people: People) -> Iterator[Data]:
    """One related list, from where an earlier run stopped; then who has left it."""
    walk = task.state.walk
    if walk is None or (walk.campaign, walk.module) != (campaign.id, people.module):
        walk = Walk(campaign.id, people.module)
    try:
        seen = yield from _walk(task, campaign, people, walk)
    except PlaceLost:
        task.voice.info("The vendor no longer knows where a list was left; it is read from its beginning.")
        seen = yield from _walk(task, campaign, people, Walk(campaign.id, people.module))
    missing = [person for person in task.known.ids(campaign.id, people.module) if person not in seen]
    if missing:
        yield from _departed(task, campaign, people, missing)
    task.state.walk = None


def _walk(task: Task, campaign: Campaign, people: People, walk: Walk) -> Generator[Data, None, KnownIds]:
    seen = Collector(walk.seen)
    while True:
        page = task.lists.page(campaign.id, people.module, people.fields, walk.place)
        for row in page.rows:
            seen.add(int(row["id"]))
            yield from task.show(campaign, people, row)
        task.pages += 1
        if page.next is None:
            return KnownIds(seen.packed(), 0)
        walk.go_on(page.next)
        if task.is_due:
            walk.seen = seen.packed()
            task.state.walk = walk
            task.checkpoint()


def _departed(task: Task, campaign: Campaign, people: People, missing: Sequence[int]) -> Iterator[Data]:
    """Who is known and was not listed. Pages may move under the reader, so those are asked for once more before anything is said of them."""
    still = task.lists.among(campaign.id, people.module, list(map(str, missing)))
    if still is None:
        still = _listed_again(task, campaign, people)
    left = {str(person) for person in missing} - still
    if not left:
        return
    fates = task.lists.departures(people.module, left, since=task.lower or instants.earlier(task.state.started, 86_400.0))
    taken_off = Departure(columns.LEFT_SELECTION, instants.text(task.now))
    for person in missing:
        if str(person) in left:
            yield from task.gone(campaign.id, people.module, person, fates.get(str(person), taken_off))


def _listed_again(task: Task, campaign: Campaign, people: People) -> frozenset[str]:
    there: set[str] = set()
    place: Place | None = Place()
    while place is not None:
        page = task.lists.page(campaign.id, people.module, people.fields, place)
        there.update(str(row["id"]) for row in page.rows)
        task.pages += 1
        place = page.next
    return frozenset(there)
