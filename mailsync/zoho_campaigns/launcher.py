"""Campaigns of Zoho Campaigns, made and sent by API (docs/systems/zoho_campaigns.md#launching).

What the API lacks: changing a campaign, test mails, sending for review, reading which senders are verified, the lawful basis.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

import orjson

from mailsync.errors import Bug, ConfigError
from mailsync.launches.launcher import LOST, Answer, Draft, Fate, LauncherTraits, Seen
from mailsync.launches.plan import time_zone
from mailsync.zoho_campaigns import endpoints as method
from mailsync.zoho_campaigns.answers import Said
from mailsync.zoho_campaigns.campaigns import CAMPAIGNS_A_PAGE, state_of, zone_of
from mailsync.zoho_campaigns.client import CampaignsClient
from mailsync.zoho_campaigns.codes import Act
from mailsync.zoho_campaigns.pages import fresh_pages, from_index
from mailsync.zoho_campaigns.settings import LABEL

SCOPES = ("ZohoCampaigns.campaign.CREATE", "ZohoCampaigns.campaign.UPDATE")
LONGEST_CONTENT = 300_000
STEP_S = 300  # `scheduleminute` goes by fives
# `$[name]$`, or `$[name|what stands there otherwise]$`: the form of the vendor's samples (zoho/zohocampaigns-emailapi-smtp). Names with a colon
# (`$[LI:VIEWINBROWSER]$`) are the tool's own links.
_TAG = re.compile(r"\$\[([^\]|$]{1,100})(\|[^\]$]*)?\]\$")
_TRAITS = LauncherTraits(
    label=LABEL,
    create_endpoint=method.CREATE_CAMPAIGN,
    send_endpoint=method.SEND_CAMPAIGN,
    schedule_endpoint=method.SEND_CAMPAIGN,
    test_endpoint="",
    tests=0,
    needs_zone=True,
    schedule_step_s=STEP_S,
    longest_content=LONGEST_CONTENT,
    own_tags=frozenset({"Email", "Contact Email", "EMAIL_ADDRESS", "Unsubscribe", "Subscribe", "Company Address", "Current Date"}),
    lacks=(
        "Zoho Campaigns sends test mails and takes campaigns for review in its own pages only; its API has no call for either.",
        "The lawful basis is a setting of the account; the API has no parameter for it.",
    ),
)


class ZohoLauncher:
    """Implements `Launcher`."""

    def __init__(self, client: CampaignsClient) -> None:
        self._client = client
        self._ahead_s: float | None = None
        self._sent_at: float | None = None

    @property
    def traits(self) -> LauncherTraits:
        """Constant."""
        return _TRAITS

    def check_access(self) -> None:
        """Raises AuthError where the token says itself that it lacks a scope."""
        self._client.check_scopes(SCOPES)

    def campaigns(self) -> Iterator[Seen]:
        """Every campaign of every status."""
        window = from_index(CAMPAIGNS_A_PAGE, {"status": "all", "sort": "desc"})
        for page in fresh_pages(self._client, method.RECENT_CAMPAIGNS, window, rows_in="recent_campaigns", identity="campaign_key"):
            for row in page:
                ahead = zone_of(row)
                if ahead is not None and self._ahead_s is None:
                    self._ahead_s, self._sent_at = ahead, int(row["sent_time"]) / 1000
                word = str(row.get("campaign_status", ""))
                yield Seen(str(row["campaign_key"]), str(row.get("campaign_name", "")), state_of(word), word)

    def create(self, draft: Draft) -> Answer:
        """`createCampaign`. The vendor fetches `content_url` while it answers."""
        form = {
            "campaignname": draft.name,
            "subject": draft.subject,
            "from_email": draft.from_email,
            # Where topics are switched on, the topic's id is wanted inside as well as beside, or sending fails (6606).
            "list_details": orjson.dumps({draft.list_key: [draft.topic] if draft.topic else []}).decode(),
        }
        form |= {
            name: value for name, value in (("from_name", draft.from_name), ("content_url", draft.content_url), ("topicId", draft.topic)) if value
        }
        said = self._client.write(method.CREATE_CAMPAIGN, form)
        return _answer(said, key=str((said.body.get("campaignKey") or "") if said is not None else ""))

    def send(self, key: str) -> Answer:
        """`sendcampaign`, now."""
        return _answer(self._client.write(method.SEND_CAMPAIGN, {"campaignkey": key}))

    def schedule(self, key: str, at: float, zone: str) -> Answer:
        """`sendcampaign` at a time: told in the account's own zone, and that zone with it, because it is not documented which of the two counts."""
        self._check_zone(zone)
        moment = datetime.fromtimestamp(at, time_zone(zone))
        form = {
            "campaignkey": key,
            "isschedule": "true",
            "scheduledate": moment.strftime("%m/%d/%Y"),
            "schedulehour": str(int(moment.strftime("%I"))),
            "scheduleminute": moment.strftime("%M"),
            "am_pm": moment.strftime("%p").lower(),
            "sendingTZ": zone,
        }
        return _answer(self._client.write(method.SEND_CAMPAIGN, form))

    def send_test(self, key: str, addresses: Sequence[str]) -> Answer:  # noqa: ARG002 - the API has no such call
        """Never asked for: `tests` is 0."""
        raise Bug("Zoho Campaigns sends no test mails by API.")

    def tags(self, text: str) -> Collection[tuple[str, bool]]:
        """Merge tags but for the tool's own links."""
        return {(found[1].strip(), found[2] is not None) for found in _TAG.finditer(text) if ":" not in found[1]}

    def _check_zone(self, zone: str) -> None:
        """Raises ConfigError where campaigns that were sent show that the account's clock is another one."""
        known = time_zone(zone)
        if self._ahead_s is None or self._sent_at is None:
            return
        ahead = datetime.fromtimestamp(self._sent_at, known).utcoffset()
        if ahead is not None and ahead.total_seconds() != self._ahead_s:
            raise ConfigError(
                f"time_zone is {zone}, but campaigns sent before show that the account's clock is {self._ahead_s / 3600:+g} hours from UTC. "
                "Give the account's own time zone, or the campaign could go out at another hour."
            )


def _answer(said: Said | None, key: str = "") -> Answer:
    if said is None or said.act in (Act.UNKNOWN, Act.AGAIN):
        # A code that nobody knows does not prove that nothing took effect.
        return LOST
    words = f"code {said.code or '(none)'}, {said.message or 'no message'}"
    return Answer(Fate.DONE, key, words) if said.act in (Act.OK, Act.EMPTY) else Answer(Fate.REFUSED, said=words)
