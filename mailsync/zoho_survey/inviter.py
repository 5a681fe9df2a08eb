"""Inviting to surveys of one account: places found by name, fields of an invitation, and the invitation itself, one contact a call.

`sendinvitation` answers for the call and not for each contact, and how many contacts it may carry is unverified; with one contact its answer is about
that contact under every reading (docs/systems/zoho_survey.md#invitations).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mailsync.clock import VendorClock
from mailsync.errors import ConfigError, TransientError
from mailsync.http import Http
from mailsync.invitations.inviter import INVITE, READ, InvitationField, Place, Target, Traits, Wanted
from mailsync.membership.tool import DONE, Fate, Outcome, Window
from mailsync.zoho.accounts import ZohoAccount
from mailsync.zoho_survey import tree
from mailsync.zoho_survey.access import LABEL
from mailsync.zoho_survey.client import SurveyClient, SurveyRefusal
from mailsync.zoho_survey.settings import NAME, ZohoSurveySettings
from mailsync.zoho_survey.tree import Item

MINUTE_S, DAY_S = 60.0, 86_400.0
NOT_THERE = 404


class ZohoSurveyInviter:
    """One account. Nothing is called when it is made."""

    def __init__(
        self,
        settings: ZohoSurveySettings,
        *,
        clock: VendorClock,
        on_secret: Callable[[str], None],
        on_wait: Callable[[TransientError, float], None],
    ) -> None:
        http = Http(LABEL)
        self._tokens = ZohoAccount(settings.access.credentials, http=Http("Zoho accounts"), clock=clock, on_secret=on_secret, on_wait=on_wait)
        self._client = SurveyClient(settings.access, account=self._tokens, http=http, clock=clock, on_wait=on_wait)
        self.reserve: Callable[[str], None] = lambda _endpoint: None
        # A share never holds a window's last call, so each is one larger than the pace.
        self.traits = Traits(NAME, {INVITE: (Window(settings.per_minute + 1, MINUTE_S), Window(settings.per_day + 1, DAY_S))})

    def check_access(self) -> None:
        """That the credentials work. Raises AuthError."""
        self.reserve(READ)
        tree.departments(self._client)

    def find(self, wanted: Wanted) -> Place:
        """The survey by its id or name. Raises ConfigError that lists what there is."""
        survey = self._survey(wanted)
        self.reserve(READ)
        collector = _only(tree.collectors(self._client, survey), wanted.collector, f"collector of {survey.name!r}")
        self.reserve(READ)
        distribution = _only(tree.distributions(self._client, collector), wanted.distribution, f"trigger distribution of {survey.name!r}")
        self.reserve(READ)
        fields = tuple(InvitationField(one.key, one.label, one.required) for one in tree.fields(self._client, distribution))
        return Place(survey.id, survey.name, distribution.path, fields)

    def _survey(self, wanted: Wanted) -> Item:
        self.reserve(READ)
        every = tree.departments(self._client)
        places = [one for one in every if _meant(wanted.portal, one.portal_id, one.portal_name) and _meant(wanted.department, one.id, one.name)]
        if not places:
            known = ", ".join(sorted({f"{one.portal_name} / {one.name}" for one in every})) or "none"
            raise ConfigError(f"{LABEL} has no such portal and department. There are: {known}.")
        found: list[Item] = []
        for place in places:
            self.reserve(READ)
            found += tree.surveys(self._client, place)
        return tree.find(found, wanted.survey, "published survey")

    def get_ready(self) -> None:
        """A token, so that an invitation does not fail for want of one."""
        self._tokens.token()

    def look(self, target: Target) -> None:
        """That invitations to it can still be sent."""
        self.reserve(READ)
        self._client.read(f"{target.path}/email/fields")

    def invite(self, target: Target, values: Mapping[str, str]) -> Outcome:
        """One contact."""
        try:
            self._client.write(f"{target.path}/email/sendinvitation", {"contactsList": [dict(values)]})
        except SurveyRefusal as refused:
            if refused.status == NOT_THERE or "NOT_FOUND" in refused.code:
                raise
            return Outcome(Fate.REJECTED, code=refused.code, message=str(refused))
        return DONE


def _meant(wanted: str, identifier: str, name: str) -> bool:
    return not wanted or tree.is_meant(wanted, identifier, name)


def _only(items: list[Item], wanted: str, kind: str) -> Item:
    """The one that is named, or the only one."""
    if wanted or len(items) != 1:
        return tree.find(items, wanted, kind)
    return items[0]


def open_account(settings: ZohoSurveySettings, **parts: object) -> ZohoSurveyInviter:
    """Connect; nothing is called yet."""
    return ZohoSurveyInviter(settings, **parts)  # type: ignore[arg-type]
