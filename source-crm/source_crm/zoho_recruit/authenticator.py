"""The token of the manifest's streams."""

from __future__ import annotations

from dataclasses import dataclass

from mailsync.zoho_recruit.product import ZOHO_RECRUIT
from source_crm.zoho.authenticator import SharedToken


@dataclass
class ZohoRecruitToken(SharedToken):
    """The token that the modules use."""

    product = ZOHO_RECRUIT
