"""A clock that moves the emulated vendors' time instead of waiting."""

from mailsync.clock import SystemClock


class SteppingClock(SystemClock):
    """Sleeping moves the emulators' clock and this one's."""

    def __init__(self, emulator):
        super().__init__()
        self.emulator, self.waited = emulator, []

    def sleep(self, seconds):
        self.waited.append(round(seconds))
        self.emulator.advance(seconds)
