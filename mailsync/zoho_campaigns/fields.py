"""Contact fields of the account: reading them, creating a missing one."""

from __future__ import annotations

from typing import Any

from mailsync.errors import ConfigError, VendorUnavailable
from mailsync.mailing_account import ContactField
from mailsync.zoho_campaigns import endpoints as method
from mailsync.zoho_campaigns.client import CampaignsClient
from mailsync.zoho_campaigns.codes import Act
from mailsync.zoho_campaigns.lists import truth
from mailsync.zoho_campaigns.pages import rows

# Ours → the vendor's `fieldtype`.
TYPES = {
    "text": "Text",
    "whole_number": "LongInteger",
    "number": "Decimal",
    "date": "Date",
    "datetime": "DateTime",
    "checkbox": "Checkbox",
    "phone": "Phone",
    "url": "URL",
}
NEW_FIELD_LENGTH = 255


def contact_fields(client: CampaignsClient) -> list[ContactField]:
    """Every field a contact of this account has. `name` is the display name, which is the key inside `contactinfo`; only names are documented."""
    said = client.read(method.ALL_FIELDS)
    if said.act is Act.EMPTY:
        return []
    names = said.body.get("fieldnames")
    found = names.get("fieldname") if isinstance(names, dict) else None
    if found is None:
        raise VendorUnavailable("Zoho Campaigns answered contact/allfields without a list of fields.")
    return [_field(row) for row in rows(found) if row.get("DISPLAY_NAME")]


def add_field(client: CampaignsClient, name: str, kind: str = "text") -> bool:
    """Create a custom field; whether the vendor said that it is there. Raises ConfigError where the vendor refuses the name."""
    said = client.write_patiently(method.ADD_FIELD, {"fieldname": name, "fieldtype": TYPES[kind], "fieldlength": str(NEW_FIELD_LENGTH)})
    if said is not None and said.act is not Act.OK:
        raise ConfigError(
            f"The custom field {name!r} could not be created. {said.described()}. "
            "A name may hold letters and digits; create it by hand or map to another field."
        )
    return said is not None


def _field(row: dict[str, Any]) -> ContactField:
    keyed = {str(name).upper(): value for name, value in row.items()}
    kind = next((keyed[name] for name in ("FIELD_DATA_TYPE", "DATA_TYPE", "FIELD_TYPE", "TYPE") if keyed.get(name)), "")
    length = next((keyed[name] for name in ("MAX_LENGTH", "MAXLENGTH", "FIELD_LENGTH", "LENGTH") if keyed.get(name)), None)
    return ContactField(
        name=str(keyed["DISPLAY_NAME"]),
        api_name=str(keyed.get("FIELD_NAME") or ""),
        kind=str(kind).lower(),
        mandatory=truth(keyed.get("IS_MANDATORY")),
        max_length=int(length) if length is not None and str(length).isdigit() and int(length) > 0 else None,
    )
