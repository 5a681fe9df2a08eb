"""The stream `campaigns`: each campaign, sent or not, and each variant of an A/B test, when it is new or changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from mailsync.launches.launcher import UNSENT, State
from mailsync.launches.plan import key_in
from mailsync.mailings import AB_TEST, AB_VARIANT, AUTORESPONDER_MAIL, Campaign, Details, Figures
from source_campaigns.stream_run import StreamRun, moment

NOT_OUT = UNSENT | {State.SCHEDULED, State.CANCELLED}
NOWHERE = Details((), (), Figures({}, {}))


class Overview:
    """Asks where a campaign went only when its row in the list of campaigns is not as it was."""

    unsent = True

    def prepare(self, campaigns: Sequence[Campaign], run: StreamRun) -> None:
        """New ones cost a call each; those that were not sent cost none."""
        new = sum(run.state.campaigns.get(one.key, {}).get("row") != _mark(one, run) for one in campaigns if _went_out(one))
        run.voice.info(f"{new} of {len(campaigns)} campaigns are new or changed: {new} calls.")
        run.voice.estimate(new)

    def visit(self, campaign: Campaign, known: dict[str, Any], run: StreamRun) -> Iterator[dict[str, Any]]:
        """The campaign and its variants. Where one goes that was not sent may change, and is not asked for."""
        mark = _mark(campaign, run)
        if known.get("row") == mark:
            return
        details = run.account.shared.details(campaign) if _went_out(campaign) else NOWHERE
        if details is None:
            return
        row = _row(campaign, details, run.account.reason(campaign.key))
        yield run.numbered(row)
        for number, key in enumerate(details.variants):
            yield run.numbered({**row, **_variant(campaign, key, number)})
        known["row"] = mark


def _went_out(campaign: Campaign) -> bool:
    return campaign.sent_at is not None or campaign.state not in NOT_OUT


def _mark(campaign: Campaign, run: StreamRun) -> str:
    return hashlib.blake2b(orjson.dumps([campaign, run.account.reason(campaign.key)]), digest_size=6).hexdigest()


def _row(campaign: Campaign, details: Details, reason: str | None) -> dict[str, Any]:
    return {
        "campaign_key": campaign.key,
        "name": campaign.name,
        "subject": campaign.subject,
        "type": campaign.type,
        "status": campaign.status,
        "state": campaign.state.value,
        "state_reason": reason,
        "launch_key": key_in(campaign.name),
        "from_name": campaign.from_name,
        "from_email": campaign.from_email,
        "reply_to": campaign.reply_to,
        "list_keys": list(details.list_keys) if details is not NOWHERE else None,
        "list_names": list(details.list_names) if details is not NOWHERE else None,
        "created_at": moment(campaign.created_at),
        "updated_at": moment(campaign.updated_at),
        "sent_at": moment(campaign.sent_at),
        "preview_url": campaign.preview_url,
    }


def _variant(campaign: Campaign, key: str, number: int) -> dict[str, Any]:
    """What differs in a variant. No tool names its variants; they are told apart by letters, as the tools' screens do."""
    kind = AB_VARIANT if campaign.type == AB_TEST else AUTORESPONDER_MAIL
    mark = chr(ord("A") + number) if kind == AB_VARIANT else str(number + 1)
    return {"campaign_key": key, "parent_key": campaign.key, "type": kind, "name": f"{campaign.name} ({mark})"}
