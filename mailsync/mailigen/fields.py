"""Merge fields of the lists: reading them, creating a missing one."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from mailsync.errors import ConfigError, VendorUnavailable
from mailsync.mailigen import endpoints as method
from mailsync.mailigen.client import MailigenClient, Refusal
from mailsync.mailigen.pages import as_rows
from mailsync.mailing_account import NEW_LIST, ContactField

ADDRESS = "EMAIL"
LONGEST_VALUE = 255
_TAG = re.compile(r"[A-Z0-9_]{1,50}")
# What every list begins with: a list that is yet to be made has these.
_NEW_LIST = ({"tag": "EMAIL", "name": "Email", "field_type": "email"}, {"tag": "FNAME", "name": "First Name"}, {"tag": "LNAME", "name": "Last Name"})
_TYPES = {"whole_number": "number", "number": "number", "date": "date"}  # of those a field may be created with; any other is text
_KINDS = {"number": "decimal", "date": "date"}


class Fields:
    """The fields of each list, read once."""

    def __init__(self, client: MailigenClient) -> None:
        self._client = client
        self._known: dict[str, dict[str, ContactField]] = {}

    def shared(self, list_keys: Collection[str]) -> list[ContactField]:
        """The fields that all of these lists have."""
        lists = [self._of(key) for key in list_keys or (NEW_LIST,)]
        return [field for tag, field in lists[0].items() if all(tag in other for other in lists)]

    def create(self, tag: str, list_keys: Collection[str], kind: str = "text") -> None:
        """A field on those of the lists that lack it. Raises ConfigError."""
        for key in list_keys:
            if tag in self._of(key):
                continue
            said = self._client.write(
                method.ADD_FIELD, id=key, tag=tag, name=tag.replace("_", " ").title(), options={"field_type": _TYPES.get(kind, "text")}
            )
            if isinstance(said, Refusal):
                raise ConfigError(f"The merge field {tag} could not be created. {said.described()}. Use a shorter tag, or map to an existing field.")
            self._known.pop(key, None)
            if said is None and tag not in self._of(key):
                raise VendorUnavailable(f"Mailigen gave no usable answer when the merge field {tag} was to be created. Run again.")

    def _of(self, list_key: str) -> dict[str, ContactField]:
        if list_key == NEW_LIST:
            return {str(row["tag"]): _field(row) for row in _NEW_LIST}
        if list_key not in self._known:
            rows = as_rows(method.FIELDS, self._client.read(method.FIELDS, id=list_key))
            self._known[list_key] = {str(row["tag"]): _field(row) for row in rows if isinstance(row, dict) and row.get("tag")}
        return self._known[list_key]


def check_tag(name: str) -> None:
    """Raises ConfigError where no merge field can have this tag."""
    if not _TAG.fullmatch(name):
        likely = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
        raise ConfigError(f"the merge tag {name!r} may hold capital letters, digits and underscores only. Did you mean {likely or 'FIELD'}?")


def _field(row: dict[str, Any]) -> ContactField:
    kind = str(row.get("field_type") or "").lower()
    return ContactField(
        name=str(row["tag"]),
        api_name=str(row.get("name") or ""),
        kind=_KINDS.get(kind, kind),
        mandatory=str(row.get("req")).lower() in ("true", "1"),
        max_length=LONGEST_VALUE,
    )
