"""Behaviours of the accounts server that nobody has confirmed, each with its plausible readings."""

from emulators.world import Switch

PAGE = "docs/systems/zoho_accounts.md"

TOKEN_LIMIT_STATUS = Switch(
    "zoho_token_limit_status", ("400", "200"), f"{PAGE}#errors", "HTTP status of the answer after the tenth token in ten minutes"
)
WRONG_DATA_CENTER = Switch(
    "zoho_wrong_data_center",
    ("invalid_client", "invalid_code"),
    f"{PAGE}#errors",
    "what a refresh token of another data centre is answered with",
)
SCOPE_IN_ANSWER = Switch("zoho_scope_in_answer", ("yes", "no"), f"{PAGE}#tokens", "does the answer to a renewal name the scopes")
LIVE_TOKENS = Switch("zoho_live_tokens", ("15", "30"), f"{PAGE}#tokens", "how many access tokens live at once; the next one ends the oldest")
REVOKE_KILLS_ACCESS_TOKENS = Switch(
    "zoho_revoke_kills_access_tokens",
    ("yes", "no"),
    f"{PAGE}#tokens",
    "does revoking the refresh token end the access tokens made from it, or do they live out their hour",
)
ALL = (TOKEN_LIMIT_STATUS, WRONG_DATA_CENTER, SCOPE_IN_ANSWER, LIVE_TOKENS, REVOKE_KILLS_ACCESS_TOKENS)
