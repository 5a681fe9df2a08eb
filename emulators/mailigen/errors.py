"""The vendor's refusals (docs/systems/mailigen.md#errors): an object `{"error", "code"}`. Only 104 is confirmed; the other codes are a reading."""

from __future__ import annotations

INVALID_KEY = 104
UNKNOWN_METHOD = -32601
MISSING = 100
NO_LIST, ALREADY_SUBSCRIBED, NOT_SUBSCRIBED = 200, 214, 215
NO_MEMBER = 232
NO_FIELD, FIELD_EXISTS, FIELD_REFUSED = 254, 255, 250
NO_CAMPAIGN, CAMPAIGN_NOT_SENT = 300, 301
INVALID_CONTENT, INVALID_OPTION, INVALID_STATUS = 311, 310, 313
INVALID_ADDRESS = 502
INVALID_DATE = 506
LIMIT_REACHED = 120
SUPPRESSED = 221
VALUE_REFUSED = 270
TOO_MANY = 121

MESSAGES = {
    UNKNOWN_METHOD: "Unknown method",
    MISSING: "A required parameter is missing",
    NO_LIST: "Invalid Mailigen List ID",
    ALREADY_SUBSCRIBED: "This email address is already subscribed to this list",
    NOT_SUBSCRIBED: "This email address is not subscribed to this list",
    NO_MEMBER: "There is no record of this email address in the database",
    NO_FIELD: "There is no such merge variable",
    FIELD_EXISTS: "A merge variable with this tag already exists",
    FIELD_REFUSED: "This merge variable cannot be created or changed that way",
    NO_CAMPAIGN: "Invalid Mailigen Campaign ID",
    CAMPAIGN_NOT_SENT: "This campaign has not been sent",
    INVALID_CONTENT: "Invalid campaign content",
    INVALID_OPTION: "Invalid campaign option",
    INVALID_STATUS: "The campaign's status does not allow this",
    INVALID_ADDRESS: "Invalid email address",
    INVALID_DATE: "Invalid date",
    LIMIT_REACHED: "You have reached the subscriber limit of your plan",
    SUPPRESSED: "This email address is in the suppression list",
    VALUE_REFUSED: "Invalid value of a merge variable",
    TOO_MANY: "Too many records in one request",
}


class MailigenError(Exception):
    """One refusal. `code` is the vendor's."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message or MESSAGES[code]
