"""The closed list of reason codes: why a record was not written, each with its meaning and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class About:
    """What a reason means to a person, and the remedy."""

    meaning: str
    remedy: str


class Reason(StrEnum):
    """Every reason that stands beside a fate. The value is stored, reported and documented."""

    # Suppressed: nobody is subscribed against these.
    CRM_OPT_OUT = "crm_opt_out"
    COMPLAINT = "complaint"
    LEFT = "left"
    LEFT_OR_RETURNED = "left_or_returned"
    LEFT_ELSEWHERE = "left_elsewhere"
    FORGOTTEN = "forgotten"
    VANISHED = "vanished"
    BOUNCED = "bounced"
    SUPPRESSED_ON_DELETE = "suppressed_on_delete"
    SUPPRESSED = "suppressed"
    # Not written for other reasons.
    NO_ADDRESS = "no_address"
    UPDATE_MAY_MAIL = "update_may_mail"
    FORM_LIST = "form_list"
    REMOVED_BEFORE = "removed_before"
    LAUNCHED = "launched"
    OTHER_CAMPAIGN = "other_campaign"
    # Waiting for a person, or for a complete read.
    CONFIRMATION_SENT = "confirmation_sent"
    OUTCOME_UNKNOWN = "outcome_unknown"
    FIELDS_FOLLOW = "fields_follow"
    # Nothing to do, and why.
    OLDER_THAN_KNOWN = "older_than_known"
    ALREADY_GONE = "already_gone"
    BUDGET_SPENT = "budget_spent"
    STREAM_INCOMPLETE = "stream_incomplete"
    # Refused before a call.
    INVALID_ADDRESS = "invalid_address"
    REQUIRED_FIELD_EMPTY = "required_field_empty"
    VALUE_TOO_LONG = "value_too_long"
    WRONG_TYPE = "wrong_type"
    # Refused by the vendor.
    ROLE_ADDRESS = "role_address"
    VENDOR_REFUSED = "vendor_refused"


LEAVINGS = frozenset({Reason.CRM_OPT_OUT, Reason.COMPLAINT, Reason.LEFT, Reason.LEFT_OR_RETURNED, Reason.LEFT_ELSEWHERE, Reason.FORGOTTEN})
"""Who must be taken off at once. Bounced and vanished belong to the address, not to the person's will."""

ABOUT: dict[Reason, About] = {
    Reason.CRM_OPT_OUT: About(
        "A record that has, or ever had, this address is marked as opted out in the CRM.",
        "Nothing, if the person does not want mail. Otherwise clear the mark on every record of the person in the CRM.",
    ),
    Reason.COMPLAINT: About("The person reported a campaign as spam.", "Nothing: never mail them again."),
    Reason.LEFT: About(
        "The person unsubscribed from this list.",
        "Only the person can come back, through the mailing tool's own sign-up; the next complete read sees it.",
    ),
    Reason.LEFT_OR_RETURNED: About(
        "We removed this person, tried to bring them back, and the answer was lost; the list shows them as unsubscribed. Either the call never "
        "arrived or they left after it.",
        "Ask the person, or add them in the mailing tool by hand; the next complete read sees it.",
    ),
    Reason.LEFT_ELSEWHERE: About(
        "The same CRM record had another address before, and the person left this list with that one.",
        "Only the person can come back, with either address, through the mailing tool's own sign-up.",
    ),
    Reason.FORGOTTEN: About("The address was erased on request; only a keyed hash of it is kept.", "Nothing: it stays erased."),
    Reason.VANISHED: About(
        "The address was on the list and is in none of its states now: somebody deleted it in the mailing tool, the person erased their data, or "
        "the vendor took the call and never added them.",
        "If that was a mistake, add the address to the list in the mailing tool by hand; the next complete read sees it.",
    ),
    Reason.BOUNCED: About("Mail to this address comes back.", "Correct the address in the CRM: a new address of the same record is written."),
    Reason.SUPPRESSED_ON_DELETE: About(
        "The last record was deleted under on_delete: suppress, and the address is in the account's do-not-mail registry.",
        "The vendor has no way back by API; support of the mailing tool may lift it.",
    ),
    Reason.SUPPRESSED: About(
        "The address is on the mailing tool's own list of addresses that it never mails.",
        "Take it out of the suppression list in the mailing tool, if the person wants mail; the next run sees it.",
    ),
    Reason.NO_ADDRESS: About("The record has no e-mail address.", "Enter one in the CRM."),
    Reason.UPDATE_MAY_MAIL: About(
        "The person is on a list with a sign-up form, and it is not documented whether an update sends them a confirmation mail.",
        "Turn the list's sign-up form off, or change the fields in the mailing tool.",
    ),
    Reason.FORM_LIST: About(
        "The list has a sign-up form: adding the person would send a confirmation mail, which is not allowed here.",
        "Turn the form off, or set allow_confirmation_mails.",
    ),
    Reason.REMOVED_BEFORE: About(
        "We removed this person before. Coming back by our call is not allowed: return_after_removal is never, or the list has a sign-up form.",
        "Set return_after_removal to once, or let the person sign up.",
    ),
    Reason.LAUNCHED: About(
        "The list was made for a campaign that was launched, and is closed: who comes later would not get that campaign.",
        "Launch another campaign, with a key and a list of its own, to people who came later.",
    ),
    Reason.OTHER_CAMPAIGN: About("The record is a member of another campaign of the CRM than the one that is launched to this list.", "Nothing."),
    Reason.CONFIRMATION_SENT: About("A confirmation mail went out; the person has not clicked yet.", "Wait: it is never sent a second time."),
    Reason.OUTCOME_UNKNOWN: About(
        "The mailing tool's answer was lost, so nobody knows whether the call took effect.",
        "On a list without a form the next complete read clears it up. On a list with a form look into the mailing tool; the call is not repeated.",
    ),
    Reason.FIELDS_FOLLOW: About(
        "The person is on the list already; the fields follow at the end of this run, or of the next ones (backfill: membership_first).",
        "Nothing. Do not send campaigns that use fields before they are there.",
    ),
    Reason.OLDER_THAN_KNOWN: About("The message is older than what is known of the record: the source sent it a second time.", "Nothing."),
    Reason.ALREADY_GONE: About("The record was deleted in the CRM, and was unknown here or gone already.", "Nothing."),
    Reason.BUDGET_SPENT: About(
        "The day's calls under the vendor's limit are spent.",
        "Nothing: the rest is done first in the next run. Fewer mapped columns mean fewer calls.",
    ),
    Reason.STREAM_INCOMPLETE: About(
        "The source did not read one of the streams to its end, so an opt-out may be missing; an invitation cannot be taken back.",
        "Nothing: the next run that is complete invites. If it keeps happening, the source's log says why.",
    ),
    Reason.INVALID_ADDRESS: About("The address is not a valid e-mail address.", "Correct it in the CRM."),
    Reason.REQUIRED_FIELD_EMPTY: About("A field that this sync requires is empty.", "Fill it in in the CRM; the record then goes through by itself."),
    Reason.VALUE_TOO_LONG: About("A value is longer than the mailing tool's field.", "Shorten it in the CRM, or map a longer field."),
    Reason.WRONG_TYPE: About("A value cannot be written as the mapped field's type.", "Correct the value in the CRM, or map another field."),
    Reason.ROLE_ADDRESS: About("The mailing tool takes no addresses of roles or groups (info@, sales@ …).", "Enter a personal address in the CRM."),
    Reason.VENDOR_REFUSED: About(
        "The mailing tool refused this person for a reason of its own; its code and text are kept.", "Read the text; change the record in the CRM."
    ),
}
