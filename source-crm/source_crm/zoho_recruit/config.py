"""The configuration of source-crm for Zoho Recruit: the account, beside the options of every CRM."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailsync.zoho import account
from mailsync.zoho.account import Account
from mailsync.zoho_recruit.bulk_query import MOST_CRITERIA
from mailsync.zoho_recruit.product import ZOHO_RECRUIT
from source_crm import options
from source_crm.options import Options

# Ten pages of records cost thirty credits, a bulk job some fifty.
BULK_FROM_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the user decides."""

    account: Account
    options: Options


def parse(config: Mapping[str, Any]) -> Config:
    """Check and freeze. Raises ConfigError naming the option and what is accepted."""
    chosen = options.parse(config, system=ZOHO_RECRUIT.name, most_criteria=MOST_CRITERIA, bulk_from_rows=BULK_FROM_ROWS)
    return Config(account.parse(ZOHO_RECRUIT, config.get("system") or {}), chosen)
