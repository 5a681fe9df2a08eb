"""Fixtures that every test may use."""

from emulators.testing import emulator, emulator_of_session, start_emulator

__all__ = ["emulator", "emulator_of_session", "start_emulator"]
