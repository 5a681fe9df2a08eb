"""Erasing at the vendor: the destination is asked to never mail an address again. The address goes by a pipe, never by a command line."""

from __future__ import annotations

from mailsync.errors import ConfigError
from mailsync.runner.child import Child
from mailsync.runner.connection import Connection
from mailsync.runner.display import PlainDisplay
from mailsync.runner.messages import Voice
from mailsync.runner.outcome import exit_code
from mailsync.runner.preparation import prepared


def suppress_at_vendor(connection: Connection, address: str) -> int:
    """The exit code; problems were shown. Raises ConfigError for a destination that cannot."""
    voice = Voice(PlainDisplay(quiet=False).say)
    with prepared(connection, voice) as ready:
        arguments = [ready.destination, "suppress", "--config", ready.destination_config()]
        child = Child(ready.destination_name, arguments, cwd=connection.folder, stdin=True)
        try:
            child.stdin.write(address.encode() + b"\n")
            child.stdin.close()
        except BrokenPipeError:
            pass
        for line in child.stdout:
            voice.hear(child.name, line)
        code = child.wait()
        if code == 2 and not voice.problems():
            raise ConfigError(f"{ready.destination_name} cannot erase at the vendor. Erase the person there by hand.")
        if code and not voice.problems():
            voice.report(child.silence(code))
    return exit_code(voice.problems())
