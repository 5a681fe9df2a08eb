"""The vendor's own Python wrapper of 2014 (API 1.0) drives the emulated Mailigen; runs in `.venv-clients`. Arguments: the emulator's URL, an API key.

It was written for Python 2 and speaks over a bare socket to port 80, so three names are lent to it: where modules moved, and a socket that sends
text to the emulator. What it asks for, and how it builds its forms, is its own.
"""

import json
import socket
import sys
import types
import urllib
import urllib.parse
from importlib import import_module

URL, KEY = sys.argv[1:]
HOST = urllib.parse.urlsplit(URL)


class Socket:
    """A socket of Python 2: text in, text out."""

    def __init__(self, *kind):
        self.real = socket.socket(*kind)

    def connect(self, _address):
        self.real.connect((HOST.hostname, HOST.port))

    def send(self, text):
        self.real.sendall(text.encode())

    def settimeout(self, seconds):
        self.real.settimeout(seconds)

    def recv(self, size):
        return self.real.recv(size).decode()

    def close(self):
        self.real.close()


urllib.urlencode = urllib.parse.urlencode
sys.modules["urlparse"] = types.SimpleNamespace(urlparse=urllib.parse.urlparse)

wrapper = import_module("mailigen.lib.MGAPI")

wrapper.socket = types.SimpleNamespace(socket=Socket, AF_INET=socket.AF_INET, SOCK_STREAM=socket.SOCK_STREAM, error=OSError)
api = wrapper.MGAPI(KEY)
[newsletter] = [one["id"] for one in api.lists() if one["name"] == "Newsletter"]
people = [{"EMAIL": "one@client.example.com", "FNAME": "One"}, {"EMAIL": "two+x@client.example.com", "FNAME": "Two & Co"}, {"EMAIL": "nonsense"}]
said = {
    "ping": api.ping(),
    "tags": [field["tag"] for field in api.listMergeVars(newsletter)],
    "batch": api.listBatchSubscribe(newsletter, people, 0, 1),
    "members": [row["email"] for row in api.listMembers(newsletter, "subscribed", 0, 1000)],
    "info": api.listMemberInfo(newsletter, "two+x@client.example.com")["merges"]["FNAME"],
    "gone": api.listBatchUnsubscribe(newsletter, ["one@client.example.com"], 1, 0, 0)["success_count"],
    "added": api.listMergeVarAdd(newsletter, "SHOE", "Shoe size", {"field_type": "text"}),
    "campaigns": [api.campaignStats(one["id"])["unsubscribes"] for one in api.campaigns({"list_id": newsletter})],
    # As its users call it, without a word about confirmation: the default mails.
    "by_default": api.listSubscribe(newsletter, "three@client.example.com", {"FNAME": "Three"}),
}
said["refused"] = [api.listMemberInfo(newsletter, "stranger@example.com"), bool(api.errorMessage), api.errorCode]
wrong = wrapper.MGAPI("nonsense")
said["wrong_key"] = [wrong.lists(), wrong.errorCode]
print(json.dumps(said))
