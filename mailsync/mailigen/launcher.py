"""Campaigns of Mailigen, made and sent by API (docs/systems/mailigen.md#launching).

What the API lacks: a review before sending, topics, the lawful basis, reading which senders are accepted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from mailsync.launches.launcher import LOST, Answer, Draft, Fate, LauncherTraits, Seen
from mailsync.mailigen import endpoints as method
from mailsync.mailigen.client import MailigenClient, Refusal
from mailsync.mailigen.reports import listed, state_of
from mailsync.mailigen.settings import LABEL

TESTS = 5  # the most that the vendors' own pages send a test to at once
# The API is a close copy of MailChimp 1.x, whose tags are `*|FNAME|*`; so is the list of tags that it fills by itself.
_TAG = re.compile(r"\*\|([A-Za-z0-9_]{1,100})\|\*")
_TRAITS = LauncherTraits(
    label=LABEL,
    create_endpoint=method.CREATE_CAMPAIGN,
    send_endpoint=method.SEND_CAMPAIGN,
    schedule_endpoint=method.SCHEDULE_CAMPAIGN,
    test_endpoint=method.SEND_TEST,
    tests=TESTS,
    needs_zone=False,
    schedule_step_s=60,
    longest_content=None,
    own_tags=frozenset({"EMAIL", "UNSUB", "ARCHIVE", "FORWARD", "CURRENT_YEAR", "DATE", "SUBJECT", "LIST_NAME", "UPDATE_PROFILE"}),
    lacks=("Mailigen knows no review and no lawful basis by API.",),
)


class MailigenLauncher:
    """Implements `Launcher`."""

    def __init__(self, client: MailigenClient) -> None:
        self._client = client

    @property
    def traits(self) -> LauncherTraits:
        """Constant."""
        return _TRAITS

    def check_access(self) -> None:
        """A key may do everything."""

    def campaigns(self) -> Iterator[Seen]:
        """Every campaign of every status."""
        for row in listed(self._client):
            word = str(row.get("status", ""))
            yield Seen(str(row["id"]), str(row.get("title") or row.get("subject") or ""), state_of(word), word)

    def create(self, draft: Draft) -> Answer:
        """`campaignCreate`, as HTML; a page is fetched by the vendor."""
        options = {
            "list_id": draft.list_key,
            "subject": draft.subject,
            "from_email": draft.from_email,
            "from_name": draft.from_name,
            "title": draft.name,
        }
        content = {"html": draft.html} if draft.html else {"url": draft.content_url}
        said = self._client.write(method.CREATE_CAMPAIGN, type="html", options=options, content=content)
        if isinstance(said, str) and said:
            return Answer(Fate.DONE, key=said)
        return _answer(said)

    def send(self, key: str) -> Answer:
        """`campaignSendNow`."""
        return _answer(self._client.write(method.SEND_CAMPAIGN, cid=key))

    def schedule(self, key: str, at: float, zone: str) -> Answer:  # noqa: ARG002 - schedule times are GMT
        """`campaignSchedule`."""
        moment = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")
        return _answer(self._client.write(method.SCHEDULE_CAMPAIGN, cid=key, schedule_time=moment))

    def send_test(self, key: str, addresses: Sequence[str]) -> Answer:
        """`campaignSendTest`."""
        return _answer(self._client.write(method.SEND_TEST, cid=key, test_emails=list(addresses), send_type="html"))

    def tags(self, text: str) -> Collection[tuple[str, bool]]:
        """Merge tags; the text cannot say what stands there otherwise."""
        return {(found[1], False) for found in _TAG.finditer(text)}


def _answer(said: Any) -> Answer:
    """Only an error object proves that nothing took effect, and only yes that it did."""
    if isinstance(said, Refusal):
        return Answer(Fate.REFUSED, said=f"code {said.code or '(none)'}, {said.message or 'no message'}")
    return Answer(Fate.DONE) if said is True or str(said).strip().lower() in ("true", "1") else LOST
