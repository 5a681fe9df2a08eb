"""What the server owes a vendor's room, shown with a vendor of two lines."""

import asyncio
import json

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from emulators.server import build
from emulators.world import World


class Toy:
    name = "toy"

    def routes(self):
        return [Route("/toy/works", self._works), Route("/toy/{name}/broken", self._broken)]

    def snapshot(self):
        return {"toys": 1}

    def edit(self, operation):
        raise ZeroDivisionError(operation["op"])

    def configs(self):
        return {}

    def reset(self):
        pass

    async def _works(self, request):
        request.state.credits, request.state.writes = 3, True
        return PlainTextResponse(request.state.data_center)

    async def _broken(self, request):
        raise ZeroDivisionError(request.path_params["name"])


@pytest.fixture
def call():
    """Status and body of one request to a server with the toy."""
    server = build(World(), [Toy()])

    def calling(method, path, body=None):
        sent = []

        async def receive():
            return {"type": "http.request", "body": json.dumps(body).encode() if body else b"", "more_body": False}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "headers": [], "query_string": b"", "root_path": ""}
        asyncio.run(server(scope, receive, send))
        return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]).decode()

    return calling


def test_a_handler_tells_the_log_its_price_and_whether_it_writes(call):
    assert call("GET", "/dc/jp/toy/works") == (200, "jp")
    seen = json.loads(call("GET", "/__admin/requests")[1])[0]
    assert (seen["system"], seen["credits"], seen["writes"], seen["data_center"], seen["path"]) == ("toy", 3, True, "jp", "/toy/works")


def test_a_bug_in_a_handler_is_loud_and_logged(call, capsys):
    status, body = call("GET", "/toy/duck/broken")
    assert (status, json.loads(body)["error"]) == (500, "ZeroDivisionError('duck')")
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert json.loads(call("GET", "/__admin/requests")[1])[0]["status"] == 500


def test_a_bug_in_an_edit_is_told_to_who_asked(call):
    assert call("POST", "/__admin/edit/toy", {"op": "juggle"}) == (400, '{"error":"ZeroDivisionError: juggle"}')


def test_state_is_the_vendors_snapshot(call):
    assert call("GET", "/__admin/state/toy") == (200, '{"toys":1}')


def test_a_vendor_that_cannot_be_locked_refuses_that_fault(call):
    status, body = call("POST", "/__admin/faults", {"kind": "lock", "system": "toy"})
    assert status == 400
    assert "cannot be locked" in body


def test_a_control_call_needs_an_object(call):
    assert call("POST", "/__admin/clock", [1])[0] == 400
