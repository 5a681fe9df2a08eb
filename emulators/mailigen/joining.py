"""`listSubscribe`, `listBatchSubscribe`, `listUpdateMember` (docs/systems/mailigen.md#subscribe, #batches)."""

from __future__ import annotations

from typing import Any

from emulators.mailigen.account import Account, checked, key_of
from emulators.mailigen.errors import (
    ALREADY_SUBSCRIBED,
    NO_MEMBER,
    SUPPRESSED,
    TOO_MANY,
    MailigenError,
)
from emulators.mailigen.merges import accepted, store
from emulators.mailigen.models import MailingList, Member, Status
from emulators.mailigen.php_form import Params
from emulators.mailigen.wire import coded


def list_subscribe(account: Account, params: Params) -> Any:
    """One member. The defaults mail: double opt-in is on unless it is switched off."""
    one = account.list_for(params.need("id"))
    row = {"EMAIL": params.need("email_address"), **params.struct("merge_vars")}
    optin, update = params.truth("double_optin", default=True), params.truth("update_existing", default=False)
    _join(account, one, row, double_optin=optin, update_existing=update)
    if params.truth("send_welcome", default=False) and not optin:
        account.mails["welcome"] += 1
    return True


def list_batch_subscribe(account: Account, params: Params) -> Any:
    """Many members; each row that fails is told in `errors`, the others take effect."""
    one = account.list_for(params.need("id"))
    optin, update = params.truth("double_optin", default=True), params.truth("update_existing", default=False)
    rows = [row for row in params.rows("batch") if isinstance(row, dict)]
    check_size(account, len(rows))
    if account.reading("plan_limit") == "error_object":
        _check_room(account, one, rows)
    seen: set[str] = set()
    tally = Tally(account)
    for row in rows:
        address = str(row.get("EMAIL", ""))
        again = key_of(address) in seen
        seen.add(key_of(address))
        if again and account.reading("duplicate_rows") == "first_wins":
            tally.succeeded()
            continue
        try:
            # Inside one batch "already subscribed" does not fire, whatever update_existing says.
            _join(account, one, row, double_optin=optin, update_existing=update or again)
        except MailigenError as error:
            tally.failed(address, error)
        else:
            tally.succeeded()
    return tally.answer()


def list_update_member(account: Account, params: Params) -> Any:
    """Change a member's values, by address or id."""
    one = account.list_for(params.need("id"))
    member = account.member_for(one, params.need("email_address"))
    if member is None:
        raise MailigenError(NO_MEMBER)
    values = accepted(account, one, params.struct("merge_vars"))
    new = values.get("EMAIL", "")
    if new and key_of(new) != key_of(member.email):
        if key_of(new) in one.members:
            raise MailigenError(ALREADY_SUBSCRIBED)
        one.drop(key_of(member.email))
        member.email = checked(new)
        one.put(key_of(new), member)
    store(account, member, values)
    return True


def check_size(account: Account, count: int) -> None:
    """Raises TOO_MANY where a batch is larger than the reading allows."""
    reading = account.reading("batch_limit")
    if reading != "none" and count > int(reading.rpartition("_")[2]):
        raise MailigenError(TOO_MANY)


class Tally:
    """The result object of a batch: counts of rows, not of members."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._succeeded = 0
        self._errors: list[dict[str, Any]] = []

    def succeeded(self) -> None:
        """One row took effect, or so the vendor says."""
        self._succeeded += 1

    def failed(self, address: str, error: MailigenError) -> None:
        """One row did not."""
        named = address.lower() if self._account.reading("error_email") == "lower_case" else address
        self._errors.append({"code": coded(self._account, error.code), "message": error.message, "email": named})

    def answer(self) -> dict[str, Any]:
        """As the vendor writes it."""
        return {"success_count": self._succeeded, "error_count": len(self._errors), "errors": self._errors}


def _check_room(account: Account, one: MailingList, rows: list[dict[str, Any]]) -> None:
    """The whole batch is refused where it holds somebody for whom the plan has no room."""
    for row in rows:
        if key_of(str(row.get("EMAIL", ""))) not in one.members:
            account.check_limit(str(row.get("EMAIL", "")))


def _join(account: Account, one: MailingList, row: dict[str, Any], *, double_optin: bool, update_existing: bool) -> None:
    values = {name: value for name, value in row.items() if isinstance(value, str) and name not in ("EMAIL", "EMAIL_TYPE")}
    address = checked(str(row.get("EMAIL", "")))
    values = accepted(account, one, values)
    if key_of(address) in account.suppressed and _refuses_suppressed(account):
        return
    member = one.members.get(key_of(address))
    if member is not None and member.status is Status.ACTIVE:
        _update(account, member, values, double_optin=double_optin, update_existing=update_existing)
        return
    if member is not None and not _may_come_back(account, member, update_existing=update_existing, double_optin=double_optin):
        store(account, member, values)
        return
    if double_optin:
        member = member or account.join(one, address, Status.PENDING)
        one.move(member, Status.PENDING)
        _confirm_by_mail(account, member, values)
        return
    store(account, account.join(one, address), values)


def _update(account: Account, member: Member, values: dict[str, str], *, double_optin: bool, update_existing: bool) -> None:
    if not update_existing:
        raise MailigenError(ALREADY_SUBSCRIBED)
    reading = account.reading("update_with_optin") if double_optin else "updates"
    if reading == "mails":
        _confirm_by_mail(account, member, values)
    elif reading == "updates":
        store(account, member, values)


def _may_come_back(account: Account, member: Member, *, update_existing: bool, double_optin: bool) -> bool:
    """Whether a member who is not active becomes so by this call. Raises under the reading that refuses it."""
    if member.status is Status.UNSUBSCRIBED:
        if not update_existing or account.reading("resubscribe") == "error_row":
            raise MailigenError(ALREADY_SUBSCRIBED)
        return account.reading("resubscribe") == "reactivates"
    if member.status is Status.BOUNCED:
        return account.reading("bounced_resubscribed") == "reactivates"
    return double_optin or account.reading("inactive_resubscribed") == "activates"


def _confirm_by_mail(account: Account, member: Member, values: dict[str, str]) -> None:
    account.mails["confirmation"] += 1
    member.waiting = {**(member.waiting or {}), **values}


def _refuses_suppressed(account: Account) -> bool:
    """Whether the call passes over a suppressed address. Raises under the reading that says so."""
    reading = account.reading("suppressed_subscribe")
    if reading == "error_row":
        raise MailigenError(SUPPRESSED)
    return reading == "ok_without_adding"
