"""`mailsync receive` as a process, for tests."""

import os
import re
import signal
import subprocess
import sys

import requests


class ReceiverProcess:
    """Started on a free port. `url(survey)` is a survey's address."""

    def __init__(self, spool, *options):
        self.spool, self.options, self.output = spool, options, ""

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mailsync.runner", "receive", "--spool", self.spool, "--port", "0", *self.options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        for line in self.process.stdout:
            self.output += line
            if found := re.match(r"Receiving on (\S+) port (\d+)\.", line):
                self.host, self.port = found.groups()
                break
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
        self.process.stdout.close()

    def stop(self, number=signal.SIGTERM):
        """Its exit code; everything it said is in `output`."""
        self.process.send_signal(number)
        self.output += self.process.communicate(timeout=30)[0]
        return self.process.returncode

    @property
    def secret(self):
        return (self.spool / ".secret").read_text().strip()

    def url(self, survey="S1", secret=None, user=""):
        return f"http://{user}127.0.0.1:{self.port}/{secret or self.secret}/{survey}"

    def post(self, body, survey="S1", **more):
        session = requests.Session()
        session.trust_env = False
        return session.post(self.url(survey, **more), data=body, timeout=30).status_code

    def kept(self, survey="S1"):
        """The content of each file, oldest first."""
        return [path.read_bytes() for path in sorted((self.spool / survey).glob("[!.]*"))]
