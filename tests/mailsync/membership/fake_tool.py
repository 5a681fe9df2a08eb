"""A mailing tool in memory: the vendor facts that the membership rules rely on, people who act on their own, and a dial for failures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from mailsync.errors import MailsyncError
from mailsync.membership.tool import DONE, Fate, ListedStatus, MailingList, Member, Outcome, Person, Response, Traits, Window

ACTIVE, UNSUBSCRIBED, BOUNCED = ListedStatus.ACTIVE, ListedStatus.UNSUBSCRIBED, ListedStatus.BOUNCED
PAGE = 4


class Crash(BaseException):
    """The process dies here: no `except Exception` may catch it."""


class FakeClock:
    """Vendor time that moves only when told, or when somebody sleeps."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.time = now
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += max(0.0, seconds)


@dataclass(slots=True)
class Call:
    """One write that reached the vendor. `effect`: it changed something or could have."""

    method: str
    list: str
    address: str
    payload: dict[str, str] | None
    at: float


@dataclass(slots=True)
class VendorList:
    name: str
    has_form: bool = False
    status: dict[str, ListedStatus] = field(default_factory=dict)
    spelling: dict[str, str] = field(default_factory=dict)
    fields: dict[str, dict[str, str]] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)  # confirmation mail is out


Dial = Callable[[Call], str | MailsyncError | None]
"""Decides about one write: None (as it should), "lost_before", "lost_after", "crash_before", "crash_after", or an error to raise."""


class FakeTool:
    """`deletes`: the vendor can take a member away without a mark, and fields belong to the membership (as Mailigen); else as Zoho Campaigns."""

    def __init__(self, clock: FakeClock, *, deletes: bool = False, attach_size: int = 10, batch_size: int = 1) -> None:
        self.clock = clock
        self.deletes = deletes
        self.lists: dict[str, VendorList] = {}
        self.contact: dict[str, dict[str, str]] = {}
        self.do_not_mail: set[str] = set()
        self.responses: list[Response] = []
        self.calls: list[Call] = []
        self.reads = 0
        self.requests = 0  # writes, counted as the vendor counts them
        self.mails: list[tuple[str, str]] = []
        self.refused: dict[str, str] = {}  # a field value the vendor does not take → its code
        self.dial: Dial = lambda _call: None
        self.before_write: list[Callable[[], None]] = []  # each is done once, before the next write
        self.before_read: list[Callable[[], None]] = []
        self.reserve: Callable[[str], None] = lambda _endpoint: None
        self.on_call: Callable[[Call], None] = lambda _call: None
        self.on_lost: Callable[[list[Call]], None] = lambda _calls: None  # calls that did not arrive, or whose answer did not
        self.organisation: str | None = "org-1"
        window = (Window(500, 300.0),)
        self.windows: dict[str, tuple[Window, ...]] = {
            "subscribe": (Window(500, 60.0), Window(12_500, 3600.0), Window(75_000, 86_400.0)),
            **dict.fromkeys(("attach", "take_off", "suppress", "page", "count"), window),
        }
        self._attach_size = attach_size
        self._batch_size = batch_size

    # What people and staff do.

    def add_list(self, key: str, *, has_form: bool = False) -> MailingList:
        self.lists[key] = VendorList(f"List {key}", has_form)
        return MailingList(key, f"List {key}", has_form)

    def signs_up(self, key: str, address: str) -> None:
        """By the person or by staff: the vendor cannot tell."""
        self._put(key, address, ACTIVE)

    def leaves(self, key: str, address: str, *, by_mail: str | None = None, at_known: bool = False) -> None:
        """Unsubscribes; with a campaign's name, by its footer link, so that a response shows it."""
        if address.lower() in self.lists[key].status:
            self._put(key, address, UNSUBSCRIBED)
        if by_mail is not None:
            self.responses.append(Response(by_mail, address, "unsubscribed", (key,), self.clock.time if at_known else None))

    def complains(self, key: str, address: str) -> None:
        if address.lower() in self.lists[key].status:
            self._put(key, address, UNSUBSCRIBED)
        self.responses.append(Response("newsletter", address, "complaint", (key,), None))

    def bounces(self, key: str, address: str) -> None:
        self._put(key, address, BOUNCED)

    def confirms(self, key: str, address: str) -> None:
        self.lists[key].waiting.discard(address.lower())
        self._put(key, address, ACTIVE)

    def staff_deletes(self, key: str, address: str) -> None:
        for table in (self.lists[key].status, self.lists[key].fields):
            table.pop(address.lower(), None)

    def erases_own_data(self, address: str) -> None:
        for key in self.lists:
            self.staff_deletes(key, address)
        self.contact.pop(address.lower(), None)

    def status(self, key: str, address: str) -> str:
        found = self.lists[key].status.get(address.lower())
        return "absent" if found is None else found.value

    def fields_of(self, key: str, address: str) -> dict[str, str]:
        return dict((self.lists[key].fields if self.deletes else self.contact).get(address.lower(), {}))

    def active(self, key: str) -> set[str]:
        return {address for address, status in self.lists[key].status.items() if status is ACTIVE}

    def calls_for(self, address: str, key: str | None = None) -> list[str]:
        return [call.method for call in self.calls if call.address == address.lower() and key in (None, call.list)]

    # MailingTool.

    @property
    def traits(self) -> Traits:
        return Traits(
            system="fake",
            can_delete_member=self.deletes,
            fields_belong_to_contact=not self.deletes,
            batch_size=self._batch_size,
            attach_size=self._attach_size,
            limits=self.windows,
            lock_s=dict.fromkeys(self.windows, 1800.0),
            subscribe_endpoint="subscribe",
            attach_endpoint="attach",
            unsubscribe_endpoint="take_off",
            suppress_endpoint="suppress",
            read_endpoint="page",
            count_endpoint="count",
        )

    def organisation_id(self) -> str | None:
        return self.organisation

    def mailing_lists(self) -> list[MailingList]:
        return [MailingList(key, one.name, one.has_form) for key, one in self.lists.items()]

    def count(self, list_key: str, status: ListedStatus) -> int:
        self._read("count")
        return sum(one is status for one in self.lists[list_key].status.values())

    def page(self, list_key: str, status: ListedStatus, first: int, size: int) -> list[Member]:
        self._read("page")
        one = self.lists[list_key]
        rows = [Member(one.spelling[address]) for address, shown in one.status.items() if shown is status]
        return rows[first : first + size]

    def page_size(self) -> int:
        return PAGE

    def leavings(self, since: float | None) -> Iterator[Response]:
        self._read("count")
        yield from self.responses

    def suppressed(self) -> Iterator[str] | None:
        if not self.deletes:
            return None
        self._read("count")
        return iter(sorted(self.do_not_mail))

    def subscribe(self, list_key: str, people: Sequence[Person]) -> list[Outcome]:
        assert 0 < len(people) <= self._batch_size
        return self._write("subscribe", list_key, [(one.address, dict(one.payload)) for one in people])

    def attach(self, list_key: str, addresses: Sequence[str]) -> list[Outcome]:
        return self._write("attach", list_key, [(address, None) for address in addresses])

    def attach_calls(self, addresses: Sequence[str]) -> list[tuple[str, Sequence[str]]]:
        return [("attach", addresses)]

    def take_off(self, list_key: str, addresses: Sequence[str], *, delete: bool) -> list[Outcome]:
        assert 0 < len(addresses) <= self._batch_size
        assert self.deletes or not delete
        return self._write("delete" if delete else "take_off", list_key, [(address, None) for address in addresses])

    def suppress(self, list_key: str, addresses: Sequence[str]) -> list[Outcome]:
        assert 0 < len(addresses) <= self._batch_size
        return self._write("suppress", list_key if self.deletes else "", [(address, None) for address in addresses])

    def _read(self, endpoint: str) -> None:
        while self.before_read:
            self.before_read.pop(0)()
        self.reserve(endpoint)
        self.reads += 1
        self.clock.time += 0.2

    def _write(self, method: str, key: str, rows: Sequence[tuple[str, dict[str, str] | None]]) -> list[Outcome]:
        while self.before_write:
            self.before_write.pop(0)()
        self.reserve("take_off" if method == "delete" else method)
        made = [Call(method, key, address.lower(), payload, self.clock.time) for address, payload in rows]
        self.clock.time += 0.2
        said = self.dial(made[0])
        if isinstance(said, MailsyncError):
            raise said
        if said is not None:
            self.on_lost(made)
        if said == "crash_before":
            raise Crash
        if said == "lost_before":
            return [Outcome(Fate.LOST)] * len(made)
        for call in made:
            self.on_call(call)
        self.calls += made
        self.requests += 1
        outcomes = [self._effect(call, address) for call, (address, _) in zip(made, rows, strict=True)]
        self.clock.time += 0.2
        if said == "crash_after":
            raise Crash
        return [Outcome(Fate.LOST)] * len(made) if said == "lost_after" else outcomes

    def _effect(self, call: Call, address: str) -> Outcome:
        if call.method in ("take_off", "delete"):
            return self._take_off(call)
        if call.method == "suppress":
            self.do_not_mail.add(call.address)
            if self.deletes:
                self.staff_deletes(call.list, call.address)
                return DONE
            for one in self.lists.values():
                if call.address in one.status:
                    one.status[call.address] = UNSUBSCRIBED
            return DONE
        code = next((code for value, code in self.refused.items() if value in (call.payload or {}).values()), None)
        if code is not None:
            return Outcome(Fate.REJECTED, reason="vendor_refused", code=code, message="not taken")
        if call.address in self.do_not_mail:
            return DONE  # the vendor says so, and does nothing
        one = self.lists[call.list]
        if one.has_form and one.status.get(call.address) is not ACTIVE:
            self.mails.append((call.list, call.address))
            one.waiting.add(call.address)
            return Outcome(Fate.PENDING)
        if call.payload is not None:
            (one.fields if self.deletes else self.contact).setdefault(call.address, {}).update(call.payload)
        self._put(call.list, address, ACTIVE)
        return DONE

    def _take_off(self, call: Call) -> Outcome:
        one = self.lists[call.list]
        if call.method == "delete":
            self.staff_deletes(call.list, call.address)
        elif call.address in one.status:
            one.status[call.address] = UNSUBSCRIBED
        return DONE

    def _put(self, key: str, address: str, status: ListedStatus) -> None:
        one = self.lists[key]
        one.status[address.lower()] = status
        one.spelling.setdefault(address.lower(), address)
