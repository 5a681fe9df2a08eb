"""Everything the connector asks of one Zoho Campaigns account: the mailing tool, and what is needed to set it up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mailsync.clock import VendorClock
from mailsync.errors import TransientError, VendorUnavailable
from mailsync.http import Http
from mailsync.membership.tool import MailingList
from mailsync.zoho.accounts import ZohoAccount
from mailsync.zoho_campaigns.client import CampaignsClient
from mailsync.zoho_campaigns.fields import ContactField, add_field, contact_fields
from mailsync.zoho_campaigns.lists import create_list
from mailsync.zoho_campaigns.settings import LABEL, ZohoCampaignsSettings
from mailsync.zoho_campaigns.tool import ListOptions, ZohoCampaigns
from mailsync.zoho_campaigns.topics import topic_ids


class ZohoCampaignsAccount:
    """One account. `tool` implements MailingTool; `reserve` of the budget may be set once there is a ledger."""

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
        self.tool = ZohoCampaigns(self._client)

    def _reserve(self, endpoint: str) -> None:
        self.reserve(endpoint)

    def check_access(self) -> None:
        """Raises AuthError where the token cannot be renewed, or says itself that it lacks a scope."""
        self._client.check_scopes()

    def fields(self) -> list[ContactField]:
        """The fields a contact has."""
        return contact_fields(self._client)

    def create_field(self, name: str) -> None:
        """Create a custom text field. Raises VendorUnavailable where it may not be there: values sent to no field are lost in silence."""
        if not add_field(self._client, name) and name.casefold() not in {field.name.casefold() for field in self.fields()}:
            raise _no_answer(f"the contact field {name!r}")

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


def _no_answer(what: str) -> VendorUnavailable:
    return VendorUnavailable(
        f"Zoho Campaigns gave no usable answer when {what} was to be created, and does not show it. Nobody was written; run again."
    )


def open_account(
    settings: ZohoCampaignsSettings, *, clock: VendorClock, on_secret: Callable[[str], None], on_wait: Callable[[TransientError, float], None]
) -> ZohoCampaignsAccount:
    """The account; nothing is called yet."""
    return ZohoCampaignsAccount(settings, clock=clock, on_secret=on_secret, on_wait=on_wait)
