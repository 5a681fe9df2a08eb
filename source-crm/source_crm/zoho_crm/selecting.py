"""What a configured selection means in this account today: the source and condition of COQL, the query of Bulk Read, and what may drift."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailsync.errors import ConfigError
from mailsync.zoho import criteria as bulk_criteria
from mailsync.zoho import views
from mailsync.zoho.api import CrmApi
from mailsync.zoho.criteria import all_of
from mailsync.zoho.fields import MODIFIED_TIME, Field
from mailsync.zoho_crm import coql, criteria
from mailsync.zoho_crm.coql import both, text
from source_crm.options import Selection


@dataclass(frozen=True, slots=True)
class Selected:
    """One module's selection.

    source: a module's name or a view's id, for FROM. where: a COQL condition, None for everything. bulk: Bulk Read's criteria. fingerprint: changes
    when what it means changes. is_all: nobody can leave it without being deleted. drifts: records enter or leave while nobody edits them.
    """

    source: str
    where: str | None
    view_id: str | None
    bulk: Mapping[str, Any] | None
    fingerprint: str
    is_all: bool
    drifts: bool
    title: str


def resolve(api: CrmApi, selection: Selection, fields: Mapping[str, Field], start_date: str | None) -> Selected:
    """Look the selection up. Raises ConfigError naming a view or a criterion's field that is not there."""
    start = start_date if MODIFIED_TIME in fields else None
    since = f"{MODIFIED_TIME} >= {text(start)}" if start else None
    since_bulk = {**criteria.named(MODIFIED_TIME), "comparator": "greater_equal", "value": start} if start else None
    if selection.custom_view is not None:
        view = _view(api, selection.module, selection.custom_view, fields)
        if not view.is_everything:
            mark = _mark("view", view.id, view.fingerprint, start or "")
            return Selected(view.id, since, view.id, since_bulk, mark, is_all=False, drifts=view.drifts, title=f"the custom view {view.name!r}")
    if selection.criteria is not None:
        where = criteria.coql(selection.criteria, fields)
        bulk = all_of(bulk_criteria.bulk(selection.criteria, fields, criteria.named), since_bulk)
        mark = _mark("criteria", where, start or "")
        title = f"{len(selection.criteria.conditions)} criteria"
        return Selected(selection.module, both(where, since), None, bulk, mark, is_all=False, drifts=False, title=title)
    return Selected(selection.module, since, None, since_bulk, _mark("all", start or ""), is_all=True, drifts=False, title="all records")


def _view(api: CrmApi, module: str, wanted: str, fields: Mapping[str, Field]) -> views.View:
    view = views.find(api, module, wanted)
    if view.is_converted:
        raise ConfigError(f"The custom view {view.name!r} shows converted leads, which are contacts by now. Select Contacts instead.")
    gone = [name for name in view.fields if name not in fields]
    # A field that is only hidden from this user still filters; a deleted one makes the vendor match nothing, in silence.
    if gone and not coql.count(api, view.id, coql.EVERYTHING):
        raise ConfigError(
            f"The custom view {view.name!r} of {module} filters by {', '.join(gone)}, which the module no longer has or this user may not see, "
            "and matches nothing. Edit the view, or choose another one."
        )
    return view


def _mark(*parts: str) -> str:
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()
