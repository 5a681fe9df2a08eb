"""HTTP in and out: who may call, what do they ask, and how the vendor words a refusal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from emulators.zoho_accounts import ZohoAccounts, allows
from emulators.zoho_survey import tree
from emulators.zoho_survey.account import Account
from emulators.zoho_survey.errors import SurveyError, invalid, no_scope, too_many, unauthorized
from emulators.zoho_survey.tree import Call

BASE = "/survey/api/v1/private"
DEPARTMENT = "/portals/{portal}/departments/{department}"
SURVEY = f"{DEPARTMENT}/surveys/{{survey}}"
COLLECTOR = f"{SURVEY}/collectors/{{collector}}"
DISTRIBUTION = f"{COLLECTOR}/distributions/{{distribution}}/email"
PRODUCT = "ZohoSurvey."

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Method:
    """One call of the tree."""

    verb: str
    path: str
    scope: str
    handler: Callable[[Account, Call], Any]

    @property
    def writes(self) -> bool:
        """Whether it changes data."""
        return self.verb != "GET"


METHODS = (
    Method("GET", "/portals", "ZohoSurvey.portal.READ", tree.portals),
    Method("GET", f"{DEPARTMENT}/surveys", "ZohoSurvey.survey.READ", tree.surveys),
    Method("GET", f"{SURVEY}/collectors/metainfo", "ZohoSurvey.surveybuilder.READ", tree.collectors),
    Method("GET", f"{COLLECTOR}/distributions/email/metainfo", "ZohoSurvey.surveybuilder.READ", tree.distributions),
    Method("GET", f"{DISTRIBUTION}/fields", "ZohoSurvey.surveybuilder.READ", tree.fields),
    Method("POST", f"{DISTRIBUTION}/sendinvitation", "ZohoSurvey.surveybuilder.CREATE", tree.send_invitation),
    Method("GET", f"{SURVEY}/integration/trigger/variables", "ZohoSurvey.survey.READ", tree.variables),
    Method("POST", f"{SURVEY}/webhooks", "ZohoSurvey.webhook.CREATE", tree.create_webhook),
    Method("DELETE", f"{SURVEY}/webhooks/{{webhook}}", "ZohoSurvey.webhook.DELETE", tree.delete_webhook),
)


class Surface:
    """Joins the account's rules to HTTP. `account` is replaced on a reset."""

    def __init__(self, accounts: ZohoAccounts, account: Account) -> None:
        self._accounts = accounts
        self.account = account

    def routes(self) -> list[BaseRoute]:
        """One route a call."""
        return [Route(BASE + method.path, self._endpoint(method), methods=[method.verb]) for method in METHODS]

    def _endpoint(self, method: Method) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            request.state.writes = method.writes
            raw = await request.body()
            try:
                self._authorize(method, request)
                if self.account.now() < self.account.locked_until:
                    raise too_many()
                call = Call(request.path_params, request.query_params, request.headers, _parsed(raw))
                return _answered(method.handler(self.account, call))
            except SurveyError as error:
                return self._refused(error)

        return endpoint

    def _authorize(self, method: Method, request: Request) -> None:
        """Raises the vendor's error."""
        header = request.headers.get("authorization", "")
        token = self._accounts.check(header)
        reading = self.account.reading("authorization")
        wrong = reading != "both" and header.partition(" ")[0].lower().replace("-", "_") != reading
        if token is None or wrong or token.data_center != request.state.data_center:
            raise unauthorized()
        own = self.account.reading("scopes") == "own"
        if not (allows(token.scopes, method.scope) if own else any(scope.startswith(PRODUCT) for scope in token.scopes)):
            raise no_scope()

    def _refused(self, error: SurveyError) -> Response:
        if error.status == 429:
            status = {"http_429_json": 429, "http_200_json": 200, "http_400_json": 400}[self.account.reading("limit_answer")]
            return _told(error, status)
        reading = self.account.reading("error_shape")
        if reading == "http_4xx_html":
            return Response(f"<html><body><h1>Error {error.status}</h1></body></html>", error.status, media_type="text/html")
        # The token is judged before the product is asked, so that its refusal has a status of its own under every reading.
        return _told(error, error.status if reading == "http_4xx_json" or error.status == 401 else 200)


def _parsed(raw: bytes) -> Any:
    try:
        return orjson.loads(raw) if raw else None
    except orjson.JSONDecodeError:
        raise invalid("The body is no JSON") from None


def _answered(value: Any) -> Response:
    return Response(b"" if value is None else orjson.dumps(value), 200, media_type="application/json;charset=UTF-8")


def _told(error: SurveyError, status: int) -> Response:
    body: Mapping[str, Any] = {"code": error.code, "errormessage": error.message}
    return Response(orjson.dumps(body), status, media_type="application/json;charset=UTF-8")
