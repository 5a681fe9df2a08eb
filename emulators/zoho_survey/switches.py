"""Behaviours of Zoho Survey that nobody has confirmed, each with its plausible readings; the first is the default."""

from __future__ import annotations

from emulators.world import switches_of

_switch = switches_of("zoho_survey", "docs/systems/zoho_survey.md")

ALL = (
    _switch("authorization", "access", "which schemes the `Authorization` header may have", "both", "bearer", "zoho_oauthtoken"),
    _switch("scopes", "access", "is each call's own scope needed, or any of the product", "own", "any"),
    _switch("error_shape", "errors", "how a refusal travels", "http_4xx_json", "http_200_json", "http_4xx_html"),
    _switch("limit_answer", "errors", "what too many calls are answered with", "http_429_json", "http_200_json", "http_400_json"),
    _switch("paging", "tree", "which of `range` and `offset` is the size of a page", "offset_is_size", "range_is_size", "ignored"),
    _switch("page_cap", "tree", "the largest page", "200", "20"),
    _switch("entities", "tree", "are names and values entity-encoded", "encoded", "plain"),
    _switch("partner_header", "webhooks", "does creating a webhook need `x-zoho-service`", "needed", "not_needed"),
    _switch("unanswered", "payload", "keys of questions that were not answered", "missing", "empty"),
    _switch("multiple_in_webhook", "payload", "several choices in a webhook", "comma_text", "list", "semicolon_text"),
    _switch("time_format", "payload", "times in payloads and exports", "24h", "12h"),
    _switch("created_event", "payload", "what the event of a partial response holds", "answers_so_far", "metadata_only"),
    _switch("partial_status", "payload", "how the status of a partial response is spelled", "PARTIAL", "PARTIALLY_COMPLETED", "INCOMPLETE"),
    _switch("edited_response", "payload", "does an edited response fire the webhook again", "fires", "silent"),
    _switch("edit_moves_end", "payload", "does editing move the response's end time", "no", "yes"),
    _switch("webhook_retry", "webhooks", "is a push that failed repeated", "none", "until_accepted"),
    _switch("webhook_twice", "webhooks", "may a push come twice although it was accepted", "no", "yes"),
    _switch("csv_header", "export", "which row of an export is the header", "first", "second"),
    _switch("csv_multiple", "export", "several choices in an export", "one_cell", "repeated_header", "second_header_row"),
    _switch("csv_bom", "export", "does an export begin with a byte order mark", "yes", "no"),
    _switch("invited_twice", "invitations", "inviting the same person once more", "mails_again", "ignored", "refused"),
    _switch("invited_opted_out", "invitations", "inviting somebody who opted out", "ignored", "refused", "mails"),
    _switch("invited_answered", "invitations", "inviting somebody who has answered", "mails_again", "ignored"),
    _switch("unknown_field", "invitations", "a contact's field that the distribution does not have", "ignored", "refused"),
    _switch("missing_field", "invitations", "a contact without a required field", "refused", "ignored"),
    _switch("bad_address", "invitations", "a contact whose address is none", "call_refused", "contact_ignored"),
    _switch("contacts_limit", "invitations", "how many contacts one call may carry", "none", "100", "1"),
    _switch("invitation_answer", "invitations", "the body of a successful call", "message", "empty_object", "no_body"),
)
