"""One key per person's address: NFC, domain in IDNA lower case, local part case-folded; dots and plus stay."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

LONGEST_ADDRESS = 254


@lru_cache(maxsize=20_000)
def address_key(raw: str) -> str | None:
    """The key of an address, None where it is no valid one. Never asks the network."""
    text = unicodedata.normalize("NFC", raw.strip())
    if not text or len(text) > LONGEST_ADDRESS or "\x00" in text:
        return None
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=True)
    except EmailNotValidError:
        return None
    return f"{unicodedata.normalize('NFC', found.local_part).casefold()}@{found.ascii_domain.lower()}"


def address_hash(key: str, secret: bytes) -> str:
    """The keyed hash under which suppressions are kept: enough to look up, nothing to read back."""
    return hmac.digest(secret, key.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[:40]
