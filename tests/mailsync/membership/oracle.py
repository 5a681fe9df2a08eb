"""Promises 1 to 4 and 11, stated over what happened, not over how the product works.

The oracle sees three things: what the CRM's records said (and which of it was acknowledged), what people and staff did at the mailing tool, and
every call that reached the mailing tool. It shares no code with the rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tests.mailsync.membership.fake_tool import Call

Place = tuple[str, str]  # (list key, address)
RecordId = tuple[str, str, str]  # (sync, stream, id)


@dataclass
class Truth:
    """What a record says. `address` None: it claims nothing."""

    address: str | None
    opt_out: bool = False
    city: str = ""
    contacted: float = 0.0
    live: bool = True


@dataclass
class Oracle:
    """`feeds`: (sync, stream) → list keys; `forms`: keys of lists with a form."""

    feeds: dict[tuple[str, str], tuple[str, ...]]
    forms: frozenset[str]
    by_contact: bool = True  # one set of fields for each contact, not for each membership
    crm: dict[RecordId, Truth] = field(default_factory=dict)  # as it is
    acknowledged: dict[RecordId, Truth] = field(default_factory=dict)  # as far as a STATE came back
    held: dict[RecordId, set[str]] = field(default_factory=lambda: defaultdict(set))  # acknowledged addresses, ever
    held_or_sent: dict[RecordId, set[str]] = field(default_factory=lambda: defaultdict(set))
    heard: dict[RecordId, list[Truth]] = field(default_factory=lambda: defaultdict(list))  # the last acknowledged, and what was sent since
    told: dict[RecordId, set[str]] = field(default_factory=lambda: defaultdict(set))  # addresses sent, ever
    heirs: dict[RecordId, RecordId] = field(default_factory=dict)
    left: set[Place] = field(default_factory=set)  # the person's last word about a list
    shown: set[Place] = field(default_factory=set)  # … and a read or response told the product, before a call
    just_shown: set[Place] = field(default_factory=set)
    known_to_have_left: set[Place] = field(default_factory=set)  # shown to the product, which may have kept it, until a run saw them back
    seen_away: set[Place] = field(default_factory=set)  # a complete read of a run that ended well showed them not active, and no call of ours since
    called: set[Place] = field(default_factory=set)
    taken_off: set[Place] = field(default_factory=set)
    unread_return: set[Place] = field(default_factory=set)  # signed up, and no run has read the list to its end since
    theirs: set[Place] = field(default_factory=set)  # somebody else put them there
    unanswered: set[Place] = field(default_factory=set)  # a call of ours may have been made there, and nobody has looked since
    doubtful: set[Place] = field(default_factory=set)
    overridden: set[Place] = field(default_factory=set)  # of those: a call of ours came after the leaving, or may have
    lost: set[Place] = field(default_factory=set)  # calls of the run under way whose answer, or which themselves, got lost
    touched: set[str] = field(default_factory=set)  # addresses with a story of their own: end states are not predicted for them
    mailed: dict[Place, int] = field(default_factory=lambda: defaultdict(int))
    running: str = ""
    away_at_first: set[Place] = field(default_factory=set)  # when the run under way began
    calls_of_run: set[Place] = field(default_factory=set)
    sent: dict[RecordId, Truth] = field(default_factory=dict)  # of this run, once all of it is in the product's hands
    broken: list[str] = field(default_factory=list)

    # What happens.

    def signs_up(self, place: Place) -> None:
        """Theirs from now on, unless it was or may have been our call, and the product was not shown them away since: success looks the same then (I4, I5)."""
        called = place in self.called or place in self.unanswered
        shown_away = place in self.shown or (place in self.seen_away and place not in self.unanswered)
        if not called or shown_away or place[0] in self.forms:
            self.theirs.add(place)
        if place in self.unanswered:
            self.called.add(place)  # … so who is on now may be there by a call of ours
        if place in self.doubtful and place not in self.seen_away:
            self.overridden.add(place)  # they left and came back, and no read saw it (I5): the leaving that a campaign tells of stands
        self.seen_away.discard(place)
        self.unread_return.add(place)
        self.left.discard(place)
        self.shown.discard(place)
        self.just_shown.discard(place)
        self.touched.add(place[1])

    def leaves(self, place: Place, *, lasting: bool = False) -> None:
        """`lasting`: a campaign or a complaint tells of it for ever, so that somebody who came back since may still be taken off in doubt."""
        if lasting or not (place in self.taken_off and place in self.unread_return):
            self.left.add(place)  # else they came back and left again between two reads: all that shows is the mark of our own removal (I2, I5)
        if lasting:
            self.doubtful.add(place)
            self.overridden.discard(place)
        self.touched.add(place[1])

    def vanishes(self, place: Place) -> None:
        """Without a trace: whoever is put there next is put there by that one."""
        self.theirs.discard(place)

    def shows(self, place: Place) -> None:
        """A page or a response with this leaving was handed to the product; it counts once a call follows."""
        if place in self.left:
            self.just_shown.add(place)
            self.known_to_have_left.add(place)

    def as_told(self, record: RecordId) -> Truth:
        """What a message about this record can tell: a tombstone is a bare id, so a value that came and went between two runs was never told."""
        now = self.crm[record]
        if now.live:
            return now
        told = self.acknowledged.get(record, Truth(None))
        return Truth(told.address, told.opt_out, told.city, told.contacted, live=False)

    def sends(self, truths: dict[RecordId, Truth]) -> None:
        """All of this is in the product's hands now. Whether it is kept is certain only once its STATE comes back."""
        self.sent.update(truths)
        for record, truth in truths.items():
            self.heard[record].append(truth)
            self.told[record] |= {truth.address} - {None}
        for lead, contact in self.heirs.items():
            if lead in truths:
                self.told[contact] |= self.told[lead]

    def acknowledge(self, record: RecordId, truth: Truth) -> None:
        self.acknowledged[record] = truth
        # A tombstone is a bare id: what the record said last may have come from a message that was taken in and never acknowledged.
        self.heard[record] = [truth] if truth.live else [replace(one, live=False) for one in self.heard[record]] or [truth]
        if truth.address is not None:
            self.held[record].add(truth.address)
            self.told[record].add(truth.address)

    # Every call that reaches the mailing tool.

    def sees(self, call: Call) -> None:
        self.shown |= self.just_shown
        place = (call.list, call.address)
        if call.method in ("take_off", "delete"):
            self._sees_take_off(place)
            self.taken_off.add(place)
            return
        self._sees_subscription(place)
        self._calls(place)
        if call.list in self.forms:
            self.mailed[place] += 1
            if self.mailed[place] > 1:
                self.broken.append(f"promise 11: a second call that can mail {place}")

    def _calls(self, place: Place) -> None:
        self.called.add(place)
        self.calls_of_run.add(place)
        self.seen_away.discard(place)
        if place in self.doubtful:
            self.overridden.add(place)

    def _sees_subscription(self, place: Place) -> None:
        key, address = place
        if place in self.shown:
            self.broken.append(f"promise 3: {place} had left, and the product had been told")
        for record, truth in {**self.acknowledged, **self.sent}.items():
            held = self.held[record]
            if self._is_opted_out(record) and (address in held or address == truth.address):
                self.broken.append(f"promise 3: {record} is opted out and held {address}")
            # A move or a deletion that a run took in before it died counts, though its STATE never came back.
            claims = key in self.feeds[record[:2]] and all(one.live and one.address == address for one in (truth, *self.heard[record][-1:]))
            if claims and (record in self.sent or record[0] != self.running) and any((key, before) in self.shown for before in held - {address}):
                self.broken.append(f"promise 3: {record} at {address} left {key} with another address")

    def _is_opted_out(self, record: RecordId) -> bool:
        """Whether the product must know it, whatever it kept of what it was told; a converted record's opt-out ends with its heir's own word."""
        if record in self.heirs and self.heard[self.heirs[record]]:
            return False
        if record in self.sent and self.sent[record].live:
            return self.sent[record].opt_out
        return all(one.opt_out for one in self.heard[record])

    def _sees_take_off(self, place: Place) -> None:
        key, address = place
        if place not in self.called | self.lost:
            self.broken.append(f"promise 4: {place} was never added or updated by us")
        if self._may_have_left(place):
            return
        if place in self.theirs and place not in self.left:
            self.broken.append(f"promise 4: {place} was put there by somebody else")
        for record, truth in self.acknowledged.items():
            if not (truth.live and truth.address == address and key in self.feeds[record[:2]]):
                continue
            now = self.crm.get(record)
            if record[0] != self.running or (now is not None and now.live and now.address == address):
                self.broken.append(f"promise 4: {place} is claimed by {record}")

    def _may_have_left(self, place: Place) -> bool:
        """Whether a leaving, or an opt-out in the CRM, can be the reason.

        Their own leaving; of a member who is not ours only one that our call overrode. The leaving under another address of a record that claims this
        one. An opt-out that the product may have heard of any record that ever had the address, the dead ones too.
        """
        key, address = place
        if place in self.left or place in self.shown or (place in self.doubtful and (place not in self.theirs or place in self.overridden)):
            return True
        if any(address in self.told[record] and any(one.opt_out for one in truths) for record, truths in self.heard.items()):
            return True
        return any(
            (key, before) in self.known_to_have_left | self.doubtful for record in self._claiming(key, address) for before in self.told[record]
        )

    def _claiming(self, key: str, address: str) -> list[RecordId]:
        """Records that, for all the product may have heard, feed the list with this address."""
        return [
            record
            for record, truths in self.heard.items()
            if key in self.feeds[record[:2]] and any(one.live and one.address == address for one in truths)
        ]

    def begins(self, sync: str, lists: Iterable[str], active: dict[str, set[str]], addresses: Iterable[str]) -> None:
        """A run over these lists, which begins with a complete read of them."""
        self.running = sync
        self.just_shown.clear()
        self.sent = {}
        self.away_at_first = {(key, address) for key in lists for address in addresses if address not in active[key]}
        self.calls_of_run = set()

    def ends(self, lists: Iterable[str], *, died: bool) -> None:
        """Whoever died may have left an intent about anybody who was claimed; after any other end, only calls that got lost have no answer."""
        fed = set(lists)
        if died:
            claimed = {one.address for truths in self.heard.values() for one in truths if one.live and one.address}
            self.unanswered |= {(key, address) for key in fed for address in claimed if self._claiming(key, address)}
        else:
            self.unanswered = {place for place in self.unanswered if place[0] not in fed}
            self.seen_away |= self.away_at_first - self.calls_of_run
            self.unread_return = {place for place in self.unread_return if place[0] not in fed}
            self.known_to_have_left -= {place for place in self.known_to_have_left - self.left if place[0] in fed}
        self.unanswered |= self.lost
        self.overridden |= self.unanswered & self.doubtful
        self.lost.clear()

    def after_a_run(self, active: dict[str, set[str]]) -> None:
        """A leaving that a campaign's response shows is undone by the end of the run, if it was our call that overrode it.

        Where the call that undoes it got lost, the next run undoes it.
        """
        for key, address in sorted((self.left & self.doubtful & self.called) - self.unanswered):
            if address in active.get(key, ()):
                self.broken.append(f"promise 3: {(key, address)} left by a mail, we brought them back, and it was not undone")

    # What must hold when everything has come to rest.

    def family(self, address: str) -> set[str]:
        """The addresses of every record that ever had this one: a leaving follows the person so far, and no further."""
        return {address}.union(*(held for held in self.held_or_sent.values() if address in held))

    def claimants(self, key: str, address: str) -> list[RecordId]:
        return [record for record, truth in self.crm.items() if truth.live and truth.address == address and key in self.feeds[record[:2]]]

    def winner(self, key: str, address: str) -> RecordId:
        """Where fields are the contact's, the best record of the whole account; where they are the membership's, of those that feed the list."""
        rivals = [record for record, truth in self.crm.items() if truth.live and truth.address == address]
        rivals = rivals if self.by_contact else self.claimants(key, address)
        return max(rivals, key=lambda record: (self.crm[record].contacted, 0.0, record[2], record[0], record[1]))

    def is_plain(self, address: str) -> bool:
        """Nobody in the family ever left, bounced, vanished, signed up, opted out, or was half-way back."""
        if self.family(address) & self.touched:
            return False
        holders = [record for record in self.crm if address in self.held_or_sent[record]]
        return not any(one.opt_out for record in holders for one in (self.crm[record], *self.heard[record]))

    def at_rest(self, active: dict[str, set[str]], fields: dict[Place, dict[str, str]], addresses: list[str]) -> None:
        """`active`: list key → addresses; `fields`: place → what is seen there."""
        for key, address in ((key, address) for key in active for address in addresses):
            place, claimed = (key, address), bool(self.claimants(key, address))
            if place in self.left and address in active[key] and place in self.called:
                self.broken.append(f"promise 3: {place} left and is on, by our doing")
            if key in self.forms or not self.is_plain(address):
                continue
            if claimed and address not in active[key]:
                self.broken.append(f"promise 1: {place} is claimed by {self.claimants(key, address)} and is not on")
            if claimed and address in active[key] and fields[place].get("City", "") != self.crm[self.winner(key, address)].city:
                self.broken.append(f"promise 1: {place} shows {fields[place]}, the winner is {self.winner(key, address)}")
            if not claimed and address in active[key]:
                self.broken.append(f"promise 1: nobody claims {place}, and it is on")
