"""One HTTP call against servers that mean harm, on loopback: forged certificates, answers that unpack to gigabytes, entities in XML."""

from __future__ import annotations

import datetime as dt
import gzip
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mailsync import http as http_module
from mailsync.errors import ConfigError, VendorUnavailable
from mailsync.http import Answer, Http
from mailsync.loopback import checked_base_url
from mailsync.zoho_campaigns.answers import read_answer
from mailsync.zoho_campaigns.endpoints import ENDPOINTS, SUBSCRIBE

Serve = Callable[..., str]


def a_certificate(folder: Path) -> tuple[Path, Path]:
    """Self-signed, for 127.0.0.1: right in everything but who vouches for it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(days=1))
    built = built.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    (folder / "cert.pem").write_bytes(built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server that gives one body to everybody; its URL."""
    servers: list[ThreadingHTTPServer] = []

    def start(body: bytes, headers: dict[str, str] | None = None, tls: tuple[Path, Path] | None = None) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_certificate_that_nobody_vouches_for_is_refused(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = serve(b"{}", tls=a_certificate(tmp_path))
    for variable in ("PYTHONHTTPSVERIFY", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(variable, "" if variable != "PYTHONHTTPSVERIFY" else "0")
    with pytest.raises(VendorUnavailable, match="TLS certificate could not be verified for GET /x"):
        Http("Vendor").call("GET", url, "/x", params={"token": "secret"})


def test_a_companys_own_authority_can_be_named(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cert, key = a_certificate(tmp_path)
    url = serve(b'{"a": 1}', tls=(cert, key))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(cert))
    assert Http("Vendor").call("GET", url, "/x").json() == {"a": 1}


@pytest.mark.parametrize(
    "url", ["http://www.zohoapis.eu", "http://10.0.0.1", "http://127.0.0.1.example.com", "ftp://127.0.0.1", "http://user@127.0.0.1"]
)
def test_nothing_goes_unencrypted_beyond_loopback(url: str) -> None:
    with pytest.raises(ConfigError):
        checked_base_url("base_url", url)


def test_an_answer_that_unpacks_to_far_more_is_stopped(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_module, "LARGEST_ANSWER", 1 << 20)
    url = serve(gzip.compress(b"0" * (64 << 20)), {"Content-Encoding": "gzip"})
    with pytest.raises(VendorUnavailable, match="larger than 1 MB"):
        Http("Vendor").call("GET", url, "/bomb")


LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
ENTITIES = [
    b"<!DOCTYPE x [<!ENTITY l0 'ha'>" + LAUGHS + b"]><response><code>2004</code><message>&l9;</message></response>",
    b"<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><response><code>2004</code><message>&f;</message></response>",
    b"<response><code>2004</code><message>" + b"<a>" * 100_000 + b"</message></response>",
]


@pytest.mark.parametrize("body", ENTITIES, ids=["a billion laughs", "a file", "deep nesting"])
def test_entities_in_a_vendors_xml_stay_text(body: bytes) -> None:
    said = read_answer(ENDPOINTS[SUBSCRIBE], Answer(200, {"content-type": "text/xml"}, body))
    assert said.code == "2004"
    assert said.message in ("&l9;", "&f;") or said.message.startswith("<a><a>")
    assert len(said.message) <= 200
