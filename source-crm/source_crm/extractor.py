"""Rows of a metadata answer: a plain key look-up, and an empty answer is no row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass
from typing import Any

import orjson
import requests
from airbyte_cdk.sources.declarative.extractors.record_extractor import RecordExtractor


@dataclass
class Rows(RecordExtractor):
    """`key` is the list's name in the answer."""

    key: str
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._key = str(parameters.get("rows") or self.key)

    def extract_records(self, response: requests.Response) -> Iterable[Mapping[str, Any]]:
        """The rows; none for 204 and 304."""
        if not response.content:
            return
        yield from orjson.loads(response.content).get(self._key) or ()
