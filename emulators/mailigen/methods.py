"""The emulated methods: since which version each exists, whether it changes data, and which function performs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulators.mailigen import campaigns, joining, launching, leaving, lists, merges
from emulators.mailigen.account import Account
from emulators.mailigen.php_form import Params

VERSIONS = ("1.0", "1.1", "1.3", "1.4", "1.5", "1.6", "1.8")
Handler = Callable[[Account, Params], Any]


@dataclass(frozen=True, slots=True)
class Method:
    """`since`: the first version that has it. The method set grew with the version; where exactly, only 1.8 is told."""

    handler: Handler
    writes: bool = False
    since: str = "1.0"


METHODS: dict[str, Method] = {
    "ping": Method(lists.ping),
    "getAccountDetails": Method(lists.get_account_details),
    "lists": Method(lists.lists),
    "listCreate": Method(lists.list_create, writes=True),
    "listUpdate": Method(lists.list_update, writes=True),
    "listDelete": Method(lists.list_delete, writes=True),
    "listsForEmail": Method(lists.lists_for_email),
    "listMergeVars": Method(merges.list_merge_vars),
    "listMergeVarAdd": Method(merges.list_merge_var_add, writes=True),
    "listMergeVarUpdate": Method(merges.list_merge_var_update, writes=True),
    "listMergeVarDel": Method(merges.list_merge_var_del, writes=True),
    "listMembers": Method(lists.list_members),
    "listMembersByMerge": Method(lists.list_members_by_merge),
    "listMemberInfo": Method(lists.list_member_info),
    "listSubscribe": Method(joining.list_subscribe, writes=True),
    "listBatchSubscribe": Method(joining.list_batch_subscribe, writes=True),
    "listUpdateMember": Method(joining.list_update_member, writes=True),
    "listUnsubscribe": Method(leaving.list_unsubscribe, writes=True),
    "listBatchUnsubscribe": Method(leaving.list_batch_unsubscribe, writes=True),
    "listMemberDelete": Method(leaving.list_member_delete, writes=True, since="1.8"),
    "suppressedListSubscribe": Method(leaving.suppress, writes=True, since="1.8"),
    "suppressedListBatchSubscribe": Method(leaving.suppress_many, writes=True, since="1.8"),
    "suppressedListUnsubscribe": Method(leaving.lift, writes=True, since="1.8"),
    "suppressedListBatchUnsubscribe": Method(leaving.lift_many, writes=True, since="1.8"),
    "suppressedListMembers": Method(leaving.suppressed_members, since="1.8"),
    "campaigns": Method(campaigns.campaigns),
    "campaignStats": Method(campaigns.campaign_stats),
    "campaignOpened": Method(campaigns.campaign_opened),
    "campaignNotOpened": Method(campaigns.campaign_not_opened),
    "campaignClickStats": Method(campaigns.campaign_click_stats),
    "campaignClickStatsDetails": Method(campaigns.campaign_click_stats_details, since="1.8"),
    "campaignHardBounces": Method(campaigns.addresses_of("hard_bounce")),
    "campaignSoftBounces": Method(campaigns.addresses_of("soft_bounce")),
    "campaignBlockedBounces": Method(campaigns.addresses_of("blocked_bounce")),
    "campaignTemporaryBounces": Method(campaigns.addresses_of("temporary_bounce")),
    "campaignGenericBounces": Method(campaigns.addresses_of("generic_bounce")),
    "campaignUnsubscribes": Method(campaigns.addresses_of("unsubscribed")),
    "campaignBounceMessages": Method(campaigns.campaign_bounce_messages),
    "campaignForwardStats": Method(campaigns.campaign_forward_stats),
    "campaignGeoOpens": Method(campaigns.campaign_geo_opens),
    "campaignCreate": Method(launching.campaign_create, writes=True),
    "campaignUpdate": Method(launching.campaign_update, writes=True),
    "campaignDelete": Method(launching.campaign_delete, writes=True),
    "campaignSchedule": Method(launching.campaign_schedule, writes=True),
    "campaignUnschedule": Method(launching.campaign_unschedule, writes=True),
    "campaignSendNow": Method(launching.campaign_send_now, writes=True),
    "campaignSendTest": Method(launching.campaign_send_test, writes=True),
}

# The vendor has these as well; they are not emulated, and calling one is answered loudly.
NOT_EMULATED = frozenset(
    (
        "login", "apikeys", "apikeyAdd", "apikeyExpire", "listSegments", "listSegmentCreate", "listSegmentUpdate", "listSegmentDelete",
        "listSegmentMembers", "listGrowthHistory", "listSubscribeSMS", "listUnsubscribeSMS", "listBatchSubscribeSMS", "listBatchUnsubscribeSMS",
        "campaignGeoOpensByCountry", "campaignEmailDomainPerformance", "campaignReplicate", "campaignPause", "campaignResume", "campaignTemplates",
        "webhooks", "webhookCreate", "webhookUpdate", "webhookDelete", "webhookReplicate",
    )
)  # fmt: skip


def method_of(version: str, name: str) -> Method | None:
    """The method, where this version has it."""
    found = METHODS.get(name)
    return found if found is not None and VERSIONS.index(version) >= VERSIONS.index(found.since) else None
