"""The account as it is found: three lists with a history. Same seed, same account."""

from __future__ import annotations

from emulators.mailigen.account import Account, checked
from emulators.mailigen.errors import MailigenError
from emulators.mailigen.models import MergeField, Status
from emulators.people import Person, person
from emulators.world import World

NEWSLETTER, PRODUCT_NEWS, WEB_SIGN_UP = "Newsletter", "Product news", "Web sign-up"
CUSTOM_FIELDS = (("COMPANY", "Company", "text"), ("CITY", "City", "text"), ("LANGUAGE", "Language", "text"), ("SCORE", "Score", "number"))

# Where the people of the seeded lists stand in the seed's people: far from those of the CRM, but for a few whom both know.
FOREIGN_FROM = 20_000_000
SHARED_WITH_CRM = 12
AGE_S = 400 * 86400.0  # the seeded lists are that old
HISTORY = {3: Status.UNSUBSCRIBED, 5: Status.BOUNCED, 8: Status.UNSUBSCRIBED}
MEMBERS = {NEWSLETTER: 40, PRODUCT_NEWS: 3, WEB_SIGN_UP: 15}


def seeded(world: World) -> Account:
    """A fresh account."""
    account = Account(world)
    for place, name in enumerate(MEMBERS):
        _fill(account, name, place)
    return account


def _fill(account: Account, name: str, place: int) -> None:
    """One list. On the newsletter, every fourth member or so has left or bounced, and some are known to the CRM as well."""
    made = account.create_list(name)
    made.created_at = account.now() - AGE_S
    for tag, label, kind in CUSTOM_FIELDS:
        made.fields[tag] = MergeField(tag, label, kind)
    first = FOREIGN_FROM + place * 1000
    indices = [*range(first, first + MEMBERS[name]), *(range(SHARED_WITH_CRM) if name == NEWSLETTER else ())]
    for number, index in enumerate(indices):
        one = person(account.world.seed, index)
        if one.email is None or not _is_taken(one.email):
            continue
        status = HISTORY.get(number % 13, Status.ACTIVE) if name == NEWSLETTER else Status.ACTIVE
        member = account.join(made, one.email, status)
        member.added_at = made.created_at + number * 3600.0
        member.merges.update(_values(one))


def _is_taken(address: str) -> bool:
    try:
        checked(address)
    except MailigenError:
        return False
    return True


def _values(one: Person) -> dict[str, str]:
    known = {"FNAME": one.first_name, "LNAME": one.last_name, "COMPANY": one.company, "CITY": one.city, "LANGUAGE": one.language}
    return {tag: value for tag, value in known.items() if value}
