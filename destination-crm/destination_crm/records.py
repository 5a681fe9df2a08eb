"""One record of a stream → what the response rules are told. The per-record path: no vendor, no ledger, no logging."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from destination_crm.config import NewPeople
from mailsync.answers.plan import COLUMNS as ANSWER_COLUMNS
from mailsync.answers.plan import Answer, SurveyResponse
from mailsync.errors import ConfigError, known_values
from mailsync.launches.plan import key_in
from mailsync.responses.plan import Campaign, Kind, Message, Response, Subscriber

DELETED_AT = "_ab_cdc_deleted_at"
NAMED = " (campaigns named in it)"
"""Behind the name of a stream of responses: the campaigns that its records name, where no stream of campaigns comes."""

ANSWERS = "survey_responses"
ACTIONS: Mapping[str, Kind] = {kind.name.lower(): kind for kind in Kind}
LEFT: Mapping[str, Kind] = {"unsubscribed": Kind.UNSUBSCRIBED, "spam": Kind.COMPLAINT, "complaint": Kind.COMPLAINT}
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "responses": ("campaign_key", "action", "address"),
    "campaigns": ("campaign_key", "name"),
    "campaign_reports": ("campaign_key",),
    "contacts": ("address", "status"),
    ANSWERS: ("survey_id", "response_id", "status", "answers", "version"),
}


@dataclass(frozen=True, slots=True)
class ResponseReader:
    """Records of `responses`."""

    stream: str

    def read(self, data: Mapping[str, Any], /) -> Response | None:
        """A response; None where campaign or address has no value."""
        key, address = _text(data, "campaign_key"), _text(data, "address")
        if not key or not address:
            return None
        word = _text(data, "action")
        kind = ACTIONS.get(word)
        if kind is None:
            raise known_values(f"action of a record of stream {self.stream}", word[:40], ACTIONS)
        return Response(
            self.stream,
            key,
            address,
            kind,
            org_level=data.get("leaving_level") == "organisation",
            ours=data.get("is_ours") is True,
            lists=_texts(data.get("list_keys")),
            taken_back=data.get(DELETED_AT) is not None,
            **_names(data),
        )

    def campaign(self, data: Mapping[str, Any]) -> Campaign | None:
        """The campaign that a record names."""
        key, name = _text(data, "campaign_key"), _text(data, "campaign_name")
        if not key or not name:
            return None
        return Campaign(self.stream + NAMED, key, name, _moment(data.get("campaign_sent_at")), launch=key_in(name) or "")


@dataclass(frozen=True, slots=True)
class CampaignReader:
    """Records of `campaigns` (`facts`) or of `campaign_reports` (`figures`): the columns that are mapped to fields of the CRM."""

    stream: str
    facts: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()

    def read(self, data: Mapping[str, Any], /) -> Campaign | None:
        """A campaign; None where its key has no value."""
        key = _text(data, "campaign_key")
        if not key:
            return None
        facts = {name: text for name in self.facts if (text := _shown(data.get(name)))}
        figures = {name: float(value) for name in self.figures if (value := data.get(name)) is not None}
        sent_at, parent = _moment(data.get("sent_at")), _text(data, "parent_key") or None
        name, state = _text(data, "name"), _text(data, "state")
        launch = _text(data, "launch_key") or key_in(name) or ""
        return Campaign(self.stream, key, name, sent_at, figures=figures, facts=facts, parent=parent, state=state, launch="" if parent else launch)


@dataclass(frozen=True, slots=True)
class ContactReader:
    """Records of `contacts`: who is on a list may become a person; who left one may have left everything."""

    stream: str
    lists: frozenset[str]

    def read(self, data: Mapping[str, Any], /) -> Message | None:
        """A subscriber or a leaving; None where the address has no value."""
        address, status = _text(data, "address"), _text(data, "status").casefold()
        if not address:
            return None
        if status in LEFT:
            lists = tuple(filter(None, (_text(data, "list_key"),)))
            org_level = data.get("leaving_level") == "organisation"
            return Response(self.stream, "", address, LEFT[status], org_level=org_level, ours=data.get("is_ours") is True, lists=lists)
        names = {_text(data, "list_key").casefold(), _text(data, "list_name").casefold()}
        is_meant = not self.lists or bool(names & self.lists)
        return Subscriber(self.stream, address, status == "active" and is_meant, **_names(data))


@dataclass(frozen=True, slots=True)
class AnswerReader:
    """Records of `survey_responses`."""

    stream: str

    def read(self, data: Mapping[str, Any], /) -> SurveyResponse | None:
        """A response to a survey; None where survey or response has no id."""
        survey, response = _text(data, "survey_id"), _text(data, "response_id")
        if not survey or not response:
            return None
        return SurveyResponse(
            self.stream,
            survey,
            response,
            _whole(data.get("version"), self.stream),
            ended_at=_moment(data.get("ended_at"), "A response's end") or 0.0,
            record=_text(data, "record_id"),
            module=_text(data, "module"),
            address=_text(data, "email"),
            columns={name: text for name in ANSWER_COLUMNS if (text := _text(data, name))},
            answers=_answers(data.get("answers")),
            taken_back=data.get(DELETED_AT) is not None,
        )


Reader = ResponseReader | CampaignReader | ContactReader | AnswerReader


def reader_of(stream: str, holds: str, *, facts: tuple[str, ...], figures: tuple[str, ...], new_people: NewPeople | None) -> Reader:
    """How a stream's records are read."""
    if holds == "responses":
        return ResponseReader(stream)
    if holds == ANSWERS:
        return AnswerReader(stream)
    if holds == "contacts":
        return ContactReader(stream, new_people.lists if new_people else frozenset())
    return CampaignReader(stream, facts=facts if holds == "campaigns" else (), figures=figures if holds == "campaign_reports" else ())


class Naming:
    """Reads a stream of responses where no stream of campaigns comes: before the first response of a campaign the campaign itself is told."""

    def __init__(self, reader: ResponseReader) -> None:
        self.stream = reader.stream + NAMED
        self._reader = reader
        self._told: set[str] = set()

    def of(self, data: Mapping[str, Any]) -> Iterator[Campaign]:
        """The campaign, once."""
        key = _text(data, "campaign_key")
        if key in self._told:
            return
        campaign = self._reader.campaign(data)
        if campaign is not None:
            self._told.add(key)
            yield campaign


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)


def _names(data: Mapping[str, Any]) -> dict[str, str]:
    """What a person is made of."""
    return {name: _text(data, name) for name in ("first_name", "last_name", "company", "phone")}


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value if one) if isinstance(value, list) else ()


def _shown(value: Any) -> str:
    return ", ".join(_texts(value)) if isinstance(value, list) else "" if value is None else str(value)


def _whole(value: Any, stream: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().isdigit():
        return int(value)
    raise ConfigError(f"The version of a record of stream {stream} is no whole number, so nobody can tell which of two is the newer.")


def _answers(value: Any) -> dict[str, Answer]:
    """Also from a text of JSON, as warehouses keep objects. Questions without an answer are left out."""
    found = orjson.loads(value) if isinstance(value, str) and value.strip().startswith("{") else value
    return {str(question): answer for question, raw in found.items() if (answer := _answer(raw))} if isinstance(found, Mapping) else {}


def _answer(value: Any) -> Answer:
    return _texts(value) if isinstance(value, list) else "" if value is None else str(value).strip()


def _moment(value: Any, what: str = "A campaign's time of sending") -> float | None:
    if value is None or value == "":
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise ConfigError(f"{what} is no ISO 8601 date-time: the stream does not come from source-campaigns.") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
