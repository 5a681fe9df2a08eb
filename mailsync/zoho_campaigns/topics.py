"""Topics of the account, by id or name."""

from __future__ import annotations

from mailsync.errors import known_values
from mailsync.zoho_campaigns import endpoints as method
from mailsync.zoho_campaigns.client import CampaignsClient
from mailsync.zoho_campaigns.pages import fresh_pages, in_details

TOPICS_A_PAGE = 100


def topic_ids(client: CampaignsClient, wanted: str) -> str:
    """The ids of the topics named in `wanted` (ids or names, comma separated), comma separated. Raises ConfigError listing the topics there are."""
    known = _topics(client)
    by_name = {name.casefold(): topic_id for topic_id, name in known.items()}
    ids = []
    for one in filter(None, (part.strip() for part in wanted.split(","))):
        topic_id = one if one in known else by_name.get(one.casefold())
        if topic_id is None:
            raise known_values("topic", one, [f"{name} ({key})" for key, name in known.items()])
        ids.append(topic_id)
    return ",".join(ids)


def _topics(client: CampaignsClient) -> dict[str, str]:
    pages = fresh_pages(client, method.TOPICS, in_details(TOPICS_A_PAGE), rows_in="topicDetails", identity="topicId")
    return {str(row["topicId"]): str(row.get("topicName", "")) for page in pages for row in page}
