"""Everything the connector asks of one Zoho Campaigns account: the mailing tool, and what is needed to set it up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from mailsync.clock import VendorClock
from mailsync.errors import TransientError, VendorUnavailable
from mailsync.http import Http
from mailsync.mailing_account import ContactField, MailingAccount
from mailsync.membership.tool import MailingList
from mailsync.zoho.accounts import ZohoAccount
from mailsync.zoho_campaigns.client import CampaignsClient
from mailsync.zoho_campaigns.fields import add_field, contact_fields
from mailsync.zoho_campaigns.launcher import ZohoLauncher
from mailsync.zoho_campaigns.lists import create_list
from mailsync.zoho_campaigns.settings import LABEL, ZohoCampaignsSettings
from mailsync.zoho_campaigns.tool import ListOptions, ZohoCampaigns
from mailsync.zoho_campaigns.topics import topic_ids


class ZohoCampaignsAccount:
    """One account. Implements `MailingAccount`; `tool` implements `MailingTool`, `launcher` implements `Launcher`."""

    label = LABEL

    def __init__(
        self,
        settings: ZohoCampaignsSettings,
        *,
        clock: VendorClock,
        on_secret: Callable[[str], None],
        on_wait: Callable[[TransientError, float], None],
    ) -> None:
        http = Http(LABEL)
        self.reserve: Callable[[str], None] = lambda _endpoint: None
        tokens = ZohoAccount(settings.credentials, http=http, clock=clock, on_secret=on_secret)
        self._client = CampaignsClient(settings, account=tokens, http=http, clock=clock, reserve=self._reserve, on_wait=on_wait)
        self._fields: list[ContactField] | None = None
        self.tool = ZohoCampaigns(self._client)
        self.launcher = ZohoLauncher(self._client)

    def _reserve(self, endpoint: str) -> None:
        self.reserve(endpoint)

    def check_access(self) -> None:
        """Raises AuthError where the token cannot be renewed, or says itself that it lacks a scope."""
        self._client.check_scopes()

    def fields(self, list_keys: Collection[str]) -> list[ContactField]:  # noqa: ARG002 - fields belong to the contact
        """The fields a contact has; read once."""
        if self._fields is None:
            self._fields = contact_fields(self._client)
        return self._fields

    def check_new_field(self, name: str) -> None:
        """What a name may hold is told by the vendor when the field is created."""

    def create_field(self, name: str, list_keys: Collection[str], kind: str = "text") -> None:
        """Create a custom field. Raises VendorUnavailable where it may not be there: values sent to no field are lost in silence."""
        confirmed, self._fields = add_field(self._client, name, kind), None
        if not confirmed and name.casefold() not in {field.name.casefold() for field in self.fields(list_keys)}:
            raise _no_answer(f"the contact field {name!r}")

    def asks_for_confirmation(self, *, public: bool) -> bool:
        """A public list has a sign-up form."""
        return public

    def create_list(self, *, name: str, first_contact: str, public: bool) -> MailingList | None:
        """Create a list with its first contact and look it up by name. None: the vendor said yes and does not show it.

        Raises VendorUnavailable where the vendor said nothing usable and does not show it.
        """
        confirmed = create_list(self._client, name=name, first_contact=first_contact, public=public)
        found = next((one for one in self.tool.mailing_lists() if one.name == name), None)
        if found is None and not confirmed:
            raise _no_answer(f"the list {name!r}")
        return found

    def topics(self, wanted: str) -> str:
        """Topic ids for topics given by id or name. Raises ConfigError."""
        return topic_ids(self._client, wanted)

    def set_list_options(self, options: Mapping[str, tuple[str, str]]) -> None:
        """(source tag, topic ids) by list key."""
        self.tool.options({key: ListOptions(source=source, topic_ids=topics) for key, (source, topics) in options.items()})

    def prepare_lists(self) -> None:
        """Source and topics need nothing on the list."""


def _no_answer(what: str) -> VendorUnavailable:
    return VendorUnavailable(
        f"Zoho Campaigns gave no usable answer when {what} was to be created, and does not show it. Nobody was written; run again."
    )


def open_account(
    settings: ZohoCampaignsSettings, *, clock: VendorClock, on_secret: Callable[[str], None], on_wait: Callable[[TransientError, float], None]
) -> MailingAccount:
    """The account; nothing is called yet."""
    return ZohoCampaignsAccount(settings, clock=clock, on_secret=on_secret, on_wait=on_wait)
