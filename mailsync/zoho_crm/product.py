"""Where Zoho CRM's API v8 lives."""

from __future__ import annotations

from mailsync.zoho.data_centers import crm_api
from mailsync.zoho.product import Product
from mailsync.zoho_crm.scopes import scopes_of

VERSION = "v8"
ZOHO_CRM = Product(
    name="Zoho CRM",
    records=f"/crm/{VERSION}",
    bulk=f"/crm/bulk/{VERSION}",
    host=crm_api,
    token_names_host=True,
    scopes_of=scopes_of,
)
