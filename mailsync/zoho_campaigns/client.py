"""One account of Zoho Campaigns over HTTP: reads that are repeated until they answer, writes that are made once.

Before every HTTP call, repeated ones too, `reserve(method)` is called: it waits for the budget. Secrets and addresses travel in the form body or
in the header, never in a query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mailsync.breaker import Breaker
from mailsync.clock import VendorClock
from mailsync.errors import AuthError, Bug, ConfigError, RateLimited, TransientError, VendorUnavailable
from mailsync.http import Http, Patience, retrying
from mailsync.zoho.accounts import AccessToken, ZohoAccount
from mailsync.zoho_campaigns.answers import Said, Unauthorized, Unreadable, locked, read_answer
from mailsync.zoho_campaigns.codes import Act, meaning
from mailsync.zoho_campaigns.endpoints import ENDPOINTS, Endpoint
from mailsync.zoho_campaigns.settings import ZohoCampaignsSettings

# A lock caused by others (30 minutes) is waited out once, with time for the call itself.
READ_PATIENCE = Patience(tries=6, total_s=2700.0)
# After two writes in a row that nobody can read the method is left alone for its lock period: the answer to a locked method is not documented,
# and a page nobody can read may be it.
UNKNOWN_IN_A_ROW = 10
UNREADABLE_READS = 3
PAUSE_AFTER_OUTAGE_S = 60.0


class CampaignsClient:
    """Not thread-safe; one per process."""

    def __init__(
        self,
        settings: ZohoCampaignsSettings,
        *,
        account: ZohoAccount,
        http: Http,
        clock: VendorClock,
        reserve: Callable[[str], None],
        on_wait: Callable[[TransientError, float], None] | None = None,
        on_lock: Callable[[str, float], None] = lambda _endpoint, _seconds: None,
        patience: Patience = READ_PATIENCE,
    ) -> None:
        """`on_lock(method, seconds)` is told when the vendor has locked a method; `patience` bounds the repeating of reads."""
        self._settings = settings
        self._account = account
        self._http = http
        self._clock = clock
        self._reserve = reserve
        self._on_wait = on_wait
        self._on_lock = on_lock
        self._patience = patience
        self._breaker = Breaker("Zoho Campaigns", clock)
        self._unknown: dict[str, int] = {}

    def read(self, name: str, params: Mapping[str, str] | None = None) -> Said:
        """A call that changes nothing, repeated until it answers OK or EMPTY. Raises ConfigError, AuthError, TransientError, Bug."""
        endpoint, asked = ENDPOINTS[name], params or {}
        unreadable = 0

        def once() -> Said:
            nonlocal unreadable
            try:
                said = self._authorised(endpoint, asked)
            except Unreadable as error:
                unreadable += 1
                if unreadable == UNREADABLE_READS:
                    raise locked(endpoint, f"{unreadable} unreadable answers in a row") from error
                raise
            if said.act in (Act.FAILED, Act.AGAIN):
                raise VendorUnavailable(f"{said.described()}.")
            return said

        said = retrying(once, clock=self._clock, patience=self._patience, on_wait=self._on_wait)
        raise_for_everyone(said)
        if said.act is Act.UNKNOWN:
            raise VendorUnavailable(f"{said.described()}. This code is not known here.")
        if said.act is Act.OK and said.xml and asked.get("resfmt") != "XML":
            raise VendorUnavailable(f"Zoho Campaigns answered {name} with XML although JSON was asked for.")
        return said

    def write(self, name: str, form: Mapping[str, str]) -> Said | None:
        """A call that changes data, made once. None: no usable answer, it may have taken effect.

        Raises RateLimited (nothing took effect), ConfigError, Bug.
        """
        endpoint = ENDPOINTS[name]
        self._breaker.before(name)
        try:
            said = self._authorised(endpoint, form)
        except RateLimited:
            raise
        except VendorUnavailable as error:
            self._breaker.unusable(name, endpoint.lock_s if isinstance(error, Unreadable) else PAUSE_AFTER_OUTAGE_S)
            return None
        self._breaker.answered(name)
        self._note_unknown(said)
        raise_for_everyone(said)
        return None if said.act is Act.FAILED else said

    def write_patiently(self, name: str, form: Mapping[str, str]) -> Said | None:
        """`write` for setting up, where nothing else could be done meanwhile: a lock by others is waited out. None: no usable answer."""
        return retrying(lambda: self.write(name, form), clock=self._clock, patience=self._patience, on_wait=self._on_wait)

    def _note_unknown(self, said: Said) -> None:
        """Ten codes in a row that nobody knows are taken for a lock. Raises RateLimited."""
        name = said.endpoint.name
        self._unknown[name] = self._unknown.get(name, 0) + 1 if said.act is Act.UNKNOWN else 0
        if self._unknown[name] >= UNKNOWN_IN_A_ROW:
            raise locked(said.endpoint, f"code {said.code}, not known here, {UNKNOWN_IN_A_ROW} times in a row")

    def check_scopes(self, more: tuple[str, ...] = ()) -> None:
        """Raises AuthError where the token cannot be renewed, or says itself that it lacks a scope. Older token answers do not tell their scopes."""
        granted, needed = self._account.token().scopes, (*self._settings.scopes, *more)
        missing = [scope for scope in needed if granted and not _covers(granted, scope)]
        if missing:
            raise AuthError(f"The refresh token lacks the scopes {', '.join(missing)}. Create one with {', '.join(needed)} and save it here.")

    def _authorised(self, endpoint: Endpoint, params: Mapping[str, str]) -> Said:
        """One call; a refused token is renewed once, because a 401 proves that nothing took effect."""
        token = self._token()
        try:
            return self._call(endpoint, params, token.value)
        except Unauthorized:
            self._account.reject(token)
        try:
            return self._call(endpoint, params, self._token().value)
        except Unauthorized:
            raise AuthError(_refused(endpoint, self._settings)) from None

    def _token(self) -> AccessToken:
        try:
            return self._account.token()
        except VendorUnavailable as error:
            # The method itself was not called: for a write this is "nothing took effect", not "lost".
            raise RateLimited(str(error), retry_after=PAUSE_AFTER_OUTAGE_S) from error

    def _call(self, endpoint: Endpoint, params: Mapping[str, str], token: str) -> Said:
        self._reserve(endpoint.name)
        asked = {endpoint.answers_by[0]: endpoint.answers_by[1], **params}
        answer = self._http.call(
            endpoint.verb,
            self._settings.api_url,
            endpoint.path,
            headers={"Authorization": f"Zoho-oauthtoken {token}"},
            params=asked if endpoint.verb == "GET" else None,
            form=asked if endpoint.verb == "POST" else None,
        )
        self._clock.observe(answer.headers.get("date"))
        try:
            return read_answer(endpoint, answer)
        except RateLimited as lock:
            self._on_lock(endpoint.name, lock.retry_after or endpoint.lock_s)
            raise


def raise_for_everyone(said: Said) -> None:
    """Raise what concerns every address: a ConfigError with the remedy, or a Bug where our call was wrong."""
    if said.act is Act.CONFIG:
        raise ConfigError(f"{said.described()}. {meaning(said.endpoint.name, said.code).remedy}")
    if said.act is Act.BUG:
        raise Bug(f"{said.described()}. This program called it wrongly; please report it with the code.")


def _refused(endpoint: Endpoint, settings: ZohoCampaignsSettings) -> str:
    return (
        f"Zoho Campaigns refuses {endpoint.name} with HTTP 401 (code 1007), also with a new access token. Either the account does not live in data "
        f"centre {settings.data_center} (compare data_center with the address bar of Zoho Campaigns), or the refresh token lacks a scope; "
        f"needed are {', '.join(settings.scopes)}."
    )


def _covers(granted: frozenset[str], scope: str) -> bool:
    module, verb = scope.rsplit(".", 1)
    wider = {verb, "ALL"} | ({"WRITE", "CREATE-UPDATE"} if verb in ("CREATE", "UPDATE") else set())
    lowered = {one.lower() for one in granted}
    return any(f"{module}.{one}".lower() in lowered for one in wider)
