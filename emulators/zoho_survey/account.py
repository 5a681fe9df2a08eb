"""The account: portals, surveys, responses, and the rules that hold whoever changes them. No HTTP."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from emulators.world import World
from emulators.zoho_survey.errors import not_found
from emulators.zoho_survey.models import Answer, Collector, Delivery, Portal, Question, Response, Survey, Variable

ZONE = "Europe/Berlin"
EMAIL, FIRST_NAME, LAST_NAME, RECORD_ID, MODULE = "emailAddress", "firstName", "lastName", "customVariable1", "customVariable2"
VARIABLES = (
    Variable(EMAIL, "Email address", required=True),
    Variable(FIRST_NAME, "First name"),
    Variable(LAST_NAME, "Last name"),
    Variable(RECORD_ID, "CRM Record ID"),
    Variable(MODULE, "CRM Module"),
)
COMPLETED = "COMPLETED"
_SHAPE = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Account:
    """Everything the vendor remembers of one organisation."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.zone = ZONE
        self.portals: dict[str, Portal] = {}
        self.surveys: dict[str, Survey] = {}
        self.opted_out: set[str] = set()
        self.deliveries: list[Delivery] = []
        self.locked_until = 0.0
        self.mails_by_staff = 0
        self._made = 0

    def now(self) -> float:
        """The vendors' clock, epoch seconds."""
        return self.world.clock.now()

    def reading(self, name: str) -> str:
        """The chosen reading of one of this room's switches, by its name without the prefix."""
        return self.world.switches[f"zoho_survey_{name}"]

    def key(self, length: int = 8) -> str:
        """An opaque id, the same for the same seed."""
        self._made += 1
        digest = hashlib.sha256(f"survey/{self.world.seed}/{self._made}".encode()).hexdigest()
        return digest[:length].swapcase() if self._made % 2 else digest[:length]

    def add_survey(self, name: str, portal: str, department: str, questions: list[Question], *, published: bool = True) -> Survey:
        """A survey with one collector and one distribution that is sent by triggers."""
        made = Survey(self.key(), name, portal, department, published, questions, VARIABLES)
        collector = Collector(self.key(6), "Web link")
        collector.distributions[self.key(6)] = "Invite by trigger"
        made.collectors[collector.key] = collector
        self.surveys[made.key] = made
        return made

    def survey_in(self, portal: str, department: str, survey: str) -> Survey:
        """A survey by its whole path. Raises the vendor's error."""
        if portal not in self.portals:
            raise not_found("portal")
        if department not in self.portals[portal].departments:
            raise not_found("department")
        found = self.surveys.get(survey)
        if found is None or (found.portal, found.department) != (portal, department):
            raise not_found("survey")
        return found

    def status(self, response: Response) -> str:
        """`COMPLETED`, or how a partial one is spelled."""
        return COMPLETED if response.ended_at is not None else self.reading("partial_status")

    def respond(self, survey: Survey, collector: str, answers: Mapping[str, Answer], known: Mapping[str, str], *, took_s: float) -> Response:
        """Somebody starts to answer; `took_s` ago, if it is completed at once."""
        made = Response(self.key(), collector, self.now() - took_s)
        made.known = {name: value for name, value in known.items() if value}
        fill(survey, made, answers)
        survey.responses[made.key] = made
        return made

    def mails(self) -> int:
        """How many mails API calls caused."""
        return sum(one.mails for survey in self.surveys.values() for one in survey.invitations)


def is_address(text: str) -> bool:
    """Whether the vendor would take it for an address."""
    return _SHAPE.fullmatch(text.strip()) is not None


def fill(survey: Survey, response: Response, answers: Mapping[str, Answer]) -> None:
    """Store answers by question key or label; an empty one takes the answer back. Raises ValueError for an unknown question."""
    for name, answer in answers.items():
        found = next((one for one in survey.questions if name in (one.key, one.label)), None)
        if found is None:
            raise ValueError(f"the survey has no question {name!r}")
        if answer:
            response.answers[found.key] = answer
        else:
            response.answers.pop(found.key, None)
