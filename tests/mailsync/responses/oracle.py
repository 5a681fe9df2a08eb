"""What must be true of everything written to the CRM, stated over what happened, not over how the product works.

The oracle sees three things: what the mailing tool's responses said (and to whom they were handed), what staff did in the CRM, and every write that reached
the CRM. It shares no code with the rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.mailsync.responses.fake_crm import Call, FakeCrm

RANKS = (
    "unsent",
    "soft_bounce",
    "sent",
    "delivered",
    "unopened",
    "hard_bounce",
    "opened",
    "clicked",
    "replied",
    "unsubscribed",
    "complaint",
)
LEAVINGS = {"unsubscribed", "complaint"}
NEVER_MADE = {"unsubscribed", "complaint", "hard_bounce"}
REACHED = {"sent", "delivered", "opened", "clicked", "replied"}
DAY = 86_400.0
Told = tuple[str, str, str, bool]  # campaign, address, kind, org level proven


@dataclass
class Oracle:
    """`sent_at`: campaign → when. `rules`: subject of an item → (kind, lowest threshold ever set). People are named "module/id"."""

    crm: FakeCrm
    sent_at: dict[str, float]
    rules: dict[str, list[Any]]
    told: set[Told] = field(default_factory=set)  # handed to the product, at least once
    held: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # person → addresses, ever
    touched: set[str] = field(default_factory=set)  # people with a story: moved, merged, deleted. End states are not predicted for them
    statuses: dict[tuple[str, str], int] = field(default_factory=dict)  # (campaign, person) → highest written
    fields: dict[str, tuple[float, int]] = field(default_factory=dict)
    items: dict[str, tuple[str, str]] = field(default_factory=dict)  # item → (marker, the person it was made for)
    replaced: dict[str, str] = field(default_factory=dict)  # person → who was deleted and had the same address before
    consumed: dict[tuple[str, str], set[tuple[str, str]]] = field(default_factory=dict)  # (rule, person) → campaign and address that counted
    doubtful: set[str] = field(default_factory=set)  # items and people whose call had no answer, or whose run died
    excused: set[str] = field(default_factory=set)  # people of whose doubtful items staff deleted one
    opted_out: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)  # person → leavings known at the last answered call
    set_back: set[str] = field(default_factory=set)
    disturbed: bool = False  # a run failed, and not every sync had a quiet run since: a leaving that was told may still be due
    quiet: set[str] = field(default_factory=set)  # the syncs that had one
    made: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # address → people made
    broken: list[str] = field(default_factory=list)

    # What happens.

    def holds(self, person: str, *addresses: str) -> None:
        self.held[person] |= set(addresses)

    def tell(self, told: set[Told]) -> None:
        self.told |= told

    def ran(self, sync: str, syncs: Sequence[str], *, disturbed: bool, quietly: bool) -> None:
        """`quietly`: the run was given everything that was told, and nothing kept it from doing all of it."""
        if disturbed:
            self.disturbed = True
            self.quiet.clear()
        elif quietly and not any(one.locked for one in self.crm.people_by_id.values()):
            self.quiet.add(sync)
        if self.quiet == set(syncs):
            self.disturbed = False
            # Whatever was told by now was done, or was not due: only a leaving that is told from here on makes an opt-out due again.
            self.opted_out |= {person: self.leavings(self.family(person)) for person in self.set_back}

    def staff_deletes_items(self, person: str) -> None:
        if any(item.person == _id(person) and number in self.doubtful for number, item in self.crm.items.items()):
            self.excused.add(person)

    def sets_back(self, person: str) -> None:
        self.set_back.add(person)

    # Who may be meant.

    def family(self, person: str) -> set[str]:
        """Every address tied to a person by people who held the same one, however far."""
        found, grown = set(self.held[person]), True
        while grown:
            more = set().union(*(addresses for addresses in self.held.values() if addresses & found)) if found else set()
            grown = not more <= found
            found |= more
        return found

    def kinds(self, campaign: str, addresses: set[str]) -> set[str]:
        return {kind for key, address, kind, _ in self.told if key == campaign and address in addresses}

    def leavings(self, addresses: set[str]) -> frozenset[tuple[str, str]]:
        """Campaign and address of every proven leaving."""
        pairs = {(key, address) for key, address, kind, _ in self.told if address in addresses and kind in LEAVINGS}
        return frozenset(one for one in pairs if any(told[:2] == one and told[3] for told in self.told))

    # Every write that reaches the CRM.

    def sees(self, call: Call) -> None:
        """Before it takes effect."""
        for row in call.rows:
            if call.method == "write_member_statuses":
                campaign = self.crm.campaigns[row[0]].key
                self._sees_status(campaign, str(row[1]), row[2])
            elif call.method == "write_fields":
                self._sees_field(str(row[0]), row[1])
            elif call.method == "opt_out":
                self._sees_opt_out(str(row))
            elif call.method == "make_items":
                self._sees_item(row.marker, str(row.person), row.subject)
            elif call.method == "make_people":
                self._sees_person(row.address)

    def _sees_status(self, campaign: str, person: str, status: str) -> None:
        rank = RANKS.index(status)
        if rank < self.statuses.get((campaign, person), -1):
            self.broken.append(f"forward: {person} in {campaign} goes back to {status}")
        if self.crm.people_by_id[_id(person)].alive:
            self.statuses[campaign, person] = max(rank, self.statuses.get((campaign, person), -1))
        self._is_justified(campaign, person, status)

    def _is_justified(self, campaign: str, person: str, status: str) -> None:
        kinds = self.kinds(campaign, self.family(person))
        if status == "unopened":
            fine = bool(kinds & {"sent", "delivered"}) and self.crm.clock.time >= self.sent_at[campaign] + DAY
        else:
            fine = status in kinds
        if not fine:
            self.broken.append(f"invented: {person} in {campaign} is told to be {status}; known: {sorted(kinds)}")

    def _sees_field(self, person: str, values: dict[str, Any]) -> None:
        campaign = str(values["Last_Campaign"]).removeprefix("Newsletter ")
        now = (self.sent_at[campaign], RANKS.index(str(values["Last_Status"])))
        if now < self.fields.get(person, (0.0, -1)):
            self.broken.append(f"forward: the field of {person} goes back to {values}")
        if self.crm.people_by_id[_id(person)].alive:
            self.fields[person] = max(now, self.fields.get(person, (0.0, -1)))
        self._is_justified(campaign, person, str(values["Last_Status"]))

    def _sees_opt_out(self, person: str) -> None:
        leavings = self.leavings(self.family(person))
        if not leavings:
            self.broken.append(f"opt-out of {person} without proof")
        if person in self.set_back and leavings == self.opted_out.get(person) and not self.disturbed:
            self.broken.append(f"opt-out of {person} again, though staff set it back and nothing new was told")
        self.opted_out[person] = leavings
        self.set_back.discard(person)

    def _sees_item(self, marker: str, person: str, subject: str) -> None:
        kind, times = self.rules[subject.split(":", maxsplit=1)[0]]
        family = self.family(person)
        campaigns = {key for key, address, told, _ in self.told if told == kind and address in family}
        if len(campaigns) < times:
            self.broken.append(f"rule: {subject} for {person} with {len(campaigns)} campaigns, {times} are needed")
        for number, item in self.crm.items.items():
            known, made_for = self.items.get(number, ("", ""))
            if known == marker and ((item.alive and str(item.person) == person) or (made_for == person and person not in self.excused)):
                self.broken.append(f"twice: {subject} for {person}")

        self._history_counts_once(subject.split(":", maxsplit=1)[0], person)

    def _history_counts_once(self, rule: str, person: str) -> None:
        """Who took the place of somebody deleted had that one's items: a rule does not fire again for the same history."""
        kind, times = self.rules[rule]
        pairs = {told[:2] for told in self.told if told[2] == kind and told[1] in self.held[person]}
        before = self.replaced.get(person)
        # J2: where the answer of the one before was lost, and that person was deleted before anybody looked, nobody knows of it.
        lost = any(made_for == before and number in self.doubtful for number, (_, made_for) in self.items.items())
        if before is not None and rule != "note" and not lost and not self._is_shared(person, before):
            used = self.consumed.get((rule, before), set())
            if len({campaign for campaign, _ in pairs - used}) < times:
                self.broken.append(f"twice: {rule} for {person}, after {before} had it for the same history")
        self.consumed[rule, person] = pairs

    def _is_shared(self, person: str, before: str) -> bool:
        addresses = self.held[person] | self.held[before]
        others = [one for one, held in self.held.items() if held & addresses and one not in (person, before)]
        return bool(others) or person in self.touched or self.held[person] != self.held[before]

    def note_item(self, number: str, marker: str, person: str, *, answered: bool) -> None:
        """After it took effect."""
        self.items[number] = (marker, person)
        if not answered:
            self.doubtful.add(number)

    def _sees_person(self, address: str) -> None:
        if self.crm.holders(address):
            self.broken.append(f"made somebody for {address}, whom {self.crm.holders(address)} has")
        # J2: the answer was lost, and before anybody looked staff moved or deleted the one who was made.
        if any(one not in self.doubtful or one not in self.touched for one in self.made[address]):
            self.broken.append(f"made somebody for {address} twice")

    def note_person(self, person: str, address: str, *, answered: bool) -> None:
        """After it took effect."""
        self.holds(person, address)
        self.made[address].append(person)
        if not answered:
            self.doubtful.add(person)

    def run_died(self, before: set[str]) -> None:
        """What was made since `before` may not have been written down."""
        self.doubtful |= self.everything_made() - before

    def everything_made(self) -> set[str]:
        """Items and people."""
        return {*self.items, *(one for some in self.made.values() for one in some)}

    # What must hold when everything has come to rest.

    def plain_people(self) -> dict[str, set[str]]:
        """Person → addresses: people without a story, whose addresses nobody else ever had."""
        found = {}
        for person, addresses in self.held.items():
            sharing = [one for one, theirs in self.held.items() if theirs & addresses]
            if sharing == [person] and person not in self.touched and self.crm.people_by_id[_id(person)].alive:
                found[person] = addresses
        return found

    def at_rest(self, times: dict[str, int], syncs_rules: list[str]) -> None:
        """`times`: rule → its threshold now."""
        for person, addresses in self.plain_people().items():
            record = self.crm.people_by_id[_id(person)]
            if record.locked:
                continue
            shown = {campaign: self._highest(campaign, addresses) for campaign in self.sent_at}
            for campaign, status in shown.items():
                if self.crm.status(campaign, record.id) != status:
                    self.broken.append(f"rest: {person} in {campaign} shows {self.crm.status(campaign, record.id)}, not {status}")
            heard = [campaign for campaign, status in shown.items() if status is not None]
            last = max(heard, key=lambda one: self.sent_at[one], default=None)
            wanted = (f"Newsletter {last}", shown[last]) if last is not None else (None, None)
            if (record.fields.get("Last_Campaign"), record.fields.get("Last_Status")) != wanted:
                self.broken.append(f"rest: the field of {person} shows {record.fields}, not {wanted}")
            if self.leavings(addresses) and not record.opted_out and person not in self.set_back:
                self.broken.append(f"rest: {person} left and is not opted out")
            for rule in syncs_rules:
                self._items_at_rest(person, addresses, rule, times)
        self._people_at_rest()

    def _highest(self, campaign: str, addresses: set[str]) -> str | None:
        kinds = set(self.kinds(campaign, addresses))
        if kinds & {"sent", "delivered"}:
            kinds.add("unopened")  # by then every campaign is older than a day
        return max(kinds, key=RANKS.index, default=None)

    def _items_at_rest(self, person: str, addresses: set[str], rule: str, times: dict[str, int]) -> None:
        kind, lowest = self.rules[rule]
        campaigns = {key for key, address, told, _ in self.told if told == kind and address in addresses}
        made = [number for number, item in self.crm.items.items() if str(item.person) == person and item.subject.startswith(f"{rule}:")]
        if rule == "note":
            wanted = {len(campaigns)}
        elif len(campaigns) >= times[rule]:
            wanted = {1}
        else:
            wanted = {0} if len(campaigns) < lowest else {0, 1}
        if len(made) not in wanted and person not in self.excused:
            self.broken.append(f"rest: {len(made)} items of {rule} for {person}, wanted {wanted}")

    def _people_at_rest(self) -> None:
        """Where a person was asked for, and nobody ever had the address, there is exactly one."""
        by_pair: dict[tuple[str, str], set[str]] = defaultdict(set)
        for campaign, address, kind, _ in self.told:
            by_pair[campaign, address].add(kind)
        for address in {address for _, address in by_pair}:
            asked = any(kinds & REACHED and not kinds & NEVER_MADE for (_, one), kinds in by_pair.items() if one == address)
            ever = [person for person, addresses in self.held.items() if address in addresses]
            if asked and not ever:
                self.broken.append(f"rest: nobody was made for {address}")


def _id(person: str) -> Any:
    from mailsync.responses.crm import PersonId

    return PersonId.parse(person)
