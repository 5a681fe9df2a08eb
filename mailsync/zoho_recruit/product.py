"""Where Zoho Recruit's API v2 lives: at a host of its own. The `api_domain` of a token answer is another one, which answers 404.

Source: Zoho Recruit API v2, What's New and Multi DC; live probes reported by public clients; checked 2026-11.
"""

from __future__ import annotations

from mailsync.zoho.data_centers import recruit_api
from mailsync.zoho.product import Product
from mailsync.zoho_recruit.scopes import scopes_of

VERSION = "v2"
ZOHO_RECRUIT = Product(
    name="Zoho Recruit",
    records=f"/recruit/{VERSION}",
    bulk=f"/recruit/bulk/{VERSION}",
    host=recruit_api,
    token_names_host=False,
    scopes_of=scopes_of,
)
