"""What an account of Zoho Survey holds (docs/systems/zoho_survey.md#objects)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "single", "multiple", "rating", "matrix"]
# An answer is a text, or the chosen options; of a matrix, by the label of the row.
Answer = str | list[str] | dict[str, str]


@dataclass(slots=True)
class Question:
    """One question. `rows` of a matrix are variables of their own; `options` are those of a choice."""

    key: str
    label: str
    kind: Kind = "text"
    options: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """What is known of a respondent beforehand: a field of an invitation, and a column of every response."""

    key: str
    label: str
    required: bool = False


@dataclass(slots=True)
class Collector:
    """One way to answer. `distributions`: id → name, of type trigger."""

    key: str
    name: str
    distributions: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Webhook:
    """Where responses are pushed to. `style`: with question texts (`labels`) or with keys (`variables`)."""

    key: str
    event: str
    url: str
    style: str
    name: str = ""


@dataclass(slots=True)
class Response:
    """One person's answers, by question key. Times are epoch seconds; `ended_at` None while it is partial. `known` are variables by key."""

    key: str
    collector: str
    started_at: float
    ended_at: float | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    ip_address: str = "203.0.113.7"


@dataclass(slots=True)
class Invitation:
    """One contact of one `sendinvitation` call. `mails` is how many mails it caused, `values` what was sent, by field key."""

    distribution: str
    email: str
    values: dict[str, str]
    at: float
    mails: int


@dataclass(slots=True)
class Survey:
    """One survey with everything below it."""

    key: str
    name: str
    portal: str
    department: str
    published: bool = True
    questions: list[Question] = field(default_factory=list)
    variables: tuple[Variable, ...] = ()
    collectors: dict[str, Collector] = field(default_factory=dict)
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    responses: dict[str, Response] = field(default_factory=dict)
    invitations: list[Invitation] = field(default_factory=list)


@dataclass(slots=True)
class Portal:
    """A workspace. `departments`: id → name."""

    key: str
    name: str
    departments: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Delivery:
    """One push of one response. `status` of the last attempt; None where nobody answered."""

    survey: str
    response: str
    webhook: str
    event: str
    url: str
    body: bytes
    attempts: int = 0
    status: int | None = None
