"""Which version of each response was shown last: what tells a new one from an old one and from a repetition.

A response has no version of its own, and neither a push nor an export says which of two contents is the newer one. So a completed response is newer
than a partial one, and a later end newer than an earlier one; where both are the same, the content that comes later is newer, unless it was shown
before: then it is a push that came again, or an export that is old. (Somebody who takes back an edit exactly, in an account where edits do not move
the end, stays unseen for that reason.)
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from base64 import b64decode, b64encode
from collections.abc import Mapping

import orjson

from mailsync.zoho_survey.responses import SECOND, SurveyResponse

_KEY = 6
_MOST_CONTENTS = 255


class Versions:
    """Of one survey's responses: about 18 bytes each, packed as text for the state."""

    def __init__(self, packed: str = "") -> None:
        self._known = _unpacked(packed)

    def __len__(self) -> int:
        return len(self._known)

    def next(self, response: SurveyResponse) -> tuple[int, bool] | None:
        """The version under which it is to be shown, and whether it is the first one; None where it is nothing new. Remembered at once."""
        key, content = _key(response), _content(response)
        known = self._known.get(key)
        if known is None:
            self._known[key] = (response.order, [content])
            return response.order, True
        version, contents = known
        order = version - version % SECOND
        if response.order < order or (response.order == order and content in contents):
            return None
        shown = max(response.order, version + 1)
        self._known[key] = (shown, [*contents, content][-_MOST_CONTENTS:])
        return shown, False

    def packed(self) -> str:
        """For the state: keys, versions, how many contents, contents, each as one run of bytes."""
        keys = sorted(self._known)
        versions = array("Q", (self._known[key][0] for key in keys))
        counts = bytes(len(self._known[key][1]) for key in keys)
        contents = array("I", (content for key in keys for content in self._known[key][1]))
        raw = len(keys).to_bytes(4) + b"".join(keys) + _planes(versions) + counts + contents.tobytes()
        return b64encode(zlib.compress(raw, 6)).decode()


def load_versions(packed: Mapping[str, str]) -> dict[str, Versions]:
    """By survey."""
    return {survey: Versions(text) for survey, text in packed.items()}


def _key(response: SurveyResponse) -> bytes:
    return hashlib.blake2b(response.response_id.encode(), digest_size=_KEY).digest()


def _content(response: SurveyResponse) -> int:
    return int.from_bytes(hashlib.blake2b(orjson.dumps(response), digest_size=4).digest())


def _planes(versions: array[int]) -> bytes:
    """First bytes together, then second ones: most are alike, which packs well."""
    raw = versions.tobytes()
    return b"".join(raw[at :: versions.itemsize] for at in range(versions.itemsize))


def _unpacked(packed: str) -> dict[bytes, tuple[int, list[int]]]:
    if not packed:
        return {}
    raw = memoryview(zlib.decompress(b64decode(packed)))
    count, at = int.from_bytes(raw[:4]), 4
    keys = [bytes(raw[at + _KEY * place : at + _KEY * (place + 1)]) for place in range(count)]
    at += _KEY * count
    versions = array("Q")
    mixed = bytearray(versions.itemsize * count)
    for plane in range(versions.itemsize):
        mixed[plane :: versions.itemsize] = raw[at + plane * count : at + (plane + 1) * count]
    versions.frombytes(bytes(mixed))
    at += versions.itemsize * count
    counts = bytes(raw[at : at + count])
    contents = array("I")
    contents.frombytes(bytes(raw[at + count :]))
    known, place = {}, 0
    for key, version, many in zip(keys, versions, counts, strict=True):
        known[key] = (version, list(contents[place : place + many]))
        place += many
    return known
