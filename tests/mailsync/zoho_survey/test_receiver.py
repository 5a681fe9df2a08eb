"""The receiver: what it has accepted is on disk, whole, whatever happens to it; and who does not know the address learns nothing."""

import asyncio
import os
import signal
import socket
import stat
import threading
import time

import pytest
import requests

from mailsync.clock import SystemClock
from mailsync.runner.cli import main
from mailsync.zoho_survey import receiver as room
from mailsync.zoho_survey.receiver import Doors, Receiver
from mailsync.zoho_survey.spool import keep, tidy
from tests.mailsync.zoho_survey.receiving import ReceiverProcess

SECRET = "a-secret-of-twenty-letters"
PROVE = bool(os.environ.get("MAILSYNC_PROVE"))
BODY = b'{"Response ID": "R1", "What is your name?": "Ann"}'


def ask(spool, method="POST", path=f"/{SECRET}/S1", body=BODY, headers=(), chunks=None, basic="", **options):
    """One request without a network; (status, headers)."""
    sent = []
    parts = list(chunks if chunks is not None else [body])

    async def receive():
        if not parts:
            await asyncio.sleep(3600)
        part = parts.pop(0)
        if part is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": part, "more_body": bool(parts) or (chunks is not None and chunks[-1] != b"")}

    async def send(message):
        sent.append(message)

    application = Receiver(spool, Doors(SECRET, basic), SystemClock(), **options)
    scope = {"type": "http", "method": method, "path": path, "headers": list(headers)}
    asyncio.run(application(scope, receive, send))
    return (sent[0]["status"], dict(sent[0]["headers"])) if sent else (None, {})


def files(spool):
    return {str(path.relative_to(spool)): path.read_bytes() for path in spool.rglob("*") if path.is_file()}


def test_a_delivery_is_kept_as_it_came(tmp_path):
    assert ask(tmp_path)[0] == 200
    ((name, content),) = files(tmp_path).items()
    assert content == BODY
    assert name.startswith("S1/")
    assert name.endswith(".json")
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_a_delivery_that_comes_twice_is_two_files_and_names_grow(tmp_path):
    for _ in range(3):
        ask(tmp_path)
    assert len(files(tmp_path)) == 3
    assert sorted(files(tmp_path)) == [str(path.relative_to(tmp_path)) for path in sorted((tmp_path / "S1").iterdir(), key=os.path.getmtime)]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/S1",
        f"/{SECRET}",
        f"/{SECRET}/",
        f"/{SECRET[:-1]}/S1",
        f"/{SECRET}x/S1",
        f"/{SECRET}/../S1",
        f"/{SECRET}/S1/S2",
        f"/{SECRET}/.secret",
        f"/{SECRET}/{'S' * 65}",
        "/é/S1",
    ],
)
def test_any_other_address_does_not_exist(tmp_path, path):
    assert ask(tmp_path, path=path)[0] == 404
    assert files(tmp_path) == {}


@pytest.mark.parametrize("header", ["", "Basic", "Basic !!", "Basic em9obzp3cm9uZw==", "Bearer em9obzpzZWNyZXQ="])
def test_basic_authentication_is_asked_for_as_well(tmp_path, header):
    status, headers = ask(tmp_path, basic="zoho:secret", headers=[(b"Authorization", header.encode())])
    assert (status, headers[b"www-authenticate"][:5]) == (401, b"Basic")
    assert files(tmp_path) == {}
    assert ask(tmp_path, basic="zoho:secret", headers=[(b"authorization", b"Basic em9obzpzZWNyZXQ=")])[0] == 200


def test_a_body_that_is_too_large_is_refused_however_it_comes(tmp_path):
    assert ask(tmp_path, headers=[(b"content-length", b"51")], largest_body=50)[0] == 413
    assert ask(tmp_path, chunks=[b"x" * 30, b"x" * 30, b""], largest_body=50)[0] == 413
    assert files(tmp_path) == {}


def test_a_body_that_does_not_end_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "BODY_TIMEOUT_S", 0.05)
    assert ask(tmp_path, chunks=[b"{"])[0] == 408
    assert files(tmp_path) == {}


def test_who_hangs_up_leaves_nothing(tmp_path):
    assert ask(tmp_path, chunks=[b'{"Response', None])[0] is None
    assert files(tmp_path) == {}


@pytest.mark.parametrize(("method", "body", "status"), [("GET", b"", 200), ("HEAD", b"", 200), ("POST", b" \n", 200), ("PUT", BODY, 405)])
def test_trying_the_address_keeps_nothing(tmp_path, method, body, status):
    assert ask(tmp_path, method=method, body=body)[0] == status
    assert files(tmp_path) == {}


def test_what_cannot_be_written_is_not_accepted(tmp_path, caplog):
    (tmp_path / "S1").write_text("a file where the folder should be")
    assert ask(tmp_path)[0] == 503
    assert "could not be written" in caplog.text
    assert "Ann" not in caplog.text


def test_a_write_that_breaks_off_leaves_nothing(tmp_path, monkeypatch):
    def broken(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", broken)
    (tmp_path / "S1").mkdir()
    assert ask(tmp_path)[0] == 503
    assert files(tmp_path) == {}


def test_what_a_killed_receiver_left_is_tidied_up(tmp_path):
    kept = keep(tmp_path, "S1", BODY, now=1.0)
    old, new = (tmp_path / "S1" / f".{name}.json.part" for name in "ab")
    old.write_bytes(b"{")
    new.write_bytes(b"{")
    os.utime(old, (1, 1))
    assert tidy(tmp_path, older_than=time.time() - 60) == 1
    assert set(files(tmp_path)) == {f"S1/{kept.name}", "S1/.b.json.part"}


def test_the_process_listens_on_loopback_and_its_words_hold_neither_secret_nor_payload(tmp_path):
    with ReceiverProcess(tmp_path) as process:
        assert process.host == "127.0.0.1"
        assert (process.post(BODY), process.post(BODY, secret="x" * 30), process.post(BODY, survey="S2")) == (200, 404, 200)
        assert process.kept() == [BODY]
        assert stat.S_IMODE((tmp_path / ".secret").stat().st_mode) == 0o600
        secret = process.secret
        assert len(secret) > 40
        assert process.stop() == 0
    assert "Kept a delivery of survey S1, 50 bytes." in process.output
    assert [word for word in (secret, "Ann", "R1", "x" * 30) if word in process.output] == []
    with ReceiverProcess(tmp_path) as again:
        assert again.secret == secret
        assert again.post(BODY) == 200
        assert again.kept() == [BODY, BODY]
        assert again.stop(signal.SIGHUP) == 0


def test_a_stop_finishes_what_is_in_flight(tmp_path):
    with ReceiverProcess(tmp_path) as process:
        with socket.create_connection(("127.0.0.1", int(process.port)), timeout=20) as open_one:
            head = f"POST /{process.secret}/S1 HTTP/1.1\r\nHost: x\r\nContent-Length: {len(BODY)}\r\n\r\n"
            open_one.sendall(head.encode() + BODY[:10])
            assert process.post(BODY, survey="S2") == 200  # the first one has been taken up by now
            process.process.send_signal(signal.SIGTERM)
            while _listens(process.port):
                time.sleep(0.01)
            open_one.sendall(BODY[10:])
            assert open_one.recv(100).startswith(b"HTTP/1.1 200")
        assert process.process.wait(20) == 0
    assert process.kept() == [BODY]


def _listens(port):
    try:
        socket.create_connection(("127.0.0.1", int(port)), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("moment", [40, 1, 7, 90, 200, 333] if PROVE else [40])
def test_killed_at_any_moment_everything_accepted_is_there_and_nothing_is_half(tmp_path, moment):
    bodies, accepted = [f'{{"Response ID": "R{number}", "x": "{"y" * 20_000}"}}'.encode() for number in range(2000)], []
    with ReceiverProcess(tmp_path) as process:

        def send(mine):
            session = requests.Session()
            session.trust_env = False
            for body in mine:
                try:
                    if session.post(process.url(), data=body, timeout=10).status_code == 200:
                        accepted.append(body)
                except requests.RequestException:
                    return

        senders = [threading.Thread(target=send, args=(bodies[place::4],)) for place in range(4)]
        for sender in senders:
            sender.start()
        while len(accepted) < moment:
            time.sleep(0.005)
        process.stop(signal.SIGKILL)
        for sender in senders:
            sender.join()
    kept = process.kept()
    assert len(accepted) >= moment
    assert set(accepted) <= set(kept) <= set(bodies)
    assert len(kept) == len(set(kept))


@pytest.mark.parametrize(
    ("prepare", "options", "words"),
    [
        ({".secret": "short"}, (), "must hold at least 20 letters"),
        ({"basic": "nobody"}, ("--basic-auth-file", "{spool}/basic"), "one line user:password"),
        ({}, ("--basic-auth-file", "{spool}/nothing"), "cannot be read"),
        ({}, ("--host", "203.0.113.7"), "cannot be listened on"),
        ({"file": ""}, ("--spool", "{spool}/file/below"), "cannot be made"),
    ],
)
def test_a_mistake_is_told_and_ends_with_2(tmp_path, capsys, prepare, options, words):
    for name, text in prepare.items():
        (tmp_path / name).write_text(text)
    handlers = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]
    with pytest.raises(SystemExit) as ended:
        main(["receive", "--spool", str(tmp_path), "--port", "0", *(option.format(spool=tmp_path) for option in options)])
    for number, handler in zip((signal.SIGTERM, signal.SIGHUP), handlers, strict=True):
        signal.signal(number, handler)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err
