"""What one run of the membership rules is told: frozen, checked before, free of Airbyte and of any vendor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from mailsync.membership.tool import MailingList


class OnDelete(Enum):
    """What happens to a membership of ours when the last record behind it is gone."""

    KEEP = "keep"
    REMOVE = "remove"
    SUPPRESS = "suppress"


class WhenSpent(Enum):
    """What happens when a day's budget is spent."""

    POSTPONE = "postpone"
    STOP = "stop"


class SyncMode(Enum):
    """Airbyte's destination sync modes, as far as they mean something for people on a list."""

    APPEND_DEDUP = "append_dedup"
    OVERWRITE = "overwrite"
    APPEND = "append"


@dataclass(frozen=True, slots=True)
class Feed:
    """One stream feeding one list. `only`: the parts of the stream that it takes, by id or name; None: all of it."""

    stream: str
    list: MailingList
    on_delete: OnDelete = OnDelete.REMOVE
    only: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """One configured stream. `generation` and `minimum_generation` as the host stamps them."""

    name: str
    mode: SyncMode
    generation: int = 0
    minimum_generation: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. `account` names the mailing account in the ledger (system + organisation id, or a digest of the credentials where there is none)."""

    sync_name: str
    account: str
    streams: tuple[StreamPlan, ...]
    feeds: tuple[Feed, ...]
    share_of_limit: float = 0.9
    when_spent: WhenSpent = WhenSpent.POSTPONE
    membership_first: bool = False  # people go onto their lists by the many-address call, and their fields follow at the end of the run
    adopt_existing: bool = False
    confirm_after_ledger_loss: bool = False
    allow_confirmation_mails: bool = False
    opt_out_reaches_everyone: bool = False
    returns_after_removal: bool = True
    removals_over_brake: bool = False
    created_lists: frozenset[str] = frozenset()  # keys of lists made for this run: who is on them is no sign of a lost ledger
    closed_lists: frozenset[str] = frozenset()  # keys of lists whose campaign was launched: nobody joins them any more
    statuses_expected: bool = True  # False: the host forwards no stream statuses, and the operator said that end of input is COMPLETE


@dataclass(frozen=True, slots=True)
class Order:
    """Who wins an address: last contacted, else last modified; both epoch seconds, 0 where unknown."""

    last_contacted: float = 0.0
    last_modified: float = 0.0


@dataclass(frozen=True, slots=True)
class Tombstone:
    """`reason` is deleted, converted, left_selection or merged; `heir` the (stream, record id) that inherits the history, where one does."""

    reason: str
    heir: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One record message, as the rules see it.

    `cursor` is comparable within the stream (None: the source has none; arrival order counts). `address` is the raw text, None where absent or
    empty. `payload` holds the mapped fields without the address. `blocked` names why this record may not be written though its address is fine
    (a required field empty, a value that cannot be converted): its fate is rejected(reason); `blocked_by` is the column that is to blame.
    `changed`: (field, how) of each value that was not written as it came. `part`: id and name of the part of the stream that the record belongs to,
    where feeds choose by it.
    """

    stream: str
    record_id: str
    cursor: int | None
    tombstone: Tombstone | None = None
    address: str | None = None
    opt_out: bool = False
    order: Order = Order()
    payload: Mapping[str, str] | None = None
    blocked: str | None = None
    blocked_by: str = ""
    changed: tuple[tuple[str, str], ...] = ()
    part: tuple[str, str] | None = None


class RecordFate(Enum):
    """Promise 2: the closed set."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    SHADOWED = "shadowed"
    RELEASED = "released"
    POSTPONED = "postponed"
    PENDING_CONFIRMATION = "pending_confirmation"
    NOT_OURS = "not_ours"
    SKIPPED = "skipped"
    REJECTED = "rejected"


FateCounts = Mapping[tuple[str, str, RecordFate, str], int]
"""(stream, list key, fate, reason) → records. For each (stream, list key) they add up to the records that came in."""
