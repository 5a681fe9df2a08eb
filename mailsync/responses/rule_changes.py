"""New, changed and removed rules: what is known already counts for them, so they are counted before they fire (docs/responses.md, "The brake")."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import orjson
import sqlalchemy as sa

from mailsync.ledger import recipients, survey_responses
from mailsync.ledger.schema import rule as rules_table
from mailsync.responses.crm import Person, PersonId
from mailsync.responses.held import Held
from mailsync.responses.plan import Plan
from mailsync.responses.reasons import Reason
from mailsync.responses.settle import Settler

SHARE = 0.05
ALWAYS_ALLOWED = 50
BATCH = 500
SURVEYS = " surveys"
"""Under this name, which no rule can have, the digest of what is written of surveys. When that changes every response to one is decided again."""

EVERYTHING_ELSE = ""
"""Under this name the digest of what is no rule: fields, statuses, filters. When that changes every row is decided again."""

_MINE = rules_table.c.sync == sa.bindparam("sync")
_KNOWN = sa.select(rules_table.c.name, rules_table.c.digest).where(_MINE)
_FORGET = sa.delete(rules_table).where(_MINE, rules_table.c.name.not_in(sa.bindparam("names", expanding=True)))


@dataclass(frozen=True, slots=True)
class Brake:
    """One rule that would fire for too many people."""

    rule: str
    people: int
    known: int


class RuleChanges:
    """Compares the plan with what this sync last acted by."""

    def __init__(self, held: Held, settler: Settler) -> None:
        self._held = held
        self._settler = settler
        self.brakes: list[Brake] = []

    def look_at_plan(self) -> None:
        """What is no rule changed: everything is decided again."""
        if EVERYTHING_ELSE in self._new():
            self._note([EVERYTHING_ELSE], recipients.mark_all_dirty)
        if SURVEYS in self._new():
            self._note([SURVEYS], survey_responses.mark_dirty)

    def hold_new(self, *, relearning: bool) -> None:
        """Rules that were not counted yet do not fire; while everything is read anew they cannot be counted."""
        self._held.held_rules.clear()
        for name in self._new_rules():
            self._held.held_rules[name] = Reason.RELEARNING if relearning else Reason.RULE_BRAKED

    def accept(self) -> None:
        """Count what new rules would do over everything known; those below the brake may fire, and everything is decided again."""
        new, plan = self._new_rules(), self._held.plan
        with self._held.ledger.begin() as connection:
            known = recipients.people_known(connection, plan.account)
        limit = max(ALWAYS_ALLOWED, SHARE * known)
        counts = self._counts(limit) if not plan.rules_over_brake and new else {}
        self.brakes = [Brake(name, counts[name], known) for name in sorted(new) if counts.get(name, 0) > limit]
        braked = {one.rule for one in self.brakes}
        self._held.held_rules = dict.fromkeys(braked, Reason.RULE_BRAKED)
        self._note(sorted(set(new) - braked), recipients.mark_found_dirty)

    def _counts(self, limit: float) -> dict[str, int]:
        """Filters are read only where they could matter."""
        rough = self._count(exactly=False)
        has_filters = any(group.filter is not None for group in self._held.plan.groups)
        return self._count(exactly=True) if has_filters and any(count > limit for count in rough.values()) else rough

    def _new(self) -> list[str]:
        with self._held.ledger.begin() as connection:
            known = {row[0]: row[1] for row in connection.execute(_KNOWN, {"sync": self._held.plan.sync_name})}
        return [name for name, digest in _digests(self._held.plan).items() if known.get(name) != digest]

    def _new_rules(self) -> list[str]:
        return [name for name in self._new() if name not in (EVERYTHING_ELSE, SURVEYS)]

    def _note(self, names: list[str], mark_dirty: Callable[[sa.Connection, str], None]) -> None:
        plan, digests = self._held.plan, _digests(self._held.plan)
        with self._held.commit() as connection:
            connection.execute(_FORGET, {"sync": plan.sync_name, "names": list(digests)})
            rows = [{"sync": plan.sync_name, "name": name, "digest": digests[name]} for name in names]
            if rows:
                connection.execute(self._held.ledger.upsert(rules_table), rows)
                mark_dirty(connection, plan.sync_name)

    def _count(self, *, exactly: bool) -> dict[str, int]:
        """Rule → people it would fire for, over everything known."""
        counts: dict[str, int] = {}
        after = ""
        while True:
            with self._held.ledger.begin() as connection:
                batch = recipients.people_after(connection, self._held.plan.account, after, BATCH)
            if not batch:
                return counts
            after = batch[-1]
            for name, people in self._would_fire(batch, exactly=exactly).items():
                counts[name] = counts.get(name, 0) + len(people)

    def _would_fire(self, batch: list[str], *, exactly: bool) -> Mapping[str, set[str]]:
        items = self._settler.items
        crossed = items.crossed(batch, self._settler.histories(batch))
        groups = items.groups_of({one: Person(PersonId.parse(one)) for one in crossed})[0] if exactly else {}
        found: dict[str, set[str]] = {}
        for person, some in crossed.items():
            for rule, _, _ in some:
                if person not in groups or any(rule is one for group in groups[person] for one in group.rules):
                    found.setdefault(rule.name, set()).add(person)
        return found


def _digests(plan: Plan) -> dict[str, str]:
    found = {EVERYTHING_ELSE: _digest([plan.campaigns, plan.member_statuses, plan.fields, plan.opt_out, plan.creation, plan.brought_by])}
    found |= {SURVEYS: _digest([plan.surveys])} if plan.surveys else {}
    for group in plan.groups:
        for rule in group.rules:
            found[rule.name] = _digest([group.filter, rule])
    return found


def _digest(parts: list[object]) -> str:
    text = orjson.dumps(parts, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS, default=_plain)
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else sorted(value)  # type: ignore[call-overload]
