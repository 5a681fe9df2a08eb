"""The account as it is found: three lists with a history, topics, custom fields, campaigns. Same seed, same account."""

from __future__ import annotations

from emulators.people import Person, person
from emulators.world import World
from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.addresses import is_taken
from emulators.zoho_campaigns.fields import create
from emulators.zoho_campaigns.models import Status
from emulators.zoho_campaigns.seed_campaigns import NEWSLETTER, PRODUCT_NEWS, WEB_SIGN_UP, add_campaigns
from emulators.zoho_campaigns.topics import add

STANDARD_FIELDS = (
    ("Contact Email", "Email", 100), ("First Name", "Text", 100), ("Last Name", "Text", 100), ("Phone", "Phone", 50), ("Mobile", "Phone", 50),
    ("Company Name", "Text", 200), ("Job Title", "Text", 100), ("Address", "textarea", 250), ("City", "Text", 100), ("State", "Text", 100),
    ("Country", "Text", 100), ("Zip Code", "Text", 30), ("Website", "URL", 250), ("Note", "textarea", 2000),
)  # fmt: skip
CUSTOM_FIELDS = (
    ("Language", "Text", 20), ("Birthday", "Date", 30), ("Interests", "Multiselect", 250), ("Score", "Integer", 10), ("VIP", "Checkbox", 5),
)  # fmt: skip
TOPICS = (("Company news", "What happens here"), ("Offers", "What is cheaper this month"))

# Where the people of the seeded lists stand in the seed's people: far from those of the CRM, but for a few whom both know.
FOREIGN_FROM = 10_000_000
SHARED_WITH_CRM = 12
AGE_S = 400 * 86400.0  # the seeded lists are that old
HISTORY = {3: Status.UNSUBSCRIBED, 5: Status.BOUNCED, 8: Status.UNSUBSCRIBED}
MEMBERS = {NEWSLETTER: 40, PRODUCT_NEWS: 3, WEB_SIGN_UP: 15}


def seeded(world: World) -> Account:
    """A fresh account."""
    account = Account(world)
    for name, kind, length in STANDARD_FIELDS:
        create(account, name, kind, length, custom=False, mandatory=name == "Contact Email")
    for name, kind, length in CUSTOM_FIELDS:
        create(account, name, kind, length)
    for name, description in TOPICS:
        add(account, name, description)
    for place, name in enumerate(MEMBERS):
        _fill(account, name, place)
    add_campaigns(account)
    return account


def _fill(account: Account, name: str, place: int) -> None:
    """One list. On the newsletter, every tenth member or so has left or bounced, and some are known to the CRM as well."""
    made = account.create_list(name, has_form=name == WEB_SIGN_UP, description=f"{name}, seeded")
    made.created_at = made.updated_at = account.now() - AGE_S
    first = FOREIGN_FROM + place * 1000
    indices = [*range(first, first + MEMBERS[name]), *(range(SHARED_WITH_CRM) if name == NEWSLETTER else ())]
    for number, index in enumerate(indices):
        one = person(account.world.seed, index)
        if one.email is None or not is_taken(one.email):
            continue
        status = HISTORY.get(number % 13, Status.ACTIVE) if name == NEWSLETTER else Status.ACTIVE
        member = account.join(made, account.contact_for(one.email), status)
        member.added_at = made.created_at + number * 3600.0
        account.store(member, _fields(one))


def _fields(one: Person) -> dict[str, str]:
    known = {"First Name": one.first_name, "Last Name": one.last_name, "Company Name": one.company, "City": one.city, "Language": one.language}
    return {name: value for name, value in known.items() if value}
