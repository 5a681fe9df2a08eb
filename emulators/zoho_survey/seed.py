"""The account as it is found: two workspaces, a survey that people of the CRM answered, and others. Same seed, same account.

Respondents are people of the seeded CRM: their records' ids follow the rule by which the emulated CRM numbers its records, which a test holds.
"""

from __future__ import annotations

from collections.abc import Iterator

from emulators.people import Person, mixed, person
from emulators.world import World
from emulators.zoho_survey.account import EMAIL, FIRST_NAME, LAST_NAME, MODULE, RECORD_ID, Account
from emulators.zoho_survey.models import Answer, Portal, Question, Survey

SATISFACTION, FEEDBACK, DRAFT, ABROAD = "Customer satisfaction", "Event feedback & wishes", "Next year's plans", "Kundenumfrage"
CHANNELS = ("Newsletter", "Web site", "Trade fair", "Colleagues, friends")
COMMENTS = ("All fine.", "Faster delivery, please.", 'The "new" shop is good\nand the old one was, too.', "Prix & qualité: très bien", "", "")
DAY_S = 86400.0
# Where the emulated CRM's records begin, and how far its ids lie apart.
FIRST_IDS = {"Leads": 572_000_000_000_000_000 + 2 * 1_000_000_000_000 + 57, "Contacts": 572_000_000_000_000_000 + 3 * 1_000_000_000_000 + 57}
ID_STEP = 13
RESPONDENTS = {SATISFACTION: 24, FEEDBACK: 8}


def seeded(world: World) -> Account:
    """A fresh account."""
    account = Account(world)
    home = Portal(account.key(9), "Emulated Ltd", {account.key(7): "Marketing", account.key(7): "Support & Care"})
    old = Portal(account.key(9), "Old workspace", {account.key(7): "General"})
    account.portals = {home.key: home, old.key: old}
    marketing, support = home.departments
    satisfaction = account.add_survey(SATISFACTION, home.key, marketing, _satisfaction())
    feedback = account.add_survey(FEEDBACK, home.key, marketing, _feedback())
    account.add_survey(DRAFT, home.key, support, [Question("q1", "What do you plan?")], published=False)
    account.add_survey(ABROAD, old.key, next(iter(old.departments)), [Question("q1", "Wie zufrieden sind Sie?", "rating")])
    for place, survey in enumerate((satisfaction, feedback)):
        for number, (module, record_id, one) in enumerate(_respondents(world, RESPONDENTS[survey.name], place)):
            _answer(account, survey, number, module, record_id, one)
    return account


def _satisfaction() -> list[Question]:
    return [
        Question("q1", "How satisfied are you with us?", "single", ("Very", "Rather", "Hardly", "Not at all")),
        Question("q2", "How likely is it that you recommend us (0 – 10)?", "rating"),
        Question("q3", "Where did you hear of us?", "multiple", CHANNELS),
        Question("q4", "How do you rate", "matrix", ("Good", "Fair", "Poor"), ("Price", "Service & support")),
        Question("q5", "What should we do better?"),
    ]


def _feedback() -> list[Question]:
    return [
        Question("q1", "Did you like the event?", "single", ("Yes", "No")),
        Question("q2", 'Anything else, e.g. "food" or <location>?'),
        Question("q3", "May we call you?", "single", ("Yes", "No")),
    ]


def _respondents(world: World, count: int, place: int) -> Iterator[tuple[str, str, Person]]:
    """Module, record id and person; every third one is a contact."""
    sizes = {"Leads": world.people * 60 // 100, "Contacts": world.people * 30 // 100}
    first = {"Leads": 0, "Contacts": sizes["Leads"]}
    for number in range(count):
        module = "Contacts" if number % 3 == 2 else "Leads"
        row = number * 2 + place
        if row < sizes[module]:
            yield module, str(FIRST_IDS[module] + row * ID_STEP), person(world.seed, first[module] + row)


def _answer(account: Account, survey: Survey, number: int, module: str, record_id: str, one: Person) -> None:
    """One response of the last months; every eighth is partial."""
    bits = mixed(account.world.seed, number, len(survey.name))
    known = {EMAIL: one.email or "", FIRST_NAME: one.first_name, LAST_NAME: one.last_name, RECORD_ID: record_id, MODULE: module}
    given = {question.key: answer for question in survey.questions if (answer := _given(question, bits))}
    made = account.respond(survey, next(iter(survey.collectors)), given, known, took_s=0.0)
    made.started_at = float(int(account.now() - (90 - number % 80) * DAY_S - bits % 40_000))
    made.ended_at = None if number % 8 == 7 else made.started_at + 40 + bits % 600


def _given(question: Question, bits: int) -> Answer:
    bits >>= int(question.key[1:]) * 5
    if question.kind == "single":
        return question.options[bits % len(question.options)]
    if question.kind == "multiple":
        return [option for place, option in enumerate(question.options) if bits >> place & 1]
    if question.kind == "matrix":
        return {row: question.options[(bits >> place) % len(question.options)] for place, row in enumerate(question.rows)}
    return str(bits % 11) if question.kind == "rating" else COMMENTS[bits % len(COMMENTS)]
