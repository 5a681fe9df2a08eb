"""The emulated methods of the API: where each is served, what it needs, and which function performs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulators.zoho_campaigns import bulk, composing, fields, launching, leaving, lists, reports, subscribe, subscribers, tags, topics
from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.params import Params

READ, CREATE, UPDATE, DELETE = (f"ZohoCampaigns.contact.{verb}" for verb in ("READ", "CREATE", "UPDATE", "DELETE"))
CAMPAIGNS, MAKE, SEND, DROP = (f"ZohoCampaigns.campaign.{verb}" for verb in ("READ", "CREATE", "UPDATE", "DELETE"))
Handler = Callable[[Account, Params], dict[str, Any] | str]


@dataclass(frozen=True, slots=True)
class Method:
    """`format_in` names the parameter that asks for JSON; empty where the path itself says the format."""

    path: str
    verbs: tuple[str, ...]
    scope: str
    handler: Handler
    endpoint: str
    writes: bool = False
    format_in: str = "resfmt"
    wrapped: bool = False


def _read(name: str, handler: Handler, scope: str = READ) -> Method:
    return Method(f"/{name}", ("GET", "POST"), scope, handler, name)


def _write(name: str, scope: str, handler: Handler, verb: str = "POST") -> Method:
    return Method(f"/{name}", (verb,), scope, handler, name, writes=True)


def _contact(name: str, handler: Handler) -> list[Method]:
    """The methods that carry the format in the path as well."""
    return [Method(f"/{kind}/{name}", ("POST",), UPDATE, handler, name, writes=True) for kind in ("json", "xml")]


METHODS: tuple[Method, ...] = (
    _read("getmailinglists", lists.getmailinglists),
    _read("getlistadvanceddetails", lists.getlistadvanceddetails),
    _write("addlistandcontacts", CREATE, lists.addlistandcontacts),
    _write("updatelistdetails", UPDATE, lists.updatelistdetails),
    _write("deletemailinglist", DELETE, lists.deletemailinglist, "GET"),
    *_contact("listsubscribe", subscribe.listsubscribe),
    *_contact("listunsubscribe", leaving.listunsubscribe),
    *_contact("contactdonotmail", leaving.contactdonotmail),
    _write("addlistsubscribersinbulk", CREATE, bulk.addlistsubscribersinbulk),
    _read("getlistsubscribers", subscribers.getlistsubscribers),
    _read("listsubscriberscount", subscribers.listsubscriberscount),
    Method("/contact/allfields", ("GET",), READ, fields.all_fields, "contact/allfields", format_in="type", wrapped=True),
    Method("/custom/add", ("POST",), CREATE, fields.add_custom_field, "custom/add", writes=True, format_in="type", wrapped=True),
    Method("/topics", ("GET",), READ, topics.get_topics, "topics"),
    Method("/topics", ("POST",), CREATE, topics.create_topic, "topics", writes=True),
    _write("tag/add", UPDATE, tags.add_tag, "GET"),
    _write("tag/delete", UPDATE, tags.delete_tag, "GET"),
    Method("/tag/getalltags", ("GET",), UPDATE, tags.get_all_tags, "tag/getalltags"),
    _write("tag/associate", UPDATE, tags.associate_tag, "GET"),
    _write("tag/deassociate", UPDATE, tags.deassociate_tag, "GET"),
    _read("recentcampaigns", reports.recentcampaigns, CAMPAIGNS),
    _read("getcampaigndetails", reports.getcampaigndetails, CAMPAIGNS),
    _read("campaignreports", reports.campaignreports, CAMPAIGNS),
    _read("getcampaignrecipientsdata", reports.getcampaignrecipientsdata, CAMPAIGNS),
    _write("createCampaign", MAKE, composing.create_campaign),
    Method("/sendcampaign", ("POST",), SEND, launching.sendcampaign, "sendcampaign", writes=True, wrapped=True),
    _write("deletecampaign", DROP, composing.deletecampaign, "GET"),
)

# The vendor has these as well; they are not emulated, and calling one is answered loudly.
NOT_EMULATED = frozenset(
    (
        "getsegmentdetails", "getsegmentcontacts", "recentsentcampaigns", "getlastcampaignreport", "json/clonecampaign", "workflow",
        "coupon/coupondetails", "coupon/changestatus", "createmergetags", "getproduct",
    )
)  # fmt: skip
