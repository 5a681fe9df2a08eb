"""A stream of the manifest: rows of the private tree. Experimental: the vendor documents none of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass
from typing import Any

from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.types import StreamSlice

from mailsync.airbyte.tracing import traced
from mailsync.errors import MailsyncError
from mailsync.zoho_survey import tree
from mailsync.zoho_survey.client import SurveyClient
from source_campaigns.zoho_survey.connection import Connection

Row = dict[str, Any]


@dataclass
class TreeRows(Retriever):
    """`kind`: portals (with departments), surveys, collectors or questions."""

    kind: str
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        """Nothing is opened before the stream is read."""

    def read_records(
        self,
        records_schema: Mapping[str, Any],  # noqa: ARG002 - the framework's signature
        stream_slice: StreamSlice | None = None,  # noqa: ARG002 - the framework's signature
    ) -> Iterable[Mapping[str, Any]]:
        """The rows. Raises AirbyteTracedException."""
        try:
            yield from ROWS[self.kind](Connection(self.config))
        except MailsyncError as error:
            raise traced(error) from None


def _portals(connection: Connection) -> Iterator[Row]:
    for one in connection.departments(connection.client()):
        yield {"portal_id": one.portal_id, "portal_name": one.portal_name, "department_id": one.id, "department_name": one.name}


def _surveys(connection: Connection) -> Iterator[Row]:
    for department, survey in _all(connection, connection.client()):
        yield {"survey_id": survey.id, "survey_name": survey.name, "portal_id": department.portal_id, "department_id": department.id}


def _collectors(connection: Connection) -> Iterator[Row]:
    client = connection.client()
    for _, survey in _all(connection, client):
        for one in tree.collectors(client, survey):
            yield {"survey_id": survey.id, "collector_id": one.id, "collector_name": one.name}


def _questions(connection: Connection) -> Iterator[Row]:
    client = connection.client()
    for _, survey in _all(connection, client):
        for one in tree.dictionary(client, survey):
            yield {"survey_id": survey.id, "question_key": one.key, "question": one.label, "group": one.group}


def _all(connection: Connection, client: SurveyClient) -> Iterator[tuple[tree.Department, tree.Item]]:
    for department in connection.departments(client):
        for survey in tree.surveys(client, department):
            yield department, survey


ROWS = {"portals": _portals, "surveys": _surveys, "collectors": _collectors, "questions": _questions}
