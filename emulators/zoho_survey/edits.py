"""What people do: staff in the survey's own screens, respondents in their browsers (docs/emulators.md#edits)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulators.operations import Operation, Operations
from emulators.zoho_survey.account import EMAIL, MODULE, RECORD_ID, VARIABLES, Account, fill
from emulators.zoho_survey.deliveries import COMPLETED, CREATED, fire, push
from emulators.zoho_survey.export import exported
from emulators.zoho_survey.models import Delivery, Question, Response, Survey, Webhook

USUAL_S = 207.0


class Edits(Operations):
    """Those of Zoho Survey."""

    vendor = "zoho_survey"

    def __init__(self, account: Account) -> None:
        self._account = account

    def op_answer(self, operation: Operation) -> Mapping[str, Any] | None:
        """Somebody answers; `response` completes a partial one. Who was invited by this address brings the invitation's variables along."""
        survey = self._survey(operation)
        took_s = float(operation.get("took_s", USUAL_S))
        if operation.get("response"):
            made = self._response(survey, operation)
            fill(survey, made, operation.get("answers") or {})
        else:
            made = self._begun(survey, operation, took_s=took_s)
        made.ended_at = self._account.now()
        return self._pushed(survey, made, COMPLETED)

    def op_start(self, operation: Operation) -> Mapping[str, Any] | None:
        """Somebody begins to answer and does not finish."""
        survey = self._survey(operation)
        return self._pushed(survey, self._begun(survey, operation, took_s=0.0), CREATED)

    def op_edit_response(self, operation: Operation) -> Mapping[str, Any] | None:
        """A completed response is changed afterwards."""
        survey = self._survey(operation)
        made = self._response(survey, operation)
        fill(survey, made, operation.get("answers") or {})
        if made.ended_at is not None and self._account.reading("edit_moves_end") == "yes":
            made.ended_at = self._account.now()
        if self._account.reading("edited_response") == "silent":
            return {"response": made.key, "deliveries": []}
        return self._pushed(survey, made, COMPLETED)

    def op_delete_response(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff deletes a response; nothing is pushed."""
        survey = self._survey(operation)
        del survey.responses[self._response(survey, operation).key]
        return None

    def op_export(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff exports the report; answers `csv`. `header` first or second, `responses` only these."""
        survey = self._survey(operation)
        return {"csv": exported(self._account, survey, header=str(operation.get("header") or ""), only=operation.get("responses"))}

    def op_create_webhook(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff lets responses be pushed to `url`, as `style` labels or variables, for `event`."""
        survey = self._survey(operation)
        style, event = str(operation.get("style", "labels")), str(operation.get("event", COMPLETED))
        if style not in ("labels", "variables") or event not in (CREATED, COMPLETED):
            raise ValueError("style is labels or variables, event response_completed or response_created")
        made = Webhook(self._account.key(10), event, str(operation["url"]), style)
        survey.webhooks[made.key] = made
        return {"webhook": made.key}

    def op_delete_webhook(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff ends it."""
        del self._survey(operation).webhooks[operation["webhook"]]
        return None

    def op_redeliver(self, operation: Operation) -> Mapping[str, Any] | None:
        """Every push of a response once more, byte by byte; of all responses where none is named."""
        wanted = operation.get("response")
        chosen = [one for one in self._account.deliveries if wanted in (None, one.response)]
        for one in chosen:
            push(one)
        return {"deliveries": [_told(one) for one in chosen]}

    def op_create_survey(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff makes a survey: `questions` as [{label, kind, options, rows}], `department` by name or id; `n` makes so many."""
        portal, department = self._department(operation)
        made = []
        for number in range(int(operation.get("n", 1))):
            questions = [_question(place, given) for place, given in enumerate(operation.get("questions") or [{"label": "Anything else?"}], 1)]
            name = str(operation["name"]) + (f" {number + 1}" if operation.get("n") else "")
            made.append(self._account.add_survey(name, portal, department, questions, published=bool(operation.get("published", True))))
        return {"survey": made[0].key, "collector": next(iter(made[0].collectors))}

    def op_delete_survey(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff deletes a survey with all of its responses."""
        del self._account.surveys[self._survey(operation).key]
        return None

    def op_rename_question(self, operation: Operation) -> Mapping[str, Any] | None:
        """Staff words a question anew; its key stays."""
        survey = self._survey(operation)
        question = next(one for one in survey.questions if operation["question"] in (one.key, one.label))
        question.label = str(operation["label"])
        return None

    def op_opt_out(self, operation: Operation) -> Mapping[str, Any] | None:
        """Somebody wants no more invitations."""
        self._account.opted_out.add(str(operation["email"]).strip().lower())
        return None

    def op_set_zone(self, operation: Operation) -> Mapping[str, Any] | None:
        """The account's zone, in which times are shown."""
        self._account.zone = str(operation["zone"])
        return None

    def _begun(self, survey: Survey, operation: Operation, *, took_s: float) -> Response:
        collector = str(operation.get("collector") or next(iter(survey.collectors)))
        answers = operation.get("answers") or {}
        return self._account.respond(survey, collector, answers, _known(survey, operation), took_s=took_s)

    def _pushed(self, survey: Survey, response: Response, event: str) -> Mapping[str, Any]:
        return {"response": response.key, "deliveries": [_told(one) for one in fire(self._account, survey, response, event)]}

    def _survey(self, operation: Operation) -> Survey:
        """A survey by id or name. Raises ValueError."""
        wanted = operation.get("survey")
        for one in self._account.surveys.values():
            if wanted in (one.key, one.name):
                return one
        raise ValueError(f"there is no survey {wanted!r}")

    def _response(self, survey: Survey, operation: Operation) -> Response:
        found = survey.responses.get(str(operation.get("response")))
        if found is None:
            raise ValueError("the survey has no such response")
        return found

    def _department(self, operation: Operation) -> tuple[str, str]:
        wanted = operation.get("department")
        for portal in self._account.portals.values():
            for key, name in portal.departments.items():
                if wanted in (None, key, name):
                    return portal.key, key
        raise ValueError(f"there is no department {wanted!r}")


def _known(survey: Survey, operation: Operation) -> dict[str, str]:
    """The respondent's variables: of the newest invitation to this address, and what the operation says."""
    email = str(operation.get("email") or "")
    invited = [one.values for one in survey.invitations if email and one.email.lower() == email.lower()]
    given = {EMAIL: email, RECORD_ID: str(operation.get("record_id") or ""), MODULE: str(operation.get("module") or "")}
    named = {one.key: value for name, value in (operation.get("variables") or {}).items() for one in VARIABLES if name in (one.key, one.label)}
    return {**(invited[-1] if invited else {}), **{name: value for name, value in given.items() if value}, **named}


def _question(place: int, given: Mapping[str, Any]) -> Question:
    return Question(f"q{place}", given["label"], given.get("kind", "text"), tuple(given.get("options", ())), tuple(given.get("rows", ())))


def _told(one: Delivery) -> dict[str, Any]:
    return {"webhook": one.webhook, "event": one.event, "attempts": one.attempts, "status": one.status}
