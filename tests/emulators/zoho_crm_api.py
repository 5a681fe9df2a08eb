"""A bare client of the CRM emulator, for its tests only: no product code."""

from __future__ import annotations

import csv
import io
import time
import zipfile

import pytest
import requests

CLIENT = {"client_id": "1000.EMULATEDCLIENT", "client_secret": "emulated-secret-0000"}
REFRESH = "1000.emulated.refresh"


class Api:
    """Calls with a live token; answers are `requests` responses."""

    def __init__(self, emulator, refresh_token=REFRESH):
        self.emulator = emulator
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token, **CLIENT}
        token = requests.post(emulator.url + "/oauth/v2/token", data=form, timeout=10).json()["access_token"]
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Zoho-oauthtoken {token}"

    def call(self, method, path, **options):
        return self.session.request(method, self.emulator.url + path, timeout=30, **options)

    def get(self, path, since=None, **params):
        headers = {"If-Modified-Since": since} if since else {}
        return self.call("GET", path, params=params, headers=headers)

    def records(self, module="Leads", since=None, **params):
        return self.get(f"/crm/v8/{module}", since, **{"fields": "Last_Name", **params})

    def ids(self, module="Leads", **params):
        answer = self.records(module, **params)
        return [row["id"] for row in answer.json()["data"]] if answer.status_code == 200 else []

    def one(self, module, record_id):
        return self.get(f"/crm/v8/{module}/{record_id}").json()["data"][0]

    def coql(self, text, **body):
        return self.call("POST", "/crm/v8/coql", json={"select_query": text, **body})

    def rows(self, text):
        answer = self.coql(text)
        return answer.json()["data"] if answer.status_code == 200 else []

    def job(self, **query):
        return self.call("POST", "/crm/bulk/v8/read", json={"query": query})

    def job_id(self, module="Leads", **query):
        return self.job(module={"api_name": module}, **query).json()["data"][0]["details"]["id"]

    def job_state(self, job_id):
        return self.get(f"/crm/bulk/v8/read/{job_id}").json()["data"][0]

    def finished(self, job_id):
        self.emulator.advance(60)
        return self.job_state(job_id)

    def table(self, job_id):
        answer = self.get(f"/crm/bulk/v8/read/{job_id}/result")
        assert answer.status_code == 200, answer.text
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            (name,) = archive.namelist()
            assert name == f"{job_id}.csv"
            return list(csv.DictReader(io.StringIO(archive.read(name).decode(), newline="")))

    def bulk(self, module="Leads", **query):
        job_id = self.job_id(module, **query)
        assert self.finished(job_id)["state"] == "COMPLETED"
        return self.table(job_id)


def code(answer):
    """Status and the vendor's code."""
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def api(emulator):
    return Api(emulator)


def iso(seconds):
    """A UTC date-time text."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
