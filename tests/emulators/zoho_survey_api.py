"""A bare client of the emulated Zoho Survey, and somebody who takes its pushes: no product code, so that it proves something."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

SATISFACTION = "Customer satisfaction"
PORTALS = "/survey/api/v1/private/portals"


class Api:
    """The private tree by paths below `/portals`, and the control plane by `edit`."""

    def __init__(self, emulator, scheme="Bearer", data_center=""):
        self.emulator = emulator
        self.session = requests.Session()
        self.session.trust_env = False
        form = {"grant_type": "refresh_token", "client_id": "1000.EMULATEDCLIENT", "client_secret": "emulated-secret-0000"}
        answer = self.session.post(f"{emulator.url}/oauth/v2/token", data={**form, "refresh_token": "1000.emulated.refresh"}, timeout=10)
        self.token = answer.json()["access_token"]
        self.base = f"{emulator.url}{data_center}{PORTALS}"
        self.use(scheme)

    def use(self, scheme):
        self.session.headers["Authorization"] = f"{scheme} {self.token}"

    def get(self, path="", **params):
        return self.session.get(self.base + path, params=params, timeout=10)

    def post(self, path, body, **headers):
        return self.session.post(self.base + path, json=body, headers=headers, timeout=10)

    def delete(self, path):
        return self.session.delete(self.base + path, timeout=10)

    def edit(self, op, **operation):
        return self.emulator.edit("zoho_survey", op=op, **operation)

    def state(self):
        return self.emulator.state("zoho_survey")

    def survey(self, name=SATISFACTION):
        """Id and state of a survey."""
        return next((key, one) for key, one in self.state()["surveys"].items() if one["name"] == name)

    def path_of(self, name=SATISFACTION, *, distribution=False):
        """The path of a survey, or of its first distribution."""
        key, one = self.survey(name)
        path = f"/{one['portal']}/departments/{one['department']}/surveys/{key}"
        if not distribution:
            return path
        collector, known = next(iter(one["collectors"].items()))
        return f"{path}/collectors/{collector}/distributions/{next(iter(known['distributions']))}/email"

    def invite(self, *contacts):
        return self.post(f"{self.path_of(distribution=True)}/sendinvitation", {"contactsList": list(contacts)})


class Catcher:
    """Takes pushes on loopback. `statuses` are the next answers, 200 after them."""

    def __init__(self):
        self.bodies, self.headers, self.statuses = [], [], []
        catcher = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                catcher.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                catcher.headers.append(dict(self.headers))
                self.send_response(catcher.statuses.pop(0) if catcher.statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                """Tests are quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def api(emulator):
    return Api(emulator)


@pytest.fixture
def catcher():
    made = Catcher()
    yield made
    made.close()
