"""Both limits are HTTP 429, and a web page is no data."""

import pytest

from mailsync.errors import AuthError, ConfigError, VendorUnavailable
from mailsync.http import Answer
from mailsync.pipedrive.refusals import Blocked, BurstLimited, DailyBudgetSpent, PipedriveRefusal, TokenRefused, refusal

DAILY = b'{"success":false,"error":"daily request budget exceeded","errorCode":429}'
BURST = b'{"success":false,"error":"request over limit","errorCode":429}'
ODD = b'{"success":false,"error":"slow down","errorCode":429}'


@pytest.mark.parametrize(
    ("status", "headers", "body", "kind"),
    [
        (429, {}, DAILY, DailyBudgetSpent),
        (429, {"retry-after": "3939"}, ODD, DailyBudgetSpent),
        (429, {"x-daily-ratelimit-token-remaining": "0"}, ODD, DailyBudgetSpent),
        (429, {"x-ratelimit-reset": "2", "x-daily-ratelimit-token-remaining": "500"}, BURST, BurstLimited),
        (429, {"retry-after": "2"}, ODD, BurstLimited),
        (429, {}, b"<html>", BurstLimited),
        (403, {"content-type": "text/html"}, b"<!DOCTYPE html><html>", Blocked),
        (403, {}, b'{"success":false,"error":"Scope and URL mismatch","errorCode":403}', AuthError),
        (403, {}, b'{"success":false,"error":"x","code":"feature_capping_deals_limit"}', ConfigError),
        (403, {}, b'{"success":false,"error":"no"}', PipedriveRefusal),
        (402, {}, b"{}", ConfigError),
        (401, {}, b'{"success":false,"error":"unauthorized access","errorCode":401}', TokenRefused),
        (404, {}, b'{"success":false}', PipedriveRefusal),
        (500, {}, b'{"code":"ERR_UNKNOWN"}', VendorUnavailable),
        (524, {}, b"<html>", VendorUnavailable),
        (400, {}, b"nonsense", VendorUnavailable),
    ],
)
def test_an_answer_is_classed_by_what_happens_next(status, headers, body, kind):
    error = refusal(Answer(status, headers, body), "GET", "/api/v2/persons")
    assert type(error) is kind
    assert "/api/v2/persons" in str(error)


def test_a_daily_limit_asks_for_more_patience_than_any_sync_has():
    error = refusal(Answer(429, {"retry-after": "3939"}, DAILY), "GET", "/api/v2/persons")
    assert error.retry_after == 3939
    assert "1.1 hours" in str(error)


def test_a_missing_scope_is_named():
    body = b'{"success":false,"error":"Scope and URL mismatch","errorCode":403}'
    assert "activities:read" in str(refusal(Answer(403, {}, body), "GET", "/api/v2/activities"))
    assert "users:read" in str(refusal(Answer(403, {}, body), "GET", "/api/v1/users"))


def test_no_value_of_an_answer_is_quoted():
    body = b'{"success":false,"error":"Validation failed: ada@example.com","code":"ERR_SCHEMA_VALIDATION_FAILED"}'
    assert "ada@example.com" not in str(refusal(Answer(400, {}, body), "POST", "/api/v2/persons"))
