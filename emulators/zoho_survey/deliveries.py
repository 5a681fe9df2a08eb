"""Pushing responses to registered callbacks: on loopback only, whatever address was registered."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from base64 import b64encode
from urllib.parse import urlsplit

import orjson

from emulators.zoho_survey.account import Account
from emulators.zoho_survey.models import Delivery, Response, Survey
from emulators.zoho_survey.payloads import payload

CREATED, COMPLETED = "response_created", "response_completed"
ATTEMPTS = 3
TIMEOUT_S = 10.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def fire(account: Account, survey: Survey, response: Response, event: str) -> list[Delivery]:
    """Push one response to everybody who asked for this event."""
    made = [
        Delivery(survey.key, response.key, hook.key, event, hook.url, orjson.dumps(payload(account, survey, response, style=hook.style)))
        for hook in survey.webhooks.values()
        if hook.event == event
    ]
    for one in made:
        account.deliveries.append(one)
        for _ in range(ATTEMPTS if account.reading("webhook_retry") == "until_accepted" else 1):
            if push(one):
                break
        if account.reading("webhook_twice") == "yes":
            push(one)
    return made


def push(delivery: Delivery) -> bool:
    """One attempt; whether it was accepted."""
    delivery.attempts += 1
    delivery.status = _status(delivery.url, delivery.body)
    return delivery.status is not None and 200 <= delivery.status < 300


def _status(url: str, body: bytes) -> int | None:
    """The answer's status, None where nobody answered. Credentials in the address are sent as basic authentication."""
    parts = urlsplit(url)
    if parts.hostname not in LOOPBACK:
        return None
    netloc = parts.netloc.rpartition("@")[2]
    request = urllib.request.Request(parts._replace(netloc=netloc).geturl(), data=body, method="POST")  # noqa: S310 - loopback, see above
    request.add_header("Content-Type", "application/json")
    if parts.username is not None:
        request.add_header("Authorization", _basic(parts.username, parts.password or ""))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=TIMEOUT_S) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, http.client.HTTPException):
        return None


def _basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()
