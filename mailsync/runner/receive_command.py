"""`mailsync receive`: keeps the deliveries of Zoho Survey's webhooks on this machine, for source-campaigns to read."""

from __future__ import annotations

import argparse
import logging
import os
import re
import signal
import socket
import sys
from pathlib import Path
from secrets import token_urlsafe

from mailsync.clock import SystemClock
from mailsync.errors import ConfigError
from mailsync.zoho_survey.receiver import LARGEST_BODY, Doors, Receiver
from mailsync.zoho_survey.spool import tidy

SHORTEST_SECRET = 20
SECRET_FILE = ".secret"  # noqa: S105 - a file's name
UNFINISHED_S = 3600.0
GRACE_S = 10
AT_ONCE = 64


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add it to the command line."""
    command = commands.add_parser(
        "receive",
        help="keep what survey webhooks post, until stopped",
        description="Keep what Zoho Survey's webhooks post to http://HOST:PORT/SECRET/SURVEY_ID, one file for each delivery, until stopped. "
        "Put a reverse proxy with TLS in front: docs/receiving.md.",
    )
    command.add_argument("--spool", type=Path, required=True, metavar="DIR", help="where deliveries are kept; made where it does not exist")
    command.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    command.add_argument("--port", type=int, default=8470, help="the port to listen on (8470); 0 takes a free one")
    command.add_argument("--secret-file", type=Path, metavar="FILE", help=f"holds the secret part of the address (DIR/{SECRET_FILE}, made by itself)")
    command.add_argument("--basic-auth-file", type=Path, metavar="FILE", help="holds user:password, asked for as well")
    command.add_argument("--largest-body", type=int, default=LARGEST_BODY, metavar="BYTES", help=f"larger deliveries are refused ({LARGEST_BODY})")
    command.set_defaults(run=_receive)


def _receive(options: argparse.Namespace) -> int:
    spool = _spool(options.spool.resolve())
    doors = Doors(_secret(options.secret_file or spool / SECRET_FILE), _basic(options.basic_auth_file))
    clock = SystemClock()
    if left := tidy(spool, older_than=clock.now() - UNFINISHED_S):
        print(f"{left} unfinished files of an earlier run were removed.", file=sys.stderr)  # noqa: T201 - a command line's own output
    listening = _listen(options.host, options.port)
    _serve(Receiver(spool, doors, clock, largest_body=options.largest_body), listening)
    return 0


def _spool(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"--spool {folder} cannot be made: {error.strerror}.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigError(f"--spool {folder} cannot be written to.")
    return folder


def _secret(file: Path) -> str:
    """The secret, made by itself at the first start. Raises ConfigError for one that could be guessed."""
    try:
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as made:
                made.write(token_urlsafe(32) + "\n")
        secret = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"The secret's file {file} can neither be read nor made.") from None
    if not re.fullmatch(rf"[A-Za-z0-9_-]{{{SHORTEST_SECRET},}}", secret):
        raise ConfigError(f"{file} must hold at least {SHORTEST_SECRET} letters, digits, - or _. Delete it, and a new secret is made.")
    return secret


def _basic(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        pair = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"--basic-auth-file {file} cannot be read.") from None
    if not re.fullmatch(r"[^:\s]+:\S+", pair):
        raise ConfigError(f"--basic-auth-file {file} must hold one line user:password.")
    return pair


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise ConfigError(f"{host} port {port} cannot be listened on: {getattr(error, 'strerror', None) or 'no such address'}.") from None


def _serve(application: Receiver, listening: socket.socket) -> None:
    """Until SIGTERM or SIGINT: then no new delivery is taken, those in flight are finished."""
    import uvicorn  # noqa: PLC0415 - only this command needs it

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    config = uvicorn.Config(
        application,
        http="h11",  # what an image has; an environment with more would take another one by itself
        loop="asyncio",
        ws="none",
        log_config=None,
        log_level="warning",
        access_log=False,  # it would hold the secret
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        limit_concurrency=AT_ONCE,
        timeout_graceful_shutdown=GRACE_S,
    )
    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn hands the signal back once it has ended in peace
        signal.signal(number, lambda *_: None)
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    host, port = listening.getsockname()[:2]
    print(f"Receiving on {host} port {port}.", flush=True)  # noqa: T201
    uvicorn.Server(config).run(sockets=[listening])
