"""A bare client of the emulated Pipedrive, for tests of the emulator: what goes over the wire, and nothing of the product."""

import base64
import json
import urllib.error
import urllib.parse
import urllib.request

from emulators.pipedrive import API_TOKEN


class Reply:
    """Status, headers in lower case, and the body parsed where it is JSON."""

    def __init__(self, status, headers, raw):
        self.status, self.raw = status, raw
        self.headers = {name.lower(): value for name, value in headers.items()}
        try:
            self.body = json.loads(raw)
        except ValueError:
            self.body = None

    @property
    def data(self):
        return self.body["data"]

    @property
    def cursor(self):
        return self.body["additional_data"]["next_cursor"]


class Api:
    """Calls with one credential."""

    def __init__(self, emulator, token=API_TOKEN, bearer=None):
        self.url = emulator.url
        self.auth = {"Authorization": f"Bearer {bearer}"} if bearer else ({"x-api-token": token} if token else {})

    def call(self, method, path, body=None, headers=None, **query):
        url = f"{self.url}{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        kind = {} if isinstance(body, bytes) else {"Content-Type": "application/json"}
        request = urllib.request.Request(url, data=data, method=method, headers={**self.auth, **kind, **(headers or {})})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
        try:
            with opener.open(request, timeout=30) as answer:
                return Reply(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Reply(error.code, error.headers, error.read())

    def get(self, path, **query):
        return self.call("GET", f"/api/v2{path}", **query)

    def v1(self, path, **query):
        return self.call("GET", f"/v1{path}", **query)

    def post(self, path, body):
        return self.call("POST", f"/api/v2{path}", body)

    def patch(self, path, body):
        return self.call("PATCH", f"/api/v2{path}", body)

    def delete(self, path):
        return self.call("DELETE", f"/api/v2{path}")

    def walk(self, path, **query):
        rows, cursor = [], None
        while True:
            page = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            rows += page.data
            cursor = page.cursor
            if cursor is None:
                return rows


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def token_of(emulator, *, secret="emulated-secret-0000", client="emulated-client", **form):
    basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
    form = form or {"grant_type": "refresh_token", "refresh_token": "1:1:emulated-refresh"}
    return Api(emulator, token=None).call("POST", "/oauth/token", urllib.parse.urlencode(form).encode(), headers)
