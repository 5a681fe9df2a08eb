"""The people behind both vendors."""

import re
import time

from emulators.people import Person, person

PEOPLE = [person(1, index) for index in range(20_000)]
ADDRESSES = [one.email for one in PEOPLE if one.email]


def test_a_person_depends_on_seed_and_index_only():
    assert person(1, 12_345) == PEOPLE[12_345]
    assert sum(person(2, index) == PEOPLE[index] for index in range(1000)) == 0


def test_every_address_is_of_a_domain_reserved_for_examples():
    assert all(re.fullmatch(r"[^@\s]+@([a-z0-9-]+\.)*example\.(com|org)", one.lower()) for one in ADDRESSES)


def test_each_kind_of_trouble_is_there_in_a_sensible_share():
    shares = {
        "no address": sum(one.email is None for one in PEOPLE),
        "plus": sum("+" in one for one in ADDRESSES),
        "capitals": sum(one != one.lower() for one in ADDRESSES),
        "duplicate": len(ADDRESSES) - len({one.lower() for one in ADDRESSES}),
        "opted out": sum(one.opted_out for one in PEOPLE),
        "no first name": sum(not one.first_name for one in PEOPLE),
        "no company": sum(not one.company for one in PEOPLE),
        "not Latin": sum(not re.match(r"[A-Za-zÀ-ỹ]", one.last_name) for one in PEOPLE),
    }
    assert all(0.01 < count / len(PEOPLE) < 0.7 for count in shares.values()), shares
    assert any(one.startswith(("info@", "sales@", "office@")) for one in ADDRESSES)


def test_scripts_and_countries_are_several():
    assert len({one.country for one in PEOPLE}) >= 10
    assert {"jp", "ar", "el", "hi"} & {one.language for one in PEOPLE} or {"ja", "ar", "el", "hi"} <= {one.language for one in PEOPLE}


def test_a_hundred_thousand_people_take_seconds_at_most():
    started = time.process_time()
    for index in range(20_000):
        assert isinstance(person(3, index), Person)
    assert time.process_time() - started < 1.0
