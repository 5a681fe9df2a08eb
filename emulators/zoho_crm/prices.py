"""What calls cost, in credits (docs/systems/zoho_crm.md#limits): one table for charging and for `GET /__apis`."""

from __future__ import annotations

from typing import Any

from emulators.zoho_crm.state import Crm

BULK_READ_JOB = 50
ROWS_OF_A_WRITE_CREDIT = 10


def coql(rows: int) -> int:
    """One query, by the rows it returned."""
    if rows <= 200:
        return 1
    return 2 if rows <= 1000 else 3


def writing(rows: int) -> int:
    """One credit for each started ten records."""
    return max(1, -(-rows // ROWS_OF_A_WRITE_CREDIT))


def listing(crm: Crm) -> list[dict[str, Any]]:
    """The API's own price list."""
    read = ("GET", "ZohoCRM.modules.READ")
    rows: list[tuple[str, str, str, int, int]] = [
        ("/crm/v8/settings/modules", "GET", "ZohoCRM.settings.modules.READ", 1, 1),
        ("/crm/v8/settings/fields", "GET", "ZohoCRM.settings.fields.READ", 1, 1),
        ("/crm/v8/settings/layouts", "GET", "ZohoCRM.settings.layouts.READ", 1, 1),
        ("/crm/v8/settings/custom_views", "GET", "ZohoCRM.settings.custom_views.READ", 1, 1),
        ("/crm/v8/users", "GET", "ZohoCRM.users.READ", 1, 1),
        ("/crm/v8/org", "GET", "ZohoCRM.org.READ", 1, 1),
        ("/crm/v8/{module}", *read, 1, int(crm.reading("cvid_cost"))),
        ("/crm/v8/{module}", "POST", "ZohoCRM.modules.CREATE", 1, writing(100)),
        ("/crm/v8/{module}", "PUT", "ZohoCRM.modules.UPDATE", 1, writing(100)),
        ("/crm/v8/{module}/{record_id}", *read, 1, 1),
        ("/crm/v8/{module}/deleted", *read, int(crm.reading("deleted_cost")), int(crm.reading("deleted_cost"))),
        ("/crm/v8/{module}/search", *read, int(crm.reading("search_cost")), int(crm.reading("search_cost"))),
        ("/crm/v8/{module}/actions/count", *read, 1, 1),
        ("/crm/v8/coql", "POST", "ZohoCRM.coql.READ", 1, 3),
        ("/crm/bulk/v8/read", "POST", "ZohoCRM.bulk.READ", BULK_READ_JOB, BULK_READ_JOB),
        ("/crm/bulk/v8/read/{job_id}", "GET", "ZohoCRM.bulk.READ", int(crm.reading("bulk_poll_cost")), int(crm.reading("bulk_poll_cost"))),
    ]
    return [
        {"path": path, "operation_types": [{"method": method, "oauth_scope": scope, "max_credits": most, "min_credits": least}]}
        for path, method, scope, least, most in rows
    ]
