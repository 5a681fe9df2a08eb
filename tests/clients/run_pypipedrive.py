"""pypipedrive-client drives the emulated Pipedrive; runs in `.venv-clients`. Arguments: the emulator's URL, an API token. Prints what it understood.

Its models need Python 3.12; its client, which does the paging and the errors, is driven here.
"""

import json
import sys

from pypipedrive.api import V1, V2, Api

URL, TOKEN = sys.argv[1:]
PATHS = {V1: "v1", V2: "api/v2"}


def pointed(version):
    """The client, at our address: it has no argument for it, so it is set after the client was made."""
    api = Api(TOKEN, version)
    api.endpoint_url = f"{URL}/{PATHS[version]}/"
    return api


def refused(call):
    """What the client raised."""
    try:
        call()
    except Exception as error:
        return type(error).__name__
    return None


api, old = pointed(V2), pointed(V1)
made = api.post("persons", json={"name": "Cli Ent", "emails": [{"value": "client@example.com", "primary": True}]}).data
note = old.post("notes", json={"content": "Hello", "person_id": made["id"]}).data
said = {
    "persons": sorted(row["id"] for row in api.all("persons", {"limit": 60}).data),
    "activities": len(api.all("activities", {"limit": 30}).data),
    "notes": len(old.all("notes", {"limit": 5}).data),
    "old_persons": len(old.all("persons", {"limit": 100}).data),
    "filter": len(api.all("persons", {"filter_id": 2}).data),
    "made": made["id"],
    "note_of": note["person_id"],
    "renamed": api.patch(f"persons/{made['id']}", json={"name": "Client Renamed"}).data["name"],
    "deleted": api.delete(f"persons/{made['id']}").data,
    "after": api.get(f"persons/{made['id']}").data["is_deleted"],
    "missing": refused(lambda: api.get("persons/999999")),
    "wrong": refused(lambda: api.post("persons", json={"name": 5})),
}
print(json.dumps(said))
