"""Unsubscribing, deleting members, and the suppression list (docs/systems/mailigen.md#unsubscribe, #suppression)."""

from __future__ import annotations

from typing import Any

from emulators.mailigen.account import Account, checked, key_of
from emulators.mailigen.errors import NO_MEMBER, NOT_SUBSCRIBED, MailigenError
from emulators.mailigen.joining import Tally, check_size
from emulators.mailigen.models import MailingList, Status
from emulators.mailigen.php_form import Params
from emulators.mailigen.times import written

MOST_MEMBERS, USUAL_MEMBERS = 15_000, 100


def list_unsubscribe(account: Account, params: Params) -> Any:
    """One member. A goodbye mail goes out unless it is switched off."""
    one = account.list_for(params.need("id"))
    _leave(account, one, params.need("email_address"), delete=params.truth("delete_member", default=False), **_mails(account, params))
    return True


def list_batch_unsubscribe(account: Account, params: Params) -> Any:
    """Many members."""
    one = account.list_for(params.need("id"))
    addresses = [str(row) for row in params.rows("emails")]
    check_size(account, len(addresses))
    tally, mails = Tally(account), _mails(account, params)
    for address in addresses:
        try:
            _leave(account, one, address, delete=params.truth("delete_member", default=False), **mails)
        except MailigenError as error:
            tally.failed(address, error)
        else:
            tally.succeeded()
    return tally.answer()


def list_member_delete(account: Account, params: Params) -> Any:
    """Remove a member without unsubscribing."""
    one = account.list_for(params.need("id"))
    member = account.member_for(one, params.need("email_address"))
    if member is None:
        raise MailigenError(NO_MEMBER)
    one.drop(key_of(member.email))
    return True


def suppress(account: Account, params: Params) -> Any:
    """`suppressedListSubscribe`: never mail this address again, from any list."""
    account.suppress(checked(params.need("email_address")))
    return True


def suppress_many(account: Account, params: Params) -> Any:
    """`suppressedListBatchSubscribe`."""
    return _each(account, params, lambda address: account.suppress(checked(address)))


def lift(account: Account, params: Params) -> Any:
    """`suppressedListUnsubscribe`: the address may be mailed again."""
    _lift(account, params.need("email_address"))
    return True


def lift_many(account: Account, params: Params) -> Any:
    """`suppressedListBatchUnsubscribe`."""
    return _each(account, params, lambda address: _lift(account, address))


def suppressed_members(account: Account, params: Params) -> Any:
    """`suppressedListMembers`: pages by number."""
    limit = min(max(params.number("limit", USUAL_MEMBERS), 1), MOST_MEMBERS)
    first = params.number("start", 0) * limit
    rows = list(account.suppressed.values())[first : first + limit]
    return [{"email": spelling, "timestamp": written(account, since)} for spelling, since in rows]


def _each(account: Account, params: Params, act: Any) -> dict[str, Any]:
    addresses = [str(row) for row in params.rows("emails")]
    check_size(account, len(addresses))
    tally = Tally(account)
    for address in addresses:
        try:
            act(address)
        except MailigenError as error:
            tally.failed(address, error)
        else:
            tally.succeeded()
    return tally.answer()


def _lift(account: Account, address: str) -> None:
    if account.suppressed.pop(key_of(address), None) is None:
        raise MailigenError(NO_MEMBER)


def _mails(account: Account, params: Params) -> dict[str, bool]:
    notify = params.truth("send_notify", default=account.reading("notify_default") == "on")
    return {"goodbye": params.truth("send_goodbye", default=True), "notify": notify}


def _leave(account: Account, one: MailingList, wanted: str, *, delete: bool, goodbye: bool, notify: bool) -> None:
    member = account.member_for(one, wanted)
    if member is None:
        if account.reading("unsubscribe_stranger") == "error_row":
            raise MailigenError(NOT_SUBSCRIBED)
        return
    was_on = member.status is Status.ACTIVE
    if member.status is Status.UNSUBSCRIBED and not delete and account.reading("unsubscribe_twice") == "error_row":
        raise MailigenError(NOT_SUBSCRIBED)
    if delete:
        one.drop(key_of(member.email))
    else:
        one.move(member, Status.UNSUBSCRIBED)
    account.mails["goodbye"] += goodbye and was_on
    account.mails["notify"] += notify and was_on
