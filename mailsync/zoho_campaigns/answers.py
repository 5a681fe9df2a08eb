"""What one HTTP answer of Zoho Campaigns says: its code, its message, its data; or that it is no usable answer.

HTTP 200 comes with failures too, so the body decides. Exceptions: authentication failures are HTTP 401 (body code 1007), and the body sent while
a method is locked is not documented: HTTP 429, any other 4xx, or a text that speaks of a limit of calls is read as a lock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsync.errors import RateLimited, VendorUnavailable
from mailsync.http import Answer
from mailsync.vendor_words import without_addresses
from mailsync.zoho_campaigns.codes import Act, looks_throttled, meaning
from mailsync.zoho_campaigns.endpoints import Endpoint

_XML_CODE = re.compile(rb"<code>\s*(\w+)\s*</code>", re.IGNORECASE)
_XML_MESSAGE = re.compile(rb"<message>(.*?)</message>", re.IGNORECASE | re.DOTALL)


class Unauthorized(Exception):
    """HTTP 401 or code 1007: the token is dead, or the data centre or a scope is wrong. Proves that nothing took effect."""


class Unreadable(VendorUnavailable):
    """An answer that came back whole and says nothing: an error page, or the undocumented body of a locked method."""


@dataclass(frozen=True, slots=True)
class Said:
    """A parsed answer. `message` has no address in it; `body` is the unwrapped JSON object, `xml` the text where the answer is XML."""

    endpoint: Endpoint
    code: str
    message: str
    body: Mapping[str, Any]
    xml: str = field(default="", repr=False)

    @property
    def act(self) -> Act:
        """What to do next."""
        return meaning(self.endpoint.name, self.code).act

    @property
    def reason(self) -> str:
        """Our reason code for a refusal."""
        return meaning(self.endpoint.name, self.code).reason

    def described(self) -> str:
        """Method, code and the vendor's words, for an error message."""
        return f"Zoho Campaigns answered {self.endpoint.name} with code {self.code or '(none)'}: {self.message or 'no message'}"


def read_answer(endpoint: Endpoint, answer: Answer) -> Said:
    """Read one answer. Raises Unauthorized, RateLimited (locked: nothing took effect), VendorUnavailable (may have taken effect)."""
    if answer.status == 401:
        raise Unauthorized
    if answer.status >= 500 or 300 <= answer.status < 400:
        raise VendorUnavailable(f"Zoho Campaigns answered {endpoint.name} with HTTP {answer.status}.")
    if answer.status == 429:
        raise locked(endpoint, "HTTP 429")
    said = _parsed(endpoint, answer)
    if said is None:
        if answer.status >= 400:
            raise locked(endpoint, f"HTTP {answer.status} without a readable body")
        raise Unreadable(f"Zoho Campaigns answered {endpoint.name} with HTTP {answer.status} and a body that is neither its JSON nor its XML.")
    if said.act is Act.RENEW:
        raise Unauthorized
    if _is_lock(said, answer.status):
        raise locked(endpoint, f"HTTP {answer.status}, code {said.code or '(none)'}")
    return said


def locked(endpoint: Endpoint, seen: str) -> RateLimited:
    """The error for a method that is locked."""
    return RateLimited(
        f"Zoho Campaigns has locked {endpoint.name} ({seen}): its limit of calls is spent, perhaps by another program of this account. "
        f"The lock lasts {endpoint.lock_s / 60:.0f} minutes.",
        retry_after=endpoint.lock_s,
    )


def _is_lock(said: Said, status: int) -> bool:
    if said.act is Act.UNKNOWN:
        return status >= 400 or looks_throttled(said.message)
    return status >= 400 and said.act in (Act.BUG, Act.FAILED) and looks_throttled(said.message)


def _parsed(endpoint: Endpoint, answer: Answer) -> Said | None:
    try:
        body = answer.json()
    except VendorUnavailable:
        return _from_xml(endpoint, answer.body)
    if not isinstance(body, dict):
        return None
    inner = body.get("response")
    if isinstance(inner, dict):
        body = {**body, **inner}
    keyed = {str(name).lower(): value for name, value in body.items()}
    failed = str(keyed.get("status", "")).lower() in ("error", "failure", "failed")
    code = str(keyed["code"]).strip() if keyed.get("code") is not None else "" if failed else "0"
    return Said(endpoint, code, without_addresses(str(keyed.get("message", ""))), body)


def _from_xml(endpoint: Endpoint, body: bytes) -> Said | None:
    # XML is what the vendor falls back to. Few texts are taken from it, by pattern: no XML parser and none of its hazards.
    code = _XML_CODE.search(body)
    if code is None or b"<response" not in body:
        return None
    message = _XML_MESSAGE.search(body)
    text = message.group(1).decode("utf-8", "replace") if message else ""
    return Said(endpoint, code.group(1).decode(), without_addresses(text), {}, body.decode("utf-8", "replace"))
