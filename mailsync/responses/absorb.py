"""Absorbing messages (docs/responses.md, "Absorbing"): a message only adds to what is known. No call is made here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import orjson
import sqlalchemy as sa

from mailsync.ledger import actions, members, recipients
from mailsync.ledger.actions import CampaignFacts
from mailsync.ledger.engine import Ledger
from mailsync.ledger.recipients import Pair, ProfileRow, RecipientRow
from mailsync.ledger.suppressions import ForgottenAddresses, Suppressions
from mailsync.membership.address import address_key
from mailsync.membership.plan import RecordFate
from mailsync.responses.campaign_states import is_unsent, known_since
from mailsync.responses.model import bits
from mailsync.responses.plan import Campaign, Kind, OfMailings, Plan, Response, Subscriber
from mailsync.responses.reasons import Reason

LEFT = frozenset({"left", "left_or_returned", "complaint"})


@dataclass(frozen=True, slots=True)
class Absorbed:
    """One message's way through: a fate already, or (fate None) the row that decides. `example` names it in the report: no address."""

    stream: str
    example: str
    fate: RecordFate | None
    reason: str = ""
    pair: Pair | None = None


@dataclass(slots=True)
class Chunk:
    """What a batch of messages did. `touched`: the rows to decide."""

    absorbed: list[Absorbed] = field(default_factory=list)
    touched: set[Pair] = field(default_factory=set)


@dataclass(slots=True)
class _Known:
    """What the ledger knows of the batch's rows, changed in place."""

    rows: dict[Pair, RecipientRow]
    heard: set[Pair]  # this sync has a row of
    profiles: dict[str, ProfileRow]
    campaigns: dict[str, CampaignFacts]
    saved_rows: dict[Pair, RecipientRow] = field(default_factory=dict)
    saved_profiles: dict[str, ProfileRow] = field(default_factory=dict)
    saved_campaigns: dict[str, CampaignFacts] = field(default_factory=dict)
    reordered: set[str] = field(default_factory=set)


class Absorber:
    """Absorbs batches for one sync."""

    def __init__(self, ledger: Ledger, plan: Plan) -> None:
        self._ledger = ledger
        self._plan = plan
        self._suppressions = Suppressions(ledger, plan.mailing_account or "")
        self._forgotten = ForgottenAddresses(ledger)

    def absorb(self, connection: sa.Connection, messages: Sequence[OfMailings]) -> Chunk:
        """Take a batch in, in order. The caller commits."""
        chunk = Chunk()
        keys = {one.address: address_key(one.address) for one in messages if not isinstance(one, Campaign)}
        known = self._known(connection, messages, keys)
        for one in messages:
            if not isinstance(one, Campaign) and (keys[one.address] or one.address.strip().lower()) in self._forgotten:
                absorbed = Absorbed(one.stream, one.campaign if isinstance(one, Response) else "", RecordFate.SKIPPED, Reason.FORGOTTEN)
            elif isinstance(one, Response):
                absorbed = self._response(connection, one, keys[one.address], known, chunk)
            elif isinstance(one, Subscriber):
                absorbed = self._subscriber(one, keys[one.address], known, chunk)
            else:
                absorbed = self._campaign(one, known, chunk)
            chunk.absorbed.append(absorbed)
        self._save(connection, known, chunk)
        return chunk

    def _known(self, connection: sa.Connection, messages: Sequence[OfMailings], keys: Mapping[str, str | None]) -> _Known:
        pairs: set[Pair] = set()
        for one in messages:
            if isinstance(one, Campaign):
                pairs.add((one.key, ""))
            else:
                pairs.add((one.campaign if isinstance(one, Response) else "", keys[one.address] or ""))
        addresses = {address for address in keys.values() if address is not None}
        account = self._plan.account
        return _Known(
            rows=recipients.load(connection, account, pairs),
            heard=set(recipients.load_due(connection, self._plan.sync_name, pairs)),
            profiles=recipients.profiles(connection, account, addresses),
            campaigns=actions.campaigns(connection, account, {one.key for one in messages if isinstance(one, Campaign)}),
        )

    def _response(self, connection: sa.Connection, one: Response, key: str | None, known: _Known, chunk: Chunk) -> Absorbed:
        if one.taken_back:
            return Absorbed(one.stream, one.campaign, RecordFate.UNCHANGED)
        if one.kind is Kind.UNSUBSCRIBED and (one.ours or (key is not None and self._is_ours(connection, one, key))):
            return Absorbed(one.stream, one.campaign, RecordFate.SKIPPED, Reason.OURS)  # B1
        if key is None:
            return Absorbed(one.stream, one.campaign, RecordFate.REJECTED, Reason.INVALID_ADDRESS)  # B2
        pair = (one.campaign, key)
        # Unopened shrinks in the mailing tool: what it proves for good is that the mail was sent.
        bit = bits([Kind.SENT if one.kind is Kind.UNOPENED else one.kind])
        row = known.rows.setdefault(pair, RecipientRow(self._plan.account, one.campaign, key))
        if row.kinds & bit == 0 or (one.org_level and not row.org):  # B4
            row.kinds, row.org = row.kinds | bit, row.org | int(one.org_level)
            known.saved_rows[pair] = row
        self._learn_name(one, key, known)
        self._hear(pair, known, chunk, changed=pair in known.saved_rows)  # else B3
        return Absorbed(one.stream, one.campaign, None, pair=pair)

    def _learn_name(self, one: Response, key: str, known: _Known) -> None:
        """What a response tells of a recipient who may become a person; what a list tells of a subscriber is better."""
        if self._plan.creation is None or key in known.profiles or not (one.first_name or one.last_name or one.company or one.phone):
            return
        profile = ProfileRow(self._plan.account, key, one.first_name, one.last_name, one.phone, 0, one.company or None)
        known.profiles[key] = known.saved_profiles[key] = profile

    def _is_ours(self, connection: sa.Connection, one: Response, key: str) -> bool:
        """A list-level mark that a removal by our forward sync explains, and no leaving that it has seen."""
        if self._plan.mailing_account is None:
            return False
        for list_key in one.lists:
            list_id = f"{self._plan.mailing_account}/{list_key}"
            member = members.load(connection, list_id, [key]).get(key)
            left = self._suppressions.load(connection, list_id, [key]).get(key, ())
            if member is not None and member.removed is not None and not any(reason.reason in LEFT for reason in left):
                return True
        return False

    def _subscriber(self, one: Subscriber, key: str | None, known: _Known, chunk: Chunk) -> Absorbed:
        creation = self._plan.creation
        if creation is None:
            return Absorbed(one.stream, "", RecordFate.SKIPPED, Reason.NOT_ASKED)
        if key is None:
            return Absorbed(one.stream, "", RecordFate.REJECTED, Reason.INVALID_ADDRESS)
        now = ProfileRow(self._plan.account, key, one.first_name, one.last_name, one.phone, int(one.active), one.company or None)
        changed = known.profiles.get(key) != now
        if changed:
            known.profiles[key] = known.saved_profiles[key] = now
        if not creation.for_subscribers:
            return Absorbed(one.stream, "", RecordFate.SKIPPED, Reason.NOT_ASKED)
        if not one.active:
            return Absorbed(one.stream, "", RecordFate.SKIPPED, Reason.NOT_ACTIVE)
        pair = ("", key)
        if pair not in known.rows:
            known.rows[pair] = known.saved_rows[pair] = RecipientRow(self._plan.account, "", key)
        self._hear(pair, known, chunk, changed=changed)
        return Absorbed(one.stream, "", None, pair=pair)

    def _campaign(self, one: Campaign, known: _Known, chunk: Chunk) -> Absorbed:
        before, pair = known.campaigns.get(one.key), (one.key, "")
        if before is None and is_unsent(one.state) and not one.launch:
            return Absorbed(one.stream, one.key, RecordFate.SKIPPED, Reason.NOT_SENT)
        now = replace(before) if before is not None else CampaignFacts(self._plan.account, one.key, one.key)
        now.name, now.parent = one.name or now.name, one.parent or now.parent
        now.sent_at = now.sent_at if one.sent_at is None else one.sent_at
        now.figures, now.facts = _merged(now.figures, one.figures), _merged(now.facts, one.facts)
        now.facts = _merged(now.facts, known_since(orjson.loads(before.facts) if before else {}, one.state, one.launch))
        if now != before:
            known.campaigns[one.key] = known.saved_campaigns[one.key] = now
            if before is None or before.sent_at != now.sent_at:
                known.reordered.add(one.key)
        self._hear(pair, known, chunk, changed=now != before)
        return Absorbed(one.stream, one.key, None, pair=pair)

    def _hear(self, pair: Pair, known: _Known, chunk: Chunk, *, changed: bool) -> None:
        """A row that is new, to the ledger or to this sync, has to be decided."""
        if changed or pair not in known.heard:
            chunk.touched.add(pair)

    def _save(self, connection: sa.Connection, known: _Known, chunk: Chunk) -> None:
        recipients.save(self._ledger, connection, list(known.saved_rows.values()))
        recipients.save_profiles(self._ledger, connection, list(known.saved_profiles.values()))
        actions.save_campaigns(self._ledger, connection, list(known.saved_campaigns.values()))
        recipients.add_due(self._ledger, connection, self._plan.sync_name, chunk.touched)
        recipients.mark_dirty(connection, sorted(chunk.touched))
        for key in known.reordered:
            recipients.mark_campaign_dirty(connection, key)


def _merged(known: str, told: Mapping[str, object]) -> str:
    return orjson.dumps({**orjson.loads(known), **told}, option=orjson.OPT_SORT_KEYS).decode()
