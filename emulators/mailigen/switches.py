"""Behaviours of Mailigen that nobody has confirmed, each with its plausible readings; the first is the default."""

from __future__ import annotations

from emulators.world import switches_of

_switch = switches_of("mailigen", "docs/systems/mailigen.md")

ALL = (
    _switch("error_status", "errors", "HTTP status of a refusal", "http_200", "http_400"),
    _switch("error_codes", "errors", "the codes other than 104", "like_mailchimp", "others"),
    _switch("blocked_answer", "wire", "what too many calls would be answered with (no limit is published)", "http_429", "http_503"),
    _switch("truth", "wire", "how a success without a value is written", "boolean", "text"),
    _switch("members_form", "reads", "rows of `listMembers`", "list", "indexed_object"),
    _switch("limit_over_maximum", "reads", "a `limit` above the maximum", "capped", "refused"),
    _switch("times_zone", "wire", "zone of times in answers", "gmt", "riga"),
    _switch("member_count", "lists", "whom `member_count` of a list counts", "subscribed", "everybody"),
    _switch("resubscribe", "subscribe", "`update_existing` for somebody who unsubscribed", "reactivates", "stays", "error_row"),
    _switch("bounced_resubscribed", "subscribe", "`update_existing` for a bounced member", "stays", "reactivates"),
    _switch("inactive_resubscribed", "subscribe", "subscribing an unconfirmed member without double opt-in", "activates", "stays"),
    _switch("update_with_optin", "subscribe", "`update_existing` with double opt-in for an active member", "updates", "mails", "ignored"),
    _switch("duplicate_rows", "batches", "two rows of one batch with one address", "later_wins", "first_wins"),
    _switch("batch_limit", "batches", "rows in one batch", "none", "refused_over_100", "refused_over_1000"),
    _switch("error_email", "batches", "how an error row names its address", "as_sent", "lower_case"),
    _switch("empty_value", "fields", "does an empty text clear a merge value", "clears", "keeps"),
    _switch("unknown_field", "fields", "a tag that the list does not have", "ignored", "error_row"),
    _switch("value_too_long", "fields", "a merge value over 255 characters", "truncated", "error_row", "stored"),
    _switch("wrong_type", "fields", "a value that does not fit its field's type", "stored", "ignored", "error_row"),
    _switch("long_tag", "fields", "a tag of more than ten characters", "accepted", "refused"),
    _switch("plan_limit", "subscribe", "adding somebody when the plan is full", "error_object", "error_rows"),
    _switch("suppressed_subscribe", "suppression", "subscribing a suppressed address", "ok_without_adding", "error_row", "added"),
    _switch("suppressing_member", "suppression", "what suppressing does to memberships", "stays", "unsubscribed", "removed"),
    _switch("unsubscribe_stranger", "unsubscribe", "unsubscribing who is not on the list", "error_row", "ok"),
    _switch("unsubscribe_twice", "unsubscribe", "unsubscribing who left already", "ok", "error_row"),
    _switch("complaint_shown", "reads", "what a spam complaint does: no method tells of it", "unsubscribed", "suppressed", "removed"),
    _switch("scheduled_status", "launching", "the status of a campaign that is scheduled", "scheduled", "schedule", "draft"),
    _switch("new_campaign_shown", "launching", "when `campaigns` shows a campaign made by API", "at_once", "minutes_later"),
    _switch("status_shown", "launching", "when `campaigns` shows a new status", "at_once", "minutes_later"),
    _switch("sending_takes", "launching", "how long a campaign is being sent", "no_time", "minutes"),
    _switch("send_twice", "launching", "`campaignSendNow` for a campaign that was sent", "refused", "ok_without_mailing", "mails_again"),
    _switch("schedule_twice", "launching", "`campaignSchedule` for a campaign that is scheduled", "replaces", "refused"),
    _switch("title_twice", "launching", "`campaignCreate` with a title that is taken", "accepted", "refused"),
    _switch("unknown_sender", "launching", "a sender that nobody confirmed", "accepted", "refused"),
    _switch("notify_default", "unsubscribe", "`send_notify` when it is not sent", "off", "on"),
)
