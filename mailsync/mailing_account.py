"""What destination-campaigns asks of one account of a mailing tool to set it up; what it asks per person is `membership.tool.MailingTool`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from mailsync.launches.launcher import Launcher
from mailsync.membership.tool import MailingList, MailingTool

NEW_LIST = ""
"""In place of a key: a list that is configured to be made, and is not there yet."""


@dataclass(frozen=True, slots=True)
class ContactField:
    """A field of a contact, or of a membership where each list has its own.

    `name` is the key of a payload; `api_name` the vendor's other name of it, empty where there is none. `kind` is the type in lower case, empty where
    the vendor does not say; `max_length` in characters, None where it does not.
    """

    name: str
    api_name: str
    kind: str
    mandatory: bool
    max_length: int | None


NEW_KINDS = {
    "text": "",
    "whole_number": "longinteger",
    "number": "decimal",
    "date": "date",
    "datetime": "datetime",
    "checkbox": "checkbox",
    "phone": "",
    "url": "",
}
"""Types that a field may be created with → `kind` of the field that comes of it, as far as values are fitted to it."""


class MailingAccount(Protocol):
    """One account. Nothing is called when it is made. `reserve` may be set at any time: it is called before each HTTP call with its endpoint."""

    label: str
    reserve: Callable[[str], None]

    @property
    def tool(self) -> MailingTool:
        """The account as the membership rules see it."""

    @property
    def launcher(self) -> Launcher:
        """The account as launching sees it."""

    def check_access(self) -> None:
        """Raises AuthError where the credentials do not work or are known not to suffice."""

    def fields(self, list_keys: Collection[str]) -> list[ContactField]:
        """The fields that can be filled on every one of these lists; NEW_LIST, or no list at all, stands for one as it would be made."""

    def check_new_field(self, name: str) -> None:
        """Raises ConfigError where no field can have this name."""

    def create_field(self, name: str, list_keys: Collection[str], kind: str = "text") -> None:
        """Create a field of one of `NEW_KINDS`, on those of the lists that lack it where fields are the list's. Raises ConfigError.

        A type that the vendor's API does not offer becomes text.
        """

    def asks_for_confirmation(self, *, public: bool) -> bool:
        """Whether joining a list that is made now would send a confirmation mail."""

    def create_list(self, *, name: str, first_contact: str, public: bool) -> MailingList | None:
        """Create a list and look it up; None where the account does not show it yet. Raises ConfigError."""

    def topics(self, wanted: str) -> str:
        """What a subscription needs of the topics named. Raises ConfigError."""

    def set_list_options(self, options: Mapping[str, tuple[str, str]]) -> None:
        """(source tag, topics) by list key."""

    def prepare_lists(self) -> None:
        """Make what these options need on the lists; never called in a dry run. Raises ConfigError."""
