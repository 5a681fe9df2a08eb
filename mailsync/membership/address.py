"""One key per person's address: NFC, domain in IDNA lower case, local part case-folded; dots and plus stay."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from functools import lru_cache

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

LONGEST_ADDRESS = 254
FAR_TOO_LONG = 1000  # not even looked at, and not kept in the cache
_PLAIN = re.compile(r"[a-z0-9_+-]{1,32}(?:\.[a-z0-9_+-]{1,31})?@(?:[a-z0-9](?:[a-z0-9]|-(?!-)){0,40}[a-z0-9]\.){1,3}[a-z]{2,12}")
_SPECIAL = tuple(SPECIAL_USE_DOMAIN_NAMES)


def address_key(raw: str) -> str | None:
    """The key of an address, None where it is no valid one. Never asks the network.

    Most addresses are plain, and for those the library's answer is known to be "valid, lower case" (a test compares the two): asking it costs
    fifty times as much, for every row of every list read.
    """
    if len(raw) > FAR_TOO_LONG:
        return None
    lowered = raw.lower()
    if _PLAIN.fullmatch(lowered) and not lowered.endswith(_SPECIAL):
        return lowered
    return _asked(raw)


@lru_cache(maxsize=20_000)
def _asked(raw: str) -> str | None:
    text = unicodedata.normalize("NFC", raw.strip())
    if not text or len(text) > LONGEST_ADDRESS or "\x00" in text or "\ufffd" in text:
        return None
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=True)
    except EmailNotValidError:
        return None
    return f"{unicodedata.normalize('NFC', found.local_part).casefold()}@{found.ascii_domain.lower()}"


def address_hash(key: str, secret: bytes) -> str:
    """The keyed hash under which suppressions are kept: enough to look up, nothing to read back."""
    return hmac.digest(secret, key.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[:40]
