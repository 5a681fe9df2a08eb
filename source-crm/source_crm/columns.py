"""The columns that every record of a CRM stream has beside the CRM's own: change data capture as warehouses and our destinations read it."""

from __future__ import annotations

from typing import Any

CURSOR = "_ab_cdc_cursor"
UPDATED_AT = "_ab_cdc_updated_at"
DELETED_AT = "_ab_cdc_deleted_at"
REASON = "_ab_deletion_reason"
HEIR_STREAM = "_ab_heir_stream"
HEIR_ID = "_ab_heir_id"

DELETED = "deleted"
CONVERTED = "converted"
LEFT_SELECTION = "left_selection"

_INSTANT = {"type": ["null", "string"], "format": "date-time", "airbyte_type": "timestamp_with_timezone"}
_TEXT = {"type": ["null", "string"]}

SCHEMAS: dict[str, dict[str, Any]] = {
    CURSOR: {"type": ["null", "integer"], "description": "Strictly increasing with every record of the stream, also across syncs."},
    UPDATED_AT: {**_INSTANT, "description": "When the CRM says that the record was last changed."},
    DELETED_AT: {**_INSTANT, "description": "When the record left; null while it is there. A record that left has its id and these columns only."},
    REASON: {**_TEXT, "description": "Why it left: deleted, converted, left_selection, or merged where the CRM tells it apart."},
    HEIR_STREAM: {**_TEXT, "description": "The stream of the record that takes its place."},
    HEIR_ID: {**_TEXT, "description": "The id of the record that takes its place."},
}
