"""What a configured selection means in this account today: the view of lists and jobs, the criteria of jobs, and what may drift."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailsync.errors import ConfigError
from mailsync.zoho import criteria, views
from mailsync.zoho.api import CrmApi
from mailsync.zoho.fields import Field
from mailsync.zoho_recruit import record_pages
from mailsync.zoho_recruit.bulk_query import named
from source_crm.options import Selection


@dataclass(frozen=True, slots=True)
class Selected:
    """One module's selection.

    criteria: Bulk Read's object of the user's criteria, None where there are none: lists know none. since: an instant of the change time before which
    nothing is wanted, "" for everything; no criterion of jobs, because not every change field may be one. fingerprint: changes when what it means
    changes. is_all: nobody can leave it without being deleted.
    drifts: records enter or leave while nobody edits them.
    """

    view_id: str | None
    criteria: Mapping[str, Any] | None
    since: str
    fingerprint: str
    is_all: bool
    drifts: bool
    title: str


def resolve(api: CrmApi, selection: Selection, fields: Mapping[str, Field], change_field: str, start_date: str | None) -> Selected:
    """Look the selection up. Raises ConfigError naming a view or a criterion's field that is not there."""
    start = (start_date or "") if change_field else ""
    if selection.custom_view is not None:
        view = _view(api, selection.module, selection.custom_view, fields)
        if not view.is_everything:
            mark = _mark("view", view.id, view.fingerprint, start)
            return Selected(view.id, None, start, mark, is_all=False, drifts=view.drifts, title=f"the custom view {view.name!r}")
    if selection.criteria is not None:
        found = criteria.bulk(selection.criteria, fields, named)
        mark = _mark("criteria", repr(found), start)
        return Selected(None, found, start, mark, is_all=False, drifts=False, title=f"{len(selection.criteria.conditions)} criteria")
    return Selected(None, None, start, _mark("all", start), is_all=True, drifts=False, title="all records")


def _view(api: CrmApi, module: str, wanted: str, fields: Mapping[str, Field]) -> views.View:
    view = views.find(api, module, wanted)
    gone = [name for name in view.fields if name not in fields]
    # A field that is only hidden from this user still filters; a deleted one makes the vendor match nothing, in silence.
    if gone and not record_pages.page(api, record_pages.List(module, "", view.id, fields=("id",)), per_page=1).rows:
        raise ConfigError(
            f"The custom view {view.name!r} of {module} filters by {', '.join(gone)}, which the module no longer has or this user may not see, "
            "and matches nothing. Edit the view, or choose another one."
        )
    return view


def _mark(*parts: str) -> str:
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()
