"""Times as the vendor writes them (docs/systems/mailigen.md#wire). Schedule times are GMT; the zone of the others is unverified."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from emulators.mailigen.account import Account
from emulators.mailigen.errors import INVALID_DATE, MailigenError

RIGA = timezone(timedelta(hours=2), "EET")
FORM = "%Y-%m-%d %H:%M:%S"


def zone(account: Account) -> timezone:
    """The zone of times in answers, under the chosen reading."""
    return UTC if account.reading("times_zone") == "gmt" else RIGA


def written(account: Account, seconds: float) -> str:
    """`2020-03-01 10:11:12`."""
    return datetime.fromtimestamp(seconds, zone(account)).strftime(FORM)


def read(account: Account, text: str) -> float:
    """Epoch seconds of a time in a filter; a date alone is its midnight. Raises INVALID_DATE."""
    for form in (FORM, "%Y-%m-%d"):
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=zone(account)).timestamp()
        except ValueError:
            continue
    raise MailigenError(INVALID_DATE)
