"""Reads of campaigns and of what recipients did (docs/systems/mailigen.md#campaigns). Only clicks and bounce messages have a time each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from emulators.mailigen.account import Account
from emulators.mailigen.errors import TOO_MANY, MailigenError
from emulators.mailigen.launching import is_shown, shown_status
from emulators.mailigen.mailings import CLICKED, FORWARDED, OPENED, UNSUBSCRIBED
from emulators.mailigen.models import Campaign
from emulators.mailigen.php_form import Params
from emulators.mailigen.times import read, written

DAY_S = 86_400.0
MESSAGES_KEPT_S = 30 * DAY_S


def campaigns(account: Account, params: Params) -> Any:
    """`campaigns`, newest first; `filters` narrows."""
    filters = params.struct("filters")
    kept = [one for one in reversed(account.campaigns.values()) if is_shown(account, one) and _fits(account, one, filters)]
    return [_row(account, one) for one in _page(account, params, kept, usual=25, most=1000)]


def _fits(account: Account, one: Campaign, filters: dict[str, str]) -> bool:
    exact = {"campaign_id": one.key, "list_id": one.list_key, "type": one.kind, "status": shown_status(account, one), "from_email": one.sender}
    if any(filters.get(name) not in (None, "", value) for name, value in exact.items()):
        return False
    if filters.get("title") and filters["title"].lower() not in one.title.lower():
        return False
    if filters.get("subject") and filters["subject"].lower() not in one.subject.lower():
        return False
    begins, ends = filters.get("sendtime_start"), filters.get("sendtime_end")
    return (not begins or one.sent_at >= read(account, begins)) and (not ends or one.sent_at <= read(account, ends))


def _row(account: Account, one: Campaign) -> dict[str, Any]:
    return {
        "id": one.key,
        "web_id": one.number,
        "title": one.title,
        "type": one.kind,
        "create_time": written(account, one.made_at or one.sent_at - 3600),
        "send_time": written(account, one.sent_at) if one.sent_at else "",
        "emails_sent": len(one.recipients),
        "status": shown_status(account, one),
        "from_name": "Emulated",
        "from_email": one.sender,
        "subject": one.subject,
        "to_email": "",
        "archive_url": f"https://example.com/archive/{one.key}",
        "analytics": "",
        "analytcs_tag": "",
        "track_clicks_text": False,
        "track_clicks_html": True,
        "track_opens": True,
    }


def campaign_stats(account: Account, params: Params) -> Any:
    """`campaignStats`: counters, and when the last opening and click were."""
    one = _campaign(account, params)
    opens, clicks = one.actions.get(OPENED, {}), one.actions.get(CLICKED, {})
    return {
        **{f"{kind}_bounces": len(one.actions.get(f"{kind}_bounce", {})) for kind in ("hard", "soft", "blocked", "temporary", "generic")},
        "unsubscribes": len(one.actions.get(UNSUBSCRIBED, {})),
        "forwards": len(one.actions.get(FORWARDED, {})),
        "opens": sum(len(times) for times in opens.values()),
        "last_open": _latest(account, opens),
        "unique_opens": len(opens),
        "clicks": len(one.clicks),
        "unique_clicks": len({(click.address, click.link) for click in one.clicks}),
        "last_click": _latest(account, clicks),
        "users_who_clicked": len(clicks),
        "emails_sent": len(one.recipients),
    }


def _latest(account: Account, happened: dict[str, list[float]]) -> str:
    times = [at for one in happened.values() for at in one]
    return written(account, max(times)) if times else ""


def campaign_opened(account: Account, params: Params) -> Any:
    """`campaignOpened`: who, and how often."""
    one = _campaign(account, params)
    rows = [{"email": one.recipients.get(key, key), "count": len(times)} for key, times in one.actions.get(OPENED, {}).items()]
    return {"total": len(rows), "data": _page(account, params, rows, usual=25, most=50)}


def campaign_not_opened(account: Account, params: Params) -> Any:
    """`campaignNotOpened`."""
    one = _campaign(account, params)
    opened = one.actions.get(OPENED, {})
    rows = [{"email": spelling} for key, spelling in one.recipients.items() if key not in opened]
    return {"total": len(rows), "data": _page(account, params, rows, usual=25, most=50)}


def campaign_click_stats(account: Account, params: Params) -> Any:
    """`campaignClickStats`: by address up to 1.6, a list with ids in 1.8."""
    one = _campaign(account, params)
    clicks = Counter(click.link for click in one.clicks)
    unique = Counter(link for link, _ in {(click.link, click.address) for click in one.clicks})
    if params.version != "1.8":
        return {link: {"clicks": count, "unique": unique[link]} for link, count in clicks.items()}
    return [{"id": _link_id(link), "url": link, "clicks": count, "unique": unique[link]} for link, count in clicks.items()]


def campaign_click_stats_details(account: Account, params: Params) -> Any:
    """`campaignClickStatsDetails`: each click with its time."""
    one, filters = _campaign(account, params), params.struct("filters")
    rows = [
        {
            "email": one.recipients.get(click.address, click.address),
            "link": click.link,
            "date": written(account, click.at),
            "device": "",
            "browser": "",
        }
        for click in one.clicks
        if filters.get("link") in (None, "", click.link) and filters.get("linkId") in (None, "", str(_link_id(click.link)))
    ]
    return _page(account, params, rows, usual=25, most=1000)


def _link_id(link: str) -> int:
    return sum(link.encode()) % 100_000


def addresses_of(kind: str) -> Callable[[Account, Params], Any]:
    """`campaignHardBounces` and its like: addresses, without times."""

    def handler(account: Account, params: Params) -> Any:
        one = _campaign(account, params)
        rows = [one.recipients.get(key, key) for key in one.actions.get(kind, {})]
        return _page(account, params, rows, usual=1000, most=15_000)

    return handler


def campaign_bounce_messages(account: Account, params: Params) -> Any:
    """`campaignBounceMessages`: of the last thirty days."""
    one = _campaign(account, params)
    rows = [
        {"date": written(account, at), "email": one.recipients.get(key, key), "message": f"550 {kind.removesuffix('_bounce')} bounce"}
        for kind, happened in one.actions.items()
        if kind.endswith("_bounce")
        for key, times in happened.items()
        for at in times
        if at > account.now() - MESSAGES_KEPT_S
    ]
    return _page(account, params, rows, usual=25, most=50)


def campaign_forward_stats(account: Account, params: Params) -> Any:
    """`campaignForwardStats`."""
    one = _campaign(account, params)
    return {one.recipients.get(key, key): {"friend_name": ""} for key in one.actions.get(FORWARDED, {})}


def campaign_geo_opens(account: Account, params: Params) -> Any:
    """`campaignGeoOpens`: everybody opens in Latvia."""
    opens = _campaign(account, params).actions.get(OPENED, {})
    return [{"code": "LV", "name": "Latvia", "opens": sum(len(times) for times in opens.values())}] if opens else []


def _campaign(account: Account, params: Params) -> Campaign:
    return account.campaign_for(params.need("cid"))


def _page(account: Account, params: Params, rows: list[Any], *, usual: int, most: int) -> list[Any]:
    limit = params.number("limit", usual)
    limit = usual if limit < 1 else limit
    if limit > most:
        if account.reading("limit_over_maximum") == "refused":
            raise MailigenError(TOO_MANY)
        limit = most
    first = max(params.number("start", 0), 0) * limit
    return rows[first : first + limit]
