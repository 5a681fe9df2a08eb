"""Where files lie: on this machine, on a web server, or in an object store by fsspec's driver for it.

A location may hold a signed query; messages never show it.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO, Any
from urllib.parse import urlsplit

import fsspec
import requests

from mailsync.errors import ConfigError, VendorUnavailable
from mailsync.loopback import is_loopback

WEB = ("http", "https")
TIMEOUTS_S = (10.0, 60.0)
IN_MEMORY = 8_000_000
LARGEST = 2 << 30
CHUNK = 1 << 18
# What to install for the schemes that people use; fsspec knows further ones.
DRIVERS = {"s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "az": "adlfs"}
CHANGED = ("LastModified", "updated", "last_modified", "mtime", "created")
TAGS = ("ETag", "etag")


@dataclass(frozen=True, slots=True)
class Found:
    """One file, `depth` folders below its place.

    `mark` changes when its content does; "" where nobody tells before it is read. `modified` in epoch seconds, 0 where nobody tells.
    """

    path: str
    size: int
    mark: str
    modified: float
    depth: int = 0

    @property
    def name(self) -> str:
        """Without folders."""
        return PurePosixPath(self.path).name

    @property
    def folder(self) -> str:
        """The name of the folder it lies in."""
        return PurePosixPath(self.path).parent.name


class Place:
    """A location: a path, a pattern, a folder, or an address on the web."""

    def __init__(self, location: str, options: Mapping[str, Any], *, option: str) -> None:
        """`option` is the configuration's name for it, `options` go to the driver. Raises ConfigError."""
        self._option = option
        parts = urlsplit(location) if "://" in location else None
        self.scheme = parts.scheme.lower() if parts else "file"
        self.shown = f"{parts.scheme}://{parts.hostname or ''}{parts.path}" if parts else location
        self._location = location
        if self.scheme in WEB:
            if self.scheme == "http" and not is_loopback(location):
                raise ConfigError(f"{option} {self.shown} must begin with https:// (http:// is allowed for loopback only).")
            return
        self._files, self._path = self._driver(location, dict(options) if parts else {})

    def _driver(self, location: str, options: dict[str, Any]) -> tuple[Any, str]:
        try:
            files, path = fsspec.core.url_to_fs(location, **options)
        except ImportError:
            needed = DRIVERS.get(self.scheme, f"fsspec's driver for {self.scheme}")
            raise ConfigError(f"{self._option} {self.shown} needs the package {needed}, which is not installed in this image.") from None
        except Exception as error:  # noqa: BLE001 - drivers raise whatever their libraries do; their texts may hold keys
            raise ConfigError(f"{self._option} {self.shown} cannot be opened ({type(error).__name__}).") from None
        return files, str(path)

    def matching(self) -> list[Found]:
        """The file, or the files that a pattern matches, oldest first. Raises ConfigError where there is none."""
        if self.scheme in WEB:
            return [Found(self.shown, 0, "", 0.0)]
        with self._telling():
            found = self._files.glob(self._path, detail=True) if "*" in self._path or "?" in self._path else self._single()
        listed = _listed(found, self._path)
        if not listed:
            raise ConfigError(f"{self._option} {self.shown}: there is no such file.")
        return listed

    def below(self) -> list[Found]:
        """Every file below a folder, oldest first. Raises ConfigError where there is no such folder."""
        with self._telling():
            if self.scheme == "file" and not self._files.isdir(self._path):
                raise ConfigError(f"{self._option} {self.shown}: there is no such folder.")
            found = self._files.find(self._path, detail=True)
        return _listed(found, self._path)

    def _single(self) -> dict[str, Any]:
        return {self._path: self._files.info(self._path)} if self._files.isfile(self._path) else {}

    @contextmanager
    def open(self, found: Found) -> Iterator[tuple[IO[bytes], str]]:
        """The content, of the web only when it is there completely, and its mark. Raises ConfigError, VendorUnavailable."""
        if self.scheme in WEB:
            with self._fetched() as opened:
                yield opened
            return
        with self._telling(), self._files.open(found.path, "rb") as stream:
            yield stream, found.mark

    @contextmanager
    def _fetched(self) -> Iterator[tuple[IO[bytes], str]]:
        digest = hashlib.blake2b(digest_size=6)
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as kept:
            try:
                with requests.get(self._location, stream=True, timeout=TIMEOUTS_S) as answer:
                    self._judge(answer)
                    for piece in answer.iter_content(CHUNK):
                        kept.write(piece)
                        digest.update(piece)
                        if kept.tell() > LARGEST:
                            raise ConfigError(f"{self._option} {self.shown} is larger than {LARGEST >> 20} MB, and was given up.")
            except requests.RequestException as error:
                raise VendorUnavailable(f"{self._option} {self.shown}: no complete answer ({type(error).__name__}).") from None
            kept.seek(0)
            yield kept, digest.hexdigest()

    def _judge(self, answer: requests.Response) -> None:
        """Raises unless it is a file that came by TLS all the way, redirections included."""
        status = answer.status_code
        if any(not (hop.url.startswith("https://") or is_loopback(hop.url)) for hop in (*answer.history, answer)):
            raise ConfigError(f"{self._option} {self.shown} leads to an address without TLS, which is not followed.")
        if status == 200:
            return
        if status >= 500 or status == 429:
            raise VendorUnavailable(f"{self._option} {self.shown}: the web server answered HTTP {status}.")
        raise ConfigError(f"{self._option} {self.shown}: the web server answered HTTP {status}. Does the file exist, and has the link expired?")

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Faults of a driver, told without its words."""
        try:
            yield
        except FileNotFoundError:
            raise ConfigError(f"{self._option} {self.shown}: there is no such file or folder.") from None
        except PermissionError:
            raise ConfigError(f"{self._option} {self.shown}: we may not read that.") from None
        except OSError as error:
            raise VendorUnavailable(f"{self._option} {self.shown} cannot be read ({type(error).__name__}).") from None


def _listed(found: Mapping[str, Any], below: str) -> list[Found]:
    folder = below.rstrip("/") + "/"
    files = [
        Found(path, int(info.get("size") or 0), _mark(info), _modified(info), path.removeprefix(folder).count("/"))
        for path, info in found.items()
        if info.get("type", "file") == "file"
    ]
    return sorted(files, key=lambda one: (one.modified, one.path))


def _mark(info: Mapping[str, Any]) -> str:
    told = "/".join(str(info[name]) for name in ("size", *TAGS, *CHANGED) if info.get(name) is not None)
    return hashlib.blake2b(told.encode(), digest_size=6).hexdigest()


def _modified(info: Mapping[str, Any]) -> float:
    """Drivers tell it under several names, as a number, a time or a text."""
    value = next((info[name] for name in CHANGED if info.get(name) is not None), 0.0)
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.timestamp() if isinstance(value, datetime) else float(value)
