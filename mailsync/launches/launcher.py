"""What launching asks of a mailing tool. One implementation per system, in that system's folder.

Reads retry inside themselves. A write is made once: it returns an Answer, or raises RateLimited, ConfigError or Bug, all of which prove that
nothing took effect.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Protocol


class State(StrEnum):
    """Where a campaign stands, in our words. The first three are the only ones that show that nobody was mailed yet and nobody will be by itself."""

    DRAFT = "draft"
    TO_BE_REVIEWED = "to_be_reviewed"
    REVIEWED = "reviewed"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    PAUSED = "paused"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"  # a word of the vendor's that is not known here


UNSENT = frozenset({State.DRAFT, State.TO_BE_REVIEWED, State.REVIEWED})
OVER = frozenset({State.SENT, State.STOPPED, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class Seen:
    """A campaign as the account lists it. `word` is the vendor's own for its state."""

    key: str
    name: str
    state: State
    word: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a campaign is made of. Either `content_url`, a public page that the vendor fetches, or `html`. `topic` is the vendor's id, or empty."""

    name: str
    subject: str
    from_name: str
    from_email: str
    list_key: str
    content_url: str = ""
    html: str = ""
    topic: str = ""


class Fate(Enum):
    """What became of one call."""

    DONE = "done"
    REFUSED = "refused"  # nothing took effect
    LOST = "lost"  # no answer, or one that nobody can read: it may have taken effect
    LOCKED = "locked"  # the vendor's limit: nothing took effect


@dataclass(frozen=True, slots=True)
class Answer:
    """`key` of a campaign that was made, where the vendor tells it; `said` the vendor's code and words, with addresses taken out."""

    fate: Fate
    key: str = ""
    said: str = ""


LOST = Answer(Fate.LOST)


@dataclass(frozen=True, slots=True)
class LauncherTraits:
    """What differs between mailing tools, as data. `lacks`: a sentence for each step that people must do in the tool, because its API cannot.

    `tests`: how many addresses a test mail may go to, 0 where the API sends none. `needs_zone`: a time to be scheduled is read in the account's
    own zone. `schedule_step_s`: to which seconds a scheduled time must be whole.
    `longest_content` in characters, None where no limit is known. `own_tags`: merge tags that the tool fills by itself.
    """

    label: str
    create_endpoint: str
    send_endpoint: str
    schedule_endpoint: str
    test_endpoint: str
    tests: int
    needs_zone: bool
    schedule_step_s: int
    longest_content: int | None
    own_tags: frozenset[str]
    lacks: tuple[str, ...]


class Launcher(Protocol):
    """One account's campaigns, made and sent."""

    @property
    def traits(self) -> LauncherTraits:
        """Constant per system."""

    def check_access(self) -> None:
        """Raises AuthError where the credentials are known not to suffice for launching."""

    def campaigns(self) -> Iterable[Seen]:
        """Every campaign of the account that is not deleted, each once."""

    def create(self, draft: Draft) -> Answer:
        """Make a campaign; nobody is mailed."""

    def send(self, key: str) -> Answer:
        """Mail everybody on its list, now."""

    def schedule(self, key: str, at: float, zone: str) -> Answer:
        """Mail everybody on its list at a time (epoch seconds). `zone`: the IANA name of the account's own time zone. Raises ConfigError."""

    def send_test(self, key: str, addresses: Sequence[str]) -> Answer:
        """Mail it to these addresses of one's own. Only where `tests` is more than 0."""

    def tags(self, text: str) -> Collection[tuple[str, bool]]:
        """The merge tags in a text: (name, whether the text says what stands there when the value is missing)."""


Reserve = Callable[[str], None]
