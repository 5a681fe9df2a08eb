"""Everything the connector asks of one Mailigen account: the mailing tool, and what is needed to set it up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from mailsync.clock import VendorClock
from mailsync.errors import TransientError, VendorUnavailable
from mailsync.http import Http
from mailsync.mailigen.client import MailigenClient
from mailsync.mailigen.fields import Fields, check_tag
from mailsync.mailigen.launcher import MailigenLauncher
from mailsync.mailigen.lists import create_list
from mailsync.mailigen.settings import LABEL, MailigenSettings
from mailsync.mailigen.tool import SOURCE, Mailigen
from mailsync.mailing_account import ContactField, MailingAccount
from mailsync.membership.tool import MailingList


class MailigenAccount:
    """One account. Implements `MailingAccount`; `tool` implements `MailingTool`."""

    label = LABEL

    def __init__(self, settings: MailigenSettings, *, clock: VendorClock, on_wait: Callable[[TransientError, float], None]) -> None:
        self.reserve: Callable[[str], None] = lambda _endpoint: None
        self._settings = settings
        self._client = MailigenClient(settings, http=Http(LABEL), clock=clock, reserve=self._reserve, on_wait=on_wait)
        self._fields = Fields(self._client)
        self._sources: dict[str, str] = {}
        self.tool = Mailigen(self._client, settings)
        self.launcher = MailigenLauncher(self._client)

    def _reserve(self, endpoint: str) -> None:
        self.reserve(endpoint)

    def check_access(self) -> None:
        """Raises AuthError where the key is not known."""
        self.tool.organisation_id()

    def fields(self, list_keys: Collection[str]) -> list[ContactField]:
        """The merge fields that all of these lists have."""
        return self._fields.shared(list_keys)

    def check_new_field(self, name: str) -> None:
        """Raises ConfigError where the name is no merge tag."""
        check_tag(name)

    def create_field(self, name: str, list_keys: Collection[str], kind: str = "text") -> None:
        """Create a field on the lists that lack it."""
        self._fields.create(name, list_keys, kind)

    def asks_for_confirmation(self, *, public: bool) -> bool:  # noqa: ARG002 - the vendor's lists have no form
        """Whether double opt-in was asked for."""
        return self._settings.double_opt_in

    def create_list(self, *, name: str, first_contact: str, public: bool) -> MailingList | None:  # noqa: ARG002 - lists are made empty
        """Create an empty list and look it up by name. Raises VendorUnavailable where the vendor said nothing usable and does not show it."""
        confirmed = create_list(self._client, name)
        found = next((one for one in self.tool.mailing_lists() if one.name == name), None)
        if found is None and not confirmed:
            raise VendorUnavailable(f"Mailigen gave no usable answer when the list {name!r} was to be created, and does not show it. Run again.")
        return found

    def topics(self, wanted: str) -> str:
        """The option is refused before: there are no topics."""
        return wanted

    def set_list_options(self, options: Mapping[str, tuple[str, str]]) -> None:
        """(source tag, nothing) by list key."""
        self._sources = {key: source for key, (source, _) in options.items() if source}
        self.tool.sources(self._sources)

    def prepare_lists(self) -> None:
        """Lists whose people get a source tag need a field for it."""
        for key in self._sources:
            self._fields.create(SOURCE, [key])


def open_account(
    settings: MailigenSettings,
    *,
    clock: VendorClock,
    on_secret: Callable[[str], None],  # noqa: ARG001 - no secret is made while running
    on_wait: Callable[[TransientError, float], None],
) -> MailingAccount:
    """The account; nothing is called yet."""
    return MailigenAccount(settings, clock=clock, on_wait=on_wait)
