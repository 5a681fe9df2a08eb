"""The vendor behaviours that are not verified, each with every plausible reading; the first is the default.

Why each one matters is told in docs/systems/pipedrive.md, in the section that the switch names.
"""

from __future__ import annotations

from emulators.world import Switch, switches_of

_switch = switches_of("pipedrive", "docs/systems/pipedrive.md")

SWITCHES: tuple[Switch, ...] = (
    _switch("query_token", "authentication", "does v2 still take the token from the query", "accepted", "refused"),
    _switch("lists_deleted", "deletion", "do lists of persons, organizations and activities show deleted ones", "no", "yes"),
    _switch("get_deleted", "deletion", "a single read of a record deleted within thirty days", "is_deleted", "404"),
    _switch("organization_deleted", "deletion", "what happens to org_id of the persons of a deleted organization", "kept", "unlinked"),
    _switch("filter_with_updated_since", "filters", "updated_since beside filter_id", "applied", "ignored", "refused"),
    _switch("filter_gone", "filters", "answer to a filter_id that is not there", "404", "400", "403"),
    _switch("never_updated", "reading", "does updated_since find records whose update_time is null", "no", "yes"),
    _switch("activity_touches_person", "reading", "does an activity move its person's update_time", "no", "yes"),
    _switch("mail_touches_person", "reading", "does a mail move its person's update_time", "no", "yes"),
    _switch("marketing_touches_person", "marketing", "does a change of marketing_status move update_time", "yes", "no"),
    _switch("over_limit", "reading", "a `limit` above the maximum", "refused", "clamped"),
    _switch("bad_cursor", "reading", "an invalid cursor", "400", "first_page"),
    _switch("emails_order", "persons", "does the primary address always stand first", "as_written", "primary_first"),
    _switch("burst_text", "limits", "the text of a burst 429", "request over limit", "Rate limit exceeded"),
    _switch("daily_headers", "limits", "are the headers of the daily budget sent", "present", "absent"),
    _switch("daily_retry_after", "limits", "does a daily 429 carry Retry-After", "present", "absent"),
    _switch("daily_reset", "limits", "when the daily budget is new", "midnight_utc", "midnight_utc_plus_2"),
    _switch("refusals_cost", "limits", "do refused calls cost tokens", "yes", "no"),
    _switch("builtin_codes", "fields", "v2 codes of e-mail, phone and labels", "as_v1", "as_entity"),
    _switch("patch_customs", "writes", "does PATCH keep custom fields that are not named", "kept", "cleared"),
    _switch("due_date_default", "writes", "due_date of an activity made without one", "today", "null"),
    _switch("note_comments", "writes", "are HTML comments in a note kept", "stripped", "kept"),
    _switch("unknown_activity_type", "writes", "status for an unknown activity type", "400", "404"),
    _switch("search_index", "search", "how long until a search finds a change", "11 s", "immediate"),
    _switch("empty_v1_list", "versions", "an empty list of v1", "null", "empty"),
)
