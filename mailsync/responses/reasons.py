"""The closed list of reason codes: why a response was not (yet) written back, each with its meaning and what to do about it."""

from __future__ import annotations

from enum import StrEnum

from mailsync.membership.reasons import About


class Reason(StrEnum):
    """Every reason that stands beside a fate. The value is stored, reported and documented."""

    # Nothing to write, and why.
    OURS = "ours"
    FORGOTTEN = "forgotten"
    NO_PERSON = "no_person"
    PERSON_DELETED = "person_deleted"
    NOT_ASKED = "not_asked"
    NOT_ACTIVE = "not_active"
    CAMPAIGN_DELETED = "campaign_deleted"
    NOT_SENT = "not_sent"
    SURVEY_NOT_CHOSEN = "survey_not_chosen"
    SURVEY_SWITCHED_OFF = "survey_switched_off"
    NOT_COMPLETED = "not_completed"
    NO_RESPONDENT = "no_respondent"
    # Waits.
    RELEARNING = "relearning"
    LOOKUP_FAILED = "lookup_failed"
    OUTCOME_UNKNOWN = "outcome_unknown"
    NO_ANSWER = "no_answer"
    BUDGET_SPENT = "budget_spent"
    CAMPAIGN_UNKNOWN = "campaign_unknown"
    CAMPAIGN_NOT_WRITTEN = "campaign_not_written"
    RULE_BRAKED = "rule_braked"
    REQUIRED_FIELD = "required_field"
    PERSON_CHANGED = "person_changed"
    # Refused before a call.
    INVALID_ADDRESS = "invalid_address"
    # Refused by the CRM.
    CAMPAIGN = "campaign"
    MEMBER_STATUS = "member_status"
    FIELD = "field"
    OPT_OUT = "opt_out"
    ITEM = "item"
    PERSON = "person"
    ANSWER_UNFIT = "answer_unfit"
    ANSWER_FIELDS = "answer_fields"
    ANSWER_NOTE = "answer_note"
    ANSWER_ROW = "answer_row"


ABOUT: dict[Reason, About] = {
    Reason.OURS: About("This sync's own removal made the mark; the person did not leave.", "Nothing."),
    Reason.FORGOTTEN: About("The address was erased on request; only a keyed hash of it is kept.", "Nothing: it stays erased."),
    Reason.NO_PERSON: About("Nobody in the CRM has the address.", "Nothing: it is asked again at each recheck. To have people made, configure it."),
    Reason.PERSON_DELETED: About(
        "The person behind this address was deleted in the CRM, and nobody has the address now.",
        "Nothing, if that was meant: they are not made again. Otherwise restore or create them in the CRM; the next recheck finds them.",
    ),
    Reason.NOT_ASKED: About("A subscriber of a list, and making people of subscribers is not asked for.", "Configure it if you want it."),
    Reason.NOT_ACTIVE: About("A subscriber who is not active on the list; only active ones become people.", "Nothing."),
    Reason.CAMPAIGN_DELETED: About(
        "The campaign was deleted in the CRM; it is not made again.", "Nothing, if that was meant. Otherwise restore it from the CRM's recycle bin."
    ),
    Reason.NOT_SENT: About(
        "The campaign was not sent, and no launch made it: drafts of the mailing tool are no campaigns of the CRM.",
        "Nothing: it comes once it is sent.",
    ),
    Reason.SURVEY_NOT_CHOSEN: About(
        "The configuration names surveys, and this is none of them.", "Name it in surveys, and refresh the stream, if its answers are wanted too."
    ),
    Reason.SURVEY_SWITCHED_OFF: About(
        "Writing is off for this survey; what was written before stays.", "Switch write on again, and refresh the stream, if the answers are wanted."
    ),
    Reason.NOT_COMPLETED: About(
        "The respondent has not come to the end of the survey.", "Nothing: it is written once it is completed. Set partial to have it written before."
    ),
    Reason.NO_RESPONDENT: About(
        "The response tells neither the CRM record it was asked of nor an address that is valid.",
        "Carry the record's id in a variable of the survey's link, or ask for the e-mail address.",
    ),
    Reason.RELEARNING: About(
        "Everything is being read anew; a part of the responses would show less than the CRM has, and new rules would fire before they are counted.",
        "Nothing: it is written when every stream was complete once.",
    ),
    Reason.LOOKUP_FAILED: About(
        "The CRM did not answer a look-up; a failed look-up is not 'not found'.", "Nothing: it is asked again in the next run."
    ),
    Reason.OUTCOME_UNKNOWN: About(
        "Something was to be made and the answer was lost, a short while ago; whether it exists cannot be seen yet.",
        "Nothing: it is looked up again a minute later, at the end of the run or in the next one.",
    ),
    Reason.NO_ANSWER: About("The CRM did not answer a write that may be repeated.", "Nothing: it is written again in the next run."),
    Reason.BUDGET_SPENT: About("The day's calls under the vendor's limit are spent.", "Nothing: the rest is done first in the next run."),
    Reason.CAMPAIGN_UNKNOWN: About(
        "The campaign's own record has not arrived, so its name and place in time are not known.",
        "Nothing, if the stream of campaigns is selected: it comes with it.",
    ),
    Reason.CAMPAIGN_NOT_WRITTEN: About(
        "The campaign could not be written to the CRM, so nobody can be a member of it.", "See the campaign's own row."
    ),
    Reason.RULE_BRAKED: About(
        "A new or changed rule would fire for many people at once, over what is known already.",
        "If that was meant, set allow_rules_over_brake for one run; otherwise change the rule back.",
    ),
    Reason.REQUIRED_FIELD: About(
        "The CRM's layout requires a field that a new person would not have; it is named beside this.",
        "Give it a constant in the configuration, or make it optional in the CRM; it is tried again at each recheck.",
    ),
    Reason.PERSON_CHANGED: About(
        "The person was deleted or merged while this was written, more than once in a row.", "Nothing: it is decided again in the next run."
    ),
    Reason.INVALID_ADDRESS: About("The address is not a valid e-mail address.", "Correct it in the mailing tool."),
    Reason.CAMPAIGN: About("The CRM refused the campaign; its code and text are kept.", "Read the text: often a field that the layout requires."),
    Reason.MEMBER_STATUS: About(
        "The CRM refused the member status of this person.", "Read the text: often a status that the CRM's list does not have, or a locked record."
    ),
    Reason.FIELD: About(
        "The CRM refused the status field of this person.", "Read the text: often a value outside the field's list, or a locked record."
    ),
    Reason.OPT_OUT: About(
        "The CRM refused the e-mail opt-out of this person.", "Set it by hand, or unlock the record; it is tried again in each run."
    ),
    Reason.ITEM: About("The CRM refused the activity, deal or note.", "Read the text: often a field that the layout requires."),
    Reason.PERSON: About("The CRM refused the new person.", "Read the text; correct the subscriber, or create the person by hand."),
    Reason.ANSWER_UNFIT: About(
        "An answer cannot stand in the field it is mapped to; the field and why stand beside it. The other fields were written.",
        "Map the question to a field of its type, add the choice to the field's list, or correct the answer.",
    ),
    Reason.ANSWER_FIELDS: About(
        "The CRM refused the answers in this person's fields.", "Read the text: often a locked record, or a rule of the layout."
    ),
    Reason.ANSWER_NOTE: About("The CRM refused the note with the answers.", "Read the text: often a permission that the user lacks."),
    Reason.ANSWER_ROW: About("The CRM refused the row with the answers.", "Read the text: often a field that the module's layout requires."),
}
