"""Which field of a module dates a change: `Updated_On` in Candidates, `Modified_Time` elsewhere; the fields of the account decide.

Source: Zoho Recruit API v2, Get Records (samples); compared fields of public clients; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailsync.zoho.fields import Field

NAMES = ("Modified_Time", "Updated_On")


def change_field(fields: Iterable[Field]) -> str:
    """Its API name, empty where the module has none."""
    dated = {field.api_name for field in fields if field.data_type == "datetime"}
    return next((name for name in NAMES if name in dated), "")
