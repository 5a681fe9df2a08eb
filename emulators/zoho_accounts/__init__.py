"""The Zoho accounts server: tokens of every Zoho system. Facts: `docs/systems/zoho_accounts.md`."""

from emulators.zoho_accounts.scopes import allows
from emulators.zoho_accounts.state import (
    CLIENT_ID,
    CLIENT_SECRET,
    HOME_DATA_CENTER,
    ORGANISATION,
    REFRESH_TOKEN,
    Token,
)
from emulators.zoho_accounts.vendor import ZohoAccounts

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "HOME_DATA_CENTER",
    "ORGANISATION",
    "REFRESH_TOKEN",
    "Token",
    "ZohoAccounts",
    "allows",
]
