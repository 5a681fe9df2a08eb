"""What the private tree holds, as plain rows: portals, departments, surveys, collectors, distributions, fields, the question dictionary.

Source: a registered integration's client (docs/systems/zoho_survey.md#tree), checked 2026-11. Names come entity-encoded and are decoded here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from mailsync.errors import ConfigError, VendorUnavailable
from mailsync.zoho_survey.access import LABEL
from mailsync.zoho_survey.client import SurveyClient

# As the known client asks; larger pages may be capped.
PAGE = 50
QUESTIONS = "Questions"


@dataclass(frozen=True, slots=True)
class Department:
    """A department and its portal."""

    portal_id: str
    portal_name: str
    id: str
    name: str

    @property
    def path(self) -> str:
        """Where its surveys are."""
        return f"/portals/{self.portal_id}/departments/{self.id}/surveys"


@dataclass(frozen=True, slots=True)
class Item:
    """A survey, collector or distribution. `path` is its own, below the tree."""

    id: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Field:
    """What a contact of an invitation may hold."""

    key: str
    label: str
    required: bool


@dataclass(frozen=True, slots=True)
class Variable:
    """A column of every response: a question, or something known of the respondent (`group`)."""

    group: str
    key: str
    label: str


def departments(client: SurveyClient, portals: Collection[str] = ()) -> list[Department]:
    """Of these portals, by id or name; of all that the user sees where none is named. Raises ConfigError for one that is not there."""
    every = _departments(client)
    missing = [wanted for wanted in portals if not any(is_meant(wanted, one.portal_id, one.portal_name) for one in every)]
    if missing:
        known = ", ".join(sorted({f"{one.portal_name} ({one.portal_id})" for one in every})) or "none"
        raise ConfigError(f"{LABEL} shows no portal {missing[0]!r} to this user. There are: {known}.")
    return [one for one in every if not portals or any(is_meant(wanted, one.portal_id, one.portal_name) for wanted in portals)]


def is_meant(wanted: str, identifier: str, name: str) -> bool:
    """Whether an id or a name of the configuration means this one."""
    return wanted == identifier or wanted.strip().casefold() == name.strip().casefold()


def _departments(client: SurveyClient) -> list[Department]:
    return [
        Department(str(portal["portalId"]), _text(portal.get("portalName")), str(one["groupUniqueId"]), _text(one.get("name")))
        for portal in _rows(client.read("/portals"), "portals")
        for one in portal.get("departments") or ()
    ]


def surveys(client: SurveyClient, department: Department) -> Iterator[Item]:
    """The published surveys of a department.

    Which of `range` and `offset` is the size of a page is unverified, so each page is asked for both ways: whichever is right brings the page, the
    other one next to nothing. The end is where neither brings a survey that is new.
    """
    known: set[str] = set()
    seen = {("offset", "range"): 0, ("range", "offset"): 0}
    while True:
        before = len(known)
        for (size_in, start_in), count in seen.items():
            params = {"filterby": "published", size_in: str(PAGE), start_in: str(count + 1)}
            rows = _rows(client.read(department.path, params), "surveys")
            seen[size_in, start_in] = count + len(rows)
            yield from (_item(row, department.path) for row in rows if str(row["id"]) not in known)
            known.update(str(row["id"]) for row in rows)
        if len(known) == before:
            return


def collectors(client: SurveyClient, survey: Item) -> list[Item]:
    """Of a survey."""
    base = f"{survey.path}/collectors"
    return [_item(row, base) for row in _rows(client.read(f"{base}/metainfo"), "collectors")]


def distributions(client: SurveyClient, collector: Item) -> list[Item]:
    """The mailings of a collector that are sent by call (type trigger)."""
    base = f"{collector.path}/distributions"
    return [_item(row, base) for row in _rows(client.read(f"{base}/email/metainfo", {"type": "trigger"}), "distributions")]


def fields(client: SurveyClient, distribution: Item) -> list[Field]:
    """What a contact of this distribution may hold."""
    rows = _rows(client.read(f"{distribution.path}/email/fields"), "fields")
    return [Field(str(row["key"]), _text(row.get("label")), bool(row.get("required"))) for row in rows]


def dictionary(client: SurveyClient, survey: Item) -> list[Variable]:
    """Questions and respondent variables of a survey, with the keys by which webhooks name them."""
    answer = client.read(f"{survey.path}/integration/trigger/variables")
    groups = answer.get("variables") if isinstance(answer, Mapping) else None
    found = [one for group in _rows(groups, "variables") for one in _leaves(group.get("variables"), _text(group.get("label")))]
    return list({one.key: one for one in found}.values())


def find(items: list[Item], wanted: str, kind: str) -> Item:
    """One by id or name. Raises ConfigError that lists what there is."""
    found = [one for one in items if wanted == one.id] or [one for one in items if is_meant(wanted, one.id, one.name)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{one.name} ({one.id})" for one in items[:40]) or "none"
    raise ConfigError(f"{LABEL} has {'several' if found else 'no'} {kind} {wanted!r}. There are: {known}.")


def _leaves(node: Any, group: str) -> Iterator[Variable]:
    """Everything below that has a key and a label; a matrix is nested once more."""
    if isinstance(node, list):
        for one in node:
            yield from _leaves(one, group)
    elif isinstance(node, Mapping):
        if "key" in node and "label" in node:
            yield Variable(group, str(node["key"]), _text(node["label"]))
        for value in node.values():
            yield from _leaves(value, group)


def _item(row: Mapping[str, Any], base: str) -> Item:
    return Item(str(row["id"]), _text(row.get("name")), f"{base}/{row['id']}")


def _rows(answer: Any, what: str) -> list[Mapping[str, Any]]:
    if not isinstance(answer, list) or not all(isinstance(row, Mapping) for row in answer):
        raise VendorUnavailable(f"{LABEL} answered the call for {what} with something else than a list: its private tree may have changed.")
    return answer


def _text(value: Any) -> str:
    return unescape(str(value or "")).strip()
