"""Campaigns that are read and neither made nor sent: the launches' half of a dry run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from mailsync.launches.launcher import Answer, Draft, Fate, Launcher, LauncherTraits, Seen

NEW_CAMPAIGN = "new campaign"


class RehearsedLauncher:
    """Implements `Launcher` over a real one. `pretend(endpoint)` counts a call that is not made; set before the first."""

    def __init__(self, launcher: Launcher) -> None:
        self._launcher = launcher
        self.pretend: Callable[[str], None] = lambda _endpoint: None

    @property
    def traits(self) -> LauncherTraits:
        """The real one's."""
        return self._launcher.traits

    def check_access(self) -> None:
        """The real one's."""
        self._launcher.check_access()

    def campaigns(self) -> Iterable[Seen]:
        """The real account's."""
        return self._launcher.campaigns()

    def create(self, draft: Draft) -> Answer:  # noqa: ARG002 - nothing is made
        """Counted."""
        return self._done(self.traits.create_endpoint, NEW_CAMPAIGN)

    def send(self, key: str) -> Answer:  # noqa: ARG002 - nothing is sent
        """Counted."""
        return self._done(self.traits.send_endpoint)

    def schedule(self, key: str, at: float, zone: str) -> Answer:  # noqa: ARG002 - nothing is scheduled
        """Counted."""
        return self._done(self.traits.schedule_endpoint)

    def send_test(self, key: str, addresses: Sequence[str]) -> Answer:  # noqa: ARG002 - nothing is sent
        """Counted."""
        return self._done(self.traits.test_endpoint)

    def tags(self, text: str) -> Collection[tuple[str, bool]]:
        """The real one's."""
        return self._launcher.tags(text)

    def _done(self, endpoint: str, key: str = "") -> Answer:
        self.pretend(endpoint)
        return Answer(Fate.DONE, key)
