"""Behaviours of Zoho Campaigns that nobody has confirmed, each with its plausible readings; the first is the default."""

from __future__ import annotations

from emulators.world import Switch

PAGE = "docs/systems/zoho_campaigns.md"


def _switch(name: str, section: str, about: str, *readings: str) -> Switch:
    return Switch(f"zoho_campaigns_{name}", readings, f"{PAGE}#{section}", about)


ALL = (
    _switch(
        "lock_answer",
        "limits",
        "what a locked endpoint answers",
        "http_429_json",
        "http_200_text_code",
        "http_200_number_code",
        "http_400_json",
        "http_429_html",
        "http_200_html",
    ),
    _switch("lock_starts", "limits", "does the last permitted call start the lock, or the one after it", "at_last_call", "at_next_call"),
    _switch("counter_owner", "limits", "are calls counted per organisation or per user", "organisation", "user"),
    _switch("code_type", "wire", "is `code` a text or a number", "text", "number"),
    _switch("lowercase_json", "wire", "what `resfmt=json` in lower case gives", "json", "xml"),
    _switch("auth_case", "wire", "are `Code` and `URI` of an authentication failure capital or small", "capitals", "small"),
    _switch("double_decode", "contactinfo", "is `contactinfo` percent-decoded a second time", "no", "yes"),
    _switch("empty_value", "contactinfo", "does an empty text clear a field", "clears", "keeps"),
    _switch("unknown_field", "contactinfo", "a field that the account does not have", "ignored", "refused"),
    _switch("value_too_long", "contactinfo", "a value longer than its field", "truncated", "refused"),
    _switch("wrong_type", "contactinfo", "a value that does not fit its field's type", "ignored", "refused", "stored"),
    _switch("fields_belong_to", "contacts", "is there one set of fields per contact, or one per membership", "contact", "membership"),
    _switch("update_on_form_list", "subscribe", "`listsubscribe` for a member of a sign-up-form list", "updates", "mails", "ignored"),
    _switch("bounced_resubscribed", "subscribe", "`listsubscribe` for a bounced member", "stays_bounced", "reactivated"),
    _switch(
        "do_not_mail_subscribe",
        "do-not-mail",
        "subscribing an address of the do-not-mail registry",
        "ok_without_adding",
        "error_2001",
        "error_2004",
    ),
    _switch("do_not_mail_shown", "do-not-mail", "how lists show an address moved to do-not-mail", "unsubscribed", "absent"),
    _switch("do_not_mail_unknown", "do-not-mail", "`contactdonotmail` for an address that is no contact", "added", "error_2104"),
    _switch("do_not_mail_complaint", "do-not-mail", "does a complaint put the address into do-not-mail as well", "no", "yes"),
    _switch("bulk_readd", "bulk", "are addresses in `readd_contacts` active again", "reactivates", "skips"),
    _switch("bulk_on_form_list", "bulk", "does the bulk call bypass the confirmation of a sign-up form", "adds", "mails"),
    _switch("bulk_more_than_ten", "bulk", "more than ten addresses in one bulk call", "refused", "accepted"),
    _switch("bulk_at_contact_limit", "bulk", "a bulk call that reaches the contact limit", "refused_whole", "filled_up"),
    _switch("contact_limit_code", "subscribe", "code of `listsubscribe` at the contact limit", "2302", "914"),
    _switch("unsubscribe_stranger", "unsubscribe", "`listunsubscribe` for a contact that is not in the list", "error_2103", "ok"),
    _switch("added_time", "reads", "form of `added_time`", "epoch_ms", "date_text"),
    _switch("range_over_maximum", "reads", "a `range` above the maximum", "capped", "refused"),
    _switch("lists_past_end", "reads", "`getmailinglists` past its end", "code_2401", "empty"),
    _switch("field_details", "fields", "does `contact/allfields` tell type and length", "given", "absent"),
    _switch("new_list_key", "lists", "does creating a list answer its key", "given", "missing"),
    _switch("opens_count", "campaigns", "does `opens_count` count people or openings", "unique", "total"),
    _switch("recent_order", "campaigns", "what `recentcampaigns` orders by", "sent_time", "created_time"),
    _switch("timelines", "campaigns", "what recipients in XML hold", "given", "without_times", "twin_of_json"),
    _switch("ab_report", "campaigns", "do the counters of an A/B test hold those of its variants", "without_variants", "with_variants"),
    _switch("spam_contacts", "reads", "does `getlistsubscribers` take the status `spam`", "given", "refused"),
    _switch("unsubscribe_in_reports", "unsubscribe", "does `listunsubscribe` show among a campaign's opt-outs", "nowhere", "last_campaign"),
    _switch("review", "launching", "must a campaign made by API be reviewed before it is sent", "not_needed", "by_staff", "by_itself"),
    _switch("new_campaign_shown", "launching", "when `recentcampaigns` shows a campaign made by API", "at_once", "minutes_later"),
    _switch("status_shown", "launching", "when `recentcampaigns` shows a new status", "at_once", "minutes_later"),
    _switch("sending_takes", "launching", "how long a campaign is in progress", "no_time", "minutes"),
    _switch("send_twice", "launching", "`sendcampaign` for a campaign that was sent", "error_6600", "ok_without_mailing", "mails_again"),
    _switch("schedule_twice", "launching", "scheduling a campaign that is scheduled", "replaces", "error_6605", "goes_out_twice"),
    _switch("schedule_zone", "launching", "in which zone a scheduled time is read", "sending_tz", "account"),
    _switch("campaign_name_twice", "launching", "`createCampaign` with a name that is taken", "accepted", "renamed", "error_6609"),
    _switch("campaign_name_length", "launching", "a campaign name of more than a hundred characters", "cut", "error_1001"),
    _switch("unverified_sender", "launching", "a sender that is not verified", "error_1001", "error_500", "refused_at_send"),
    _switch("campaign_key_answered", "launching", "does `createCampaign` answer the key", "plain", "wrapped", "missing"),
    _switch("topic_needed", "launching", "where the topic of a campaign must stand", "nowhere", "parameter", "list_details"),
    _switch("recipients_changed", "launching", "people joined or left between review and sending", "ignored", "error_6608"),
    _switch("delete_contacts_default", "lists", "`deletemailinglist` without `deletecontacts`", "off", "on"),
)
