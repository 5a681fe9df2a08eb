"""The vendor behaviours that are not verified, each with every plausible reading; the first is the default.

Why each one matters is told in docs/systems/zoho_crm.md, in the section that the switch names.
"""

from __future__ import annotations

from emulators.world import Switch, switches_of

_switch = switches_of("crm", "docs/systems/zoho_crm.md")

SWITCHES: tuple[Switch, ...] = (
    _switch("scope_error_status", "errors", "HTTP status of OAUTH_SCOPE_MISMATCH", "401", "403"),
    _switch(
        "token_error_code",
        "errors",
        "code for a dead or missing token",
        "INVALID_TOKEN",
        "AUTHENTICATION_FAILURE",
        "INVALID_OAUTHTOKEN",
    ),
    _switch("rate_limit_code", "limits", "code of a 429", "TOO_MANY_REQUESTS", "RATE_LIMIT_EXCEEDED"),
    _switch("wrong_method_status", "errors", "HTTP status of INVALID_REQUEST_METHOD", "400", "405"),
    _switch("deleted_cost", "limits", "credits of one page of deleted records", "2", "1"),
    _switch("cvid_cost", "limits", "credits of one page of a custom view", "3", "1"),
    _switch("search_cost", "limits", "credits of one search page", "1", "3"),
    _switch("bulk_poll_cost", "limits", "credits of a bulk status or download call", "1", "0"),
    _switch("custom_views_paging", "views", "does the list of views come in pages or whole", "whole", "pages"),
    _switch("list_page_with_token", "records", "`info.page` of a page fetched by page_token", "null", "number"),
    _switch("page_token_keeps", "records", "what a page_token remembers when rows move meanwhile", "position", "offset"),
    _switch("unknown_list_field", "records", "a name in `fields` that the module lacks", "passed_over", "refused"),
    _switch(
        "tie_order",
        "records",
        "order of rows that share the sorted time",
        "id_desc",
        "id_asc",
        "id_follows_sort",
    ),
    _switch("search_sort", "search", "are sort_by and sort_order of a search honoured", "honoured", "ignored"),
    _switch("search_criteria_limit", "search", "criteria allowed in one search", "10", "15"),
    _switch("coql_where", "coql", "may a query come without `where`", "required", "optional"),
    _switch("coql_chain", "coql", "is `a and b and c` accepted without brackets", "flat", "pairs_only"),
    _switch("coql_selected_fields", "coql", "most columns of one query", "500", "50"),
    _switch("coql_converted_leads", "coql", "does COQL return converted leads", "excluded", "included"),
    _switch("coql_file_upload", "coql", "may a file upload field be selected", "refused", "selectable"),
    _switch("coql_change_log_time", "coql", "may Change_Log_Time__s be compared and sorted", "usable", "refused"),
    _switch("deleted_nothing_newer", "deleted", "answer when nothing is newer than If-Modified-Since", "204", "304"),
    _switch("deleted_bad_type", "deleted", "code for an unknown `type`", "PATTERN_NOT_MATCHED", "INVALID_DATA"),
    _switch("deleted_order", "deleted", "order of deleted records", "newest_first", "oldest_first"),
    _switch("deleted_holds_converted", "deleted", "is a converted lead listed as deleted", "no", "yes"),
    _switch("deleted_merged_type", "deleted", "type under which a merged-away record is listed", "recycle", "permanent"),
    _switch("restored_modified_time", "deleted", "Modified_Time of a restored record", "old", "new"),
    _switch("bulk_id_header", "bulk", "header of the id column", "Id", "id"),
    _switch("bulk_multiselect_separator", "bulk", "joins the values of a multi-select cell", "comma", "semicolon"),
    _switch(
        "bulk_paging",
        "bulk",
        "how rows beyond the first job are reached",
        "page_and_token",
        "token_only",
        "page_only",
    ),
    _switch("bulk_result_page", "bulk", "is `page` part of a job's result", "present", "absent"),
    _switch("bulk_null_parents", "bulk", "rows whose looked-up parent is empty, when a parent's field is asked", "kept", "missing"),
    _switch("bulk_notes", "bulk", "does bulk read serve Notes", "refused", "served"),
    _switch("bulk_result_kept", "bulk", "for how long a result can be fetched", "one_day", "always"),
    _switch("formula_touches_modified_time", "modified-time", "does a recalculated formula count as a change", "no", "yes"),
    _switch("rollup_touches_modified_time", "modified-time", "does a recalculated roll-up count as a change", "no", "yes"),
    _switch("tag_touches_modified_time", "modified-time", "does a changed tag count as a change", "yes", "no"),
    _switch("opt_out_sets_mode", "writes", "does Email_Opt_Out by API set the unsubscribe mode to Manual", "yes", "no"),
    _switch("layout_required", "writes", "are fields that only the layout requires enforced by the API", "enforced", "advisory"),
    _switch("member_status_values", "campaign-members", "is a member status that the account does not list refused", "refused", "accepted"),
    _switch("member_status_read", "campaign-members", "do related reads show the member status", "absent", "shown", "refused"),
    _switch(
        "member_status_trigger", "campaign-members", "does writing a member status run automation, and heed `trigger`", "honoured", "passed_over"
    ),
    _switch("converted_lead_member", "campaign-members", "may a converted lead be linked as a lead", "refused", "accepted"),
    _switch("related_write_cost", "limits", "credits of a related-list write", "by_ten", "one"),
    _switch("coql_what_id", "coql", "may What_Id be compared in a query", "usable", "refused"),
    _switch("coql_textarea", "coql", "may a text area be compared in a query", "usable", "refused"),
    _switch("empty_is_not_equal", "criteria", "do empty values satisfy not-equal, not-in and not-contains", "no", "yes"),
    _switch("search_index", "search", "is a fresh write found at once or only after 30 s", "immediate", "delayed"),
)
