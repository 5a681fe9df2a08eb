"""The yardstick: a bare requests + orjson loop over the CRM's JSON record pages, hand-built lines to stdout. Run as a process of its own.

More than 50 fields need a second call a page (the vendor's limit), so that the loop brings the same data of the same people as the connector.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import orjson
import requests

FIELDS_PER_CALL = 50


def main(config_path: str, module: str, most: int) -> None:
    """Read up to `most` records of one module, write a RECORD line for each."""
    system = json.loads(Path(config_path).read_text())["system"]
    session = requests.Session()
    session.trust_env = False
    api = system["base_urls"]["api"]
    session.headers["Authorization"] = f"Zoho-oauthtoken {_token(session, system)}"
    fields = _fields(session, api, module)
    groups = [fields[i : i + FIELDS_PER_CALL - 1] for i in range(0, len(fields), FIELDS_PER_CALL - 1)]
    _read(session, f"{api}/crm/v8/{module}", ["id," + ",".join(group) for group in groups], most)


def _token(session: requests.Session, system: dict[str, Any]) -> str:
    form = {key: system[key] for key in ("client_id", "client_secret", "refresh_token")} | {"grant_type": "refresh_token"}
    answer = session.post(system["base_urls"]["accounts"] + "/oauth/v2/token", data=form, timeout=30)
    return str(answer.json()["access_token"])


def _fields(session: requests.Session, api: str, module: str) -> list[str]:
    answer = session.get(f"{api}/crm/v8/settings/fields", params={"module": module}, timeout=30).json()
    left_out = {"subform", "multiselectlookup", "multiuserlookup", "fileupload", "imageupload", "profileimage"}
    return [field["api_name"] for field in answer["fields"] if field["data_type"] not in left_out and field["api_name"] != "id"]


def _read(session: requests.Session, url: str, groups: list[str], most: int) -> None:
    out = sys.stdout.buffer
    tokens: list[str | None] = [None] * len(groups)
    done = 0
    while done < most:
        pages = []
        for number, group in enumerate(groups):
            params = {"fields": group, "per_page": "200"} | ({"page_token": tokens[number]} if tokens[number] else {})
            answer = session.get(url, params=params, timeout=30)
            body = orjson.loads(answer.content)
            pages.append(body["data"])
            tokens[number] = body["info"]["next_page_token"]
        for rows in zip(*pages, strict=True):
            record = rows[0]
            for more in rows[1:]:
                record.update(more)
            out.write(b'{"type":"RECORD","record":{"stream":"Leads","emitted_at":0,"data":' + orjson.dumps(record) + b"}}\n")
        done += len(pages[0])
        if not all(tokens):
            return


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
