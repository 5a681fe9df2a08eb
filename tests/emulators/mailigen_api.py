"""A bare client of the emulated Mailigen for its tests: no product code, so that it proves something."""

import pytest
import requests

API_KEY = "emulated-mailigen-key-0000"


def flattened(name, value):
    """PHP's bracket style for nested lists and maps."""
    if isinstance(value, dict):
        return [pair for key, inner in value.items() for pair in flattened(f"{name}[{key}]", inner)]
    if isinstance(value, list):
        return [pair for key, inner in enumerate(value) for pair in flattened(f"{name}[{key}]", inner)]
    return [(name, value)]


class Api:
    """Calls that answer the parsed body."""

    def __init__(self, emulator, key=API_KEY, version="1.8"):
        self.emulator, self.key, self.version = emulator, key, version
        self.session = requests.Session()
        self.session.trust_env = False

    def raw(self, method, *, output="json", version=None, **params):
        form = [("apikey", self.key), *(pair for name, value in params.items() for pair in flattened(name, value))]
        url = f"{self.emulator.url}/{version or self.version}/"
        return self.session.post(url, params={"output": output, "method": method}, data=form, timeout=10)

    def call(self, method, **params):
        return self.raw(method, **params).json()

    def new_list(self, name="Fresh"):
        return self.emulator.edit("mailigen", op="create_list", name=name)["list"]

    def subscribe(self, list_key, *rows, double_optin=0, update_existing=1, **more):
        rows = [{"EMAIL": row} if isinstance(row, str) else row for row in rows]
        return self.call("listBatchSubscribe", id=list_key, batch=rows, double_optin=double_optin, update_existing=update_existing, **more)

    def unsubscribe(self, list_key, *emails, delete_member=0, send_goodbye=0, send_notify=0):
        options = {"delete_member": delete_member, "send_goodbye": send_goodbye, "send_notify": send_notify}
        return self.call("listBatchUnsubscribe", id=list_key, emails=list(emails), **options)

    def members(self, list_key, status="subscribed", **params):
        """Addresses of one page."""
        rows = self.call("listMembers", id=list_key, status=status, **{"limit": 15000, **params})
        return [row["email"] for row in (rows.values() if isinstance(rows, dict) else rows)]

    def state(self):
        return self.emulator.state("mailigen")

    def member(self, list_key, email):
        """The membership as the control plane shows it, None where there is none."""
        return self.state()["lists"][list_key]["members"].get(email.lower())

    def status(self, list_key, email):
        found = self.member(list_key, email)
        return found and found["status"]

    def fields(self, list_key, email):
        return self.member(list_key, email)["fields"]


@pytest.fixture
def api(emulator):
    return Api(emulator)


@pytest.fixture
def fresh(api):
    """The id of an empty list."""
    return api.new_list()
