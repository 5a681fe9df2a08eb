"""The vendor behaviours that are not verified, each with every plausible reading; the first is the default.

Why each one matters is told in docs/systems/zoho_recruit.md, in the section that the switch names.
"""

from __future__ import annotations

from emulators.world import Switch, switches_of

_switch = switches_of("recruit", "docs/systems/zoho_recruit.md")

SWITCHES: tuple[Switch, ...] = (
    # -- Recruit's own
    _switch("candidates_cursor", "change-time", "name of the change time in Candidates", "Updated_On", "Modified_Time", "both"),
    _switch("custom_module_cursor", "change-time", "name of the change time in custom modules", "Modified_Time", "Updated_On", "none"),
    _switch("approvals_fields", "modules", "answer to the fields call of a module that has none", "204", "403", "401"),
    _switch("campaigns_module", "modules", "does the account have a Campaigns module", "present", "absent"),
    _switch("campaign_writes", "writes", "are campaigns made and changed through the API", "refused", "accepted"),
    _switch("campaign_members", "writes", "can member statuses be written by the related list", "refused", "accepted"),
    _switch("campaign_member_lists", "writes", "can the members of a campaign be listed by the related list", "refused", "served"),
    _switch("list_cost", "limits", "credits of one page of records", "3", "1"),
    _switch("list_sort", "records", "does sort_by order by any field, or is it passed over", "any_field", "passed_over"),
    _switch("page_depth", "records", "how deep a list can be paged", "deep", "2000"),
    _switch("nothing_newer", "records", "answer when nothing is newer than If-Modified-Since", "204", "304"),
    _switch("view_since", "records", "is If-Modified-Since honoured in a custom view", "honoured", "ignored"),
    _switch("list_rich_text", "records", "is rich text whole in lists, or cut to 500 characters", "whole", "cut"),
    _switch("tie_order", "records", "order of rows that share the sorted value", "id_desc", "id_asc"),
    _switch("deleted_retention", "deleted", "for how many days deletions are listed", "120", "60"),
    _switch("deleted_type_case", "deleted", "how the rows spell their type", "lower", "capitalised"),
    _switch("bulk_other_modules", "bulk", "does bulk read serve modules that its page does not list", "refused", "served"),
    _switch("bulk_updated_on", "bulk", "may Updated_On be a criterion of bulk read", "accepted", "refused"),
    _switch("bulk_view_with_criteria", "bulk", "may bulk read combine a custom view with criteria", "accepted", "refused"),
    _switch("bulk_converted", "bulk", "does bulk read hold converted candidates", "excluded", "included"),
    # -- as in Zoho CRM, where they are not verified either
    _switch("scope_error_status", "errors", "HTTP status of OAUTH_SCOPE_MISMATCH", "401", "403"),
    _switch("token_error_code", "errors", "code for a dead token", "INVALID_TOKEN", "AUTHENTICATION_FAILURE"),
    _switch("rate_limit_code", "limits", "code of a 429", "TOO_MANY_REQUESTS", "RATE_LIMIT_EXCEEDED"),
    _switch("wrong_method_status", "errors", "HTTP status of INVALID_REQUEST_METHOD", "400", "405"),
    _switch("deleted_cost", "limits", "credits of one page of deleted records", "2", "1"),
    _switch("cvid_cost", "limits", "credits of one page of a custom view", "3", "1"),
    _switch("search_cost", "limits", "credits of one search page", "1", "3"),
    _switch("bulk_poll_cost", "limits", "credits of a bulk status or download call", "1", "0"),
    _switch("custom_views_paging", "views", "does the list of views come in pages or whole", "whole", "pages"),
    _switch("unknown_list_field", "records", "a name in `fields` that the module lacks", "passed_over", "refused"),
    _switch("search_sort", "search", "are sort_by and sort_order of a search honoured", "honoured", "ignored"),
    _switch("search_criteria_limit", "search", "criteria allowed in one search", "10", "15"),
    _switch("search_index", "search", "is a fresh write found at once or only after 30 s", "immediate", "delayed"),
    _switch("deleted_nothing_newer", "deleted", "answer when nothing is newer than If-Modified-Since", "204", "304"),
    _switch("deleted_bad_type", "deleted", "code for an unknown `type`", "INVALID_DATA", "PATTERN_NOT_MATCHED"),
    _switch("deleted_order", "deleted", "order of deleted records", "newest_first", "oldest_first"),
    _switch("deleted_holds_converted", "deleted", "is a converted candidate listed as deleted", "no", "yes"),
    _switch("deleted_merged_type", "deleted", "type under which a merged-away record is listed", "recycle", "permanent"),
    _switch("restored_modified_time", "deleted", "change time of a restored record", "old", "new"),
    _switch("bulk_id_header", "bulk", "header of the id column", "Id", "id"),
    _switch("bulk_multiselect_separator", "bulk", "joins the values of a multi-select cell", "comma", "semicolon"),
    _switch("bulk_result_page", "bulk", "is `page` part of a job's result", "present", "absent"),
    _switch("bulk_null_parents", "bulk", "rows whose looked-up parent is empty, when a parent's field is asked", "kept", "missing"),
    _switch("bulk_notes", "bulk", "does bulk read serve Notes", "refused", "served"),
    _switch("bulk_result_kept", "bulk", "for how long a result can be fetched", "one_day", "always"),
    _switch("formula_touches_modified_time", "change-time", "does a recalculated formula count as a change", "no", "yes"),
    _switch("rollup_touches_modified_time", "change-time", "does a recalculated roll-up count as a change", "no", "yes"),
    _switch("tag_touches_modified_time", "change-time", "does a changed tag count as a change", "yes", "no"),
    _switch("layout_required", "writes", "are fields that only the layout requires enforced by the API", "enforced", "advisory"),
    _switch("member_status_values", "writes", "is a member status that the account does not list refused", "refused", "accepted"),
    _switch("member_status_read", "writes", "do related reads show the member status", "absent", "shown", "refused"),
    _switch("member_status_trigger", "writes", "does writing a member status run automation, and heed `trigger`", "honoured", "passed_over"),
    _switch("converted_lead_member", "writes", "may a converted candidate be linked to a campaign", "refused", "accepted"),
    _switch("related_write_cost", "limits", "credits of a related-list write", "by_ten", "one"),
    _switch("empty_is_not_equal", "bulk", "do empty values satisfy not-equal, not-in and not-contains", "no", "yes"),
)
