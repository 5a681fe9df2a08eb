"""The token of the manifest's streams."""

from __future__ import annotations

from dataclasses import dataclass

from mailsync.zoho_crm.product import ZOHO_CRM
from source_crm.zoho.authenticator import SharedToken


@dataclass
class ZohoCrmToken(SharedToken):
    """The token that the modules use."""

    product = ZOHO_CRM
