"""A bare client of the emulated Zoho Campaigns for its tests: no product code, so that it proves something."""

import json

import pytest
import requests

CREDENTIALS = {
    "grant_type": "refresh_token",
    "client_id": "1000.EMULATEDCLIENT",
    "client_secret": "emulated-secret-0000",
    "refresh_token": "1000.emulated.refresh",
}


class Api:
    """One token, and calls that answer the parsed body."""

    def __init__(self, emulator, **credentials):
        self.emulator = emulator
        self.session = requests.Session()
        self.session.trust_env = False
        self.credentials = CREDENTIALS | credentials
        self.base = f"{emulator.url}/api/v1.1"
        self.renew()

    def renew(self):
        token = self.session.post(f"{self.emulator.url}/oauth/v2/token", data=self.credentials, timeout=10).json()["access_token"]
        self.session.headers["Authorization"] = f"Zoho-oauthtoken {token}"

    def advance(self, seconds):
        """Move the vendors' clock; tokens die of it, so take a new one."""
        self.emulator.advance(seconds)
        self.renew()

    def raw(self, method, path, *, base=None, **options):
        return self.session.request(method, f"{base or self.base}/{path}", timeout=10, **options)

    def get(self, path, **params):
        return self.raw("GET", path, params={"resfmt": "JSON", "type": "json"} | params).json()

    def post(self, path, **form):
        return self.raw("POST", path, data={"resfmt": "JSON", "type": "json"} | form).json()

    def subscribe(self, list_key, email, fields=None, **more):
        return self.post("json/listsubscribe", listkey=list_key, contactinfo=json.dumps({"Contact Email": email, **(fields or {})}), **more)

    def unsubscribe(self, list_key, email, **more):
        return self.post("json/listunsubscribe", listkey=list_key, contactinfo=json.dumps({"Contact Email": email}), **more)

    def never_mail(self, email):
        return self.post("json/contactdonotmail", contactinfo=json.dumps({"Contact Email": email}))

    def attach(self, list_key, *emails):
        return self.post("addlistsubscribersinbulk", listkey=list_key, emailids=",".join(emails))

    def subscribers(self, list_key, status="active", **params):
        """Addresses of one page, `[]` for code 2502."""
        answer = self.get("getlistsubscribers", listkey=list_key, status=status, range=650, **params)
        if answer["code"] == "2502":
            return []
        assert answer["code"] == "0", answer
        return [row["contact_email"] for row in answer["list_of_details"]]

    def list_keys(self):
        """List name → key."""
        return {row["listname"]: row["listkey"] for row in self.get("getmailinglists", range=100)["list_of_details"]}

    def new_list(self, name="Fresh", **more):
        return self.emulator.edit("zoho_campaigns", op="create_list", name=name, **more)["list"]

    def member(self, list_key, email):
        """The membership as the control plane shows it, None where there is none."""
        return self.emulator.state("zoho_campaigns")["lists"][list_key]["members"].get(email.lower())

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
    """The key of an empty private list."""
    return api.new_list()


@pytest.fixture
def form_list(api):
    """The key of an empty list with a sign-up form."""
    return api.new_list("Sign-up", public=True)
