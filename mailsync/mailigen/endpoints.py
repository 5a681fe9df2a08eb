"""The methods of the Mailigen API 1.8 that are used here. No source tells of a limit of calls, so none has a window. Checked 2026-11."""

from __future__ import annotations

VERSION = "1.8"
DEFAULT_BASE = "https://api.mailigen.com"

PING = "ping"
ACCOUNT = "getAccountDetails"
LISTS = "lists"
CREATE_LIST = "listCreate"
FIELDS = "listMergeVars"
ADD_FIELD = "listMergeVarAdd"
MEMBERS = "listMembers"
MEMBER = "listMemberInfo"
SUBSCRIBE = "listBatchSubscribe"
UNSUBSCRIBE = "listBatchUnsubscribe"
SUPPRESS = "suppressedListBatchSubscribe"
SUPPRESSED = "suppressedListMembers"
CAMPAIGNS = "campaigns"
STATS = "campaignStats"
CAMPAIGN_UNSUBSCRIBES = "campaignUnsubscribes"
CAMPAIGN_OPENED = "campaignOpened"
CAMPAIGN_NOT_OPENED = "campaignNotOpened"
CAMPAIGN_CLICKS = "campaignClickStatsDetails"
CREATE_CAMPAIGN = "campaignCreate"
SEND_CAMPAIGN = "campaignSendNow"
SCHEDULE_CAMPAIGN = "campaignSchedule"
SEND_TEST = "campaignSendTest"
HARD_BOUNCES = "campaignHardBounces"
SOFT_BOUNCES = ("campaignSoftBounces", "campaignBlockedBounces", "campaignTemporaryBounces", "campaignGenericBounces")

LISTS_A_PAGE = 1000
ROWS_A_PAGE = 15_000  # listMembers, suppressedListMembers, campaignUnsubscribes
CAMPAIGNS_A_PAGE = 1000
RECIPIENTS_A_PAGE = 50  # campaignOpened, campaignNotOpened; of campaignClickStatsDetails no maximum is known
