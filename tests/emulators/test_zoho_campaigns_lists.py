"""Lists, reading them, fields, topics and tags."""

import pytest

from tests.emulators.zoho_campaigns_api import api, form_list, fresh

__all__ = ["api", "form_list", "fresh"]

ANN = "ann@example.com"


def test_the_seed_has_a_newsletter_with_a_history_a_small_list_and_one_with_a_form(api):
    lists = {row["listname"]: row for row in api.get("getmailinglists")["list_of_details"]}
    assert set(lists) == {"Newsletter", "Product news", "Web sign-up"}
    assert all(int(lists["Newsletter"][name]) > 2 for name in ("noofcontacts", "noofunsubcnt", "noofbouncecnt"))
    assert {name: row["is_public"] for name, row in lists.items()} == {"Newsletter": "false", "Product news": "false", "Web sign-up": "true"}
    assert all(isinstance(value, str) for value in lists["Newsletter"].values() if value != {})


def test_lists_come_in_pages_and_sorted(api):
    pages = [api.get("getmailinglists", fromindex=index, range=1)["list_of_details"][0]["listname"] for index in (1, 2, 3)]
    backwards = [row["listname"] for row in api.get("getmailinglists", sort="desc")["list_of_details"]]
    assert pages == backwards[::-1]


@pytest.mark.parametrize(("reading", "code"), [("code_2401", "2401"), ("empty", "0")])
def test_past_the_end_of_the_lists(api, reading, code):
    api.emulator.switch(zoho_campaigns_lists_past_end=reading)
    assert api.get("getmailinglists", fromindex=99)["code"] == code


def test_an_account_without_lists(api):
    for key in api.list_keys().values():
        api.emulator.edit("zoho_campaigns", op="delete_list", list=key)
    assert api.get("getmailinglists")["code"] == "2401"


@pytest.mark.parametrize(("reading", "told"), [("given", True), ("missing", False)])
def test_creating_a_list_with_its_first_contacts(api, reading, told):
    api.emulator.switch(zoho_campaigns_new_list_key=reading)
    answer = api.post("addlistandcontacts", listname="Fans", signupform="private", mode="newlist", emailids=f"{ANN},bob@example.com")
    assert (answer["code"], "listkey" in answer) == ("0", told)
    assert api.subscribers(api.list_keys()["Fans"]) == [ANN, "bob@example.com"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"listname": "newsletter"}, "2205"),
        ({"emailids": ""}, "903"),
        ({"listname": ""}, "903"),
        ({"mode": "oldlist"}, "1001"),
        ({"signupform": "secret"}, "1001"),
        ({"emailids": "nonsense"}, "2004"),
        ({"emailids": ",".join(f"p{n}@example.com" for n in range(11))}, "1001"),
    ],
)
def test_a_list_that_cannot_be_created(api, change, code):
    wanted = {"listname": "Fans", "signupform": "private", "mode": "newlist", "emailids": ANN} | change
    assert api.post("addlistandcontacts", **wanted)["code"] == code
    assert "Fans" not in api.list_keys()


def test_a_list_cannot_be_created_at_the_contact_limit(api):
    api.emulator.edit("zoho_campaigns", op="set_contact_limit", n=1)
    assert api.post("addlistandcontacts", listname="Fans", signupform="private", mode="newlist", emailids=ANN)["code"] == "2302"


def test_renaming_a_list_and_giving_it_a_form(api, fresh):
    assert api.post("updatelistdetails", listkey=fresh, newlistname="Renamed", signupform="public")["message"] == "List updated successfully."
    assert api.list_keys()["Renamed"] == fresh
    assert api.subscribe(fresh, ANN)["message"].startswith("A confirmation email")
    assert api.post("updatelistdetails", listkey="x", newlistname="y", signupform="public")["code"] == "2102"
    assert api.post("updatelistdetails", listkey=fresh, signupform="public")["code"] == "903"


@pytest.mark.parametrize(
    ("sent", "reading", "erased"),
    [({"deletecontacts": "on"}, "off", True), ({"deletecontacts": "off"}, "on", False), ({}, "on", True), ({}, "off", False)],
)
def test_deleting_a_list_may_erase_its_people_everywhere(api, fresh, sent, reading, erased):
    api.emulator.switch(zoho_campaigns_delete_contacts_default=reading)
    other = api.new_list("Other")
    api.attach(fresh, ANN)
    api.attach(other, ANN)
    assert api.get("deletemailinglist", listkey=fresh, **sent)["code"] == "0"
    assert fresh not in api.list_keys().values()
    assert api.subscribers(other) == ([] if erased else [ANN])


def test_what_methods_say_about_a_deleted_list(api, fresh):
    api.get("deletemailinglist", listkey=fresh, deletecontacts="off")
    assert api.get("deletemailinglist", listkey=fresh)["code"] == "2206"
    assert api.get("getlistsubscribers", listkey=fresh)["code"] == "2203"
    assert api.get("listsubscriberscount", listkey=fresh)["code"] == "2707"
    assert api.get("getlistadvanceddetails", listkey=fresh)["code"] == "2206"
    assert api.post("updatelistdetails", listkey=fresh, newlistname="x", signupform="private")["code"] == "2206"


def test_the_details_of_a_list(api, fresh):
    api.attach(fresh, ANN, "bob@example.com")
    api.unsubscribe(fresh, ANN)
    key = api.emulator.edit("zoho_campaigns", op="send", list=fresh)["campaign"]
    answer = api.get("getlistadvanceddetails", listkey=fresh)
    assert answer["list_details"] == {"ispublic": "false", "noofcontacts": "1", "listname": "Fresh"}
    stats = answer["list_dashboard_data"]["contact_stats"]
    assert (stats["no_of_active"], stats["no_of_unsub"], stats["sent_count"]) == ("1", "1", "1")
    assert [one["campaign_key"] for one in answer["list_campaigns"]] == [key]
    assert api.get("getlistadvanceddetails", listkey=fresh, filtertype="scheduledcampaigns")["list_campaigns"] == []
    assert api.get("getlistadvanceddetails", listkey="x")["code"] == "2202"


def fill(api, key, count):
    for first in range(0, count, 10):
        api.attach(key, *(f"p{number:04}@example.com" for number in range(first, min(first + 10, count))))


def test_twenty_rows_unless_a_range_is_sent_and_code_2502_past_the_end(api, fresh):
    fill(api, fresh, 45)
    assert len(api.get("getlistsubscribers", listkey=fresh)["list_of_details"]) == 20
    assert len(api.get("getlistsubscribers", listkey=fresh, fromindex=41)["list_of_details"]) == 5
    past = api.get("getlistsubscribers", listkey=fresh, fromindex=46)
    assert (past["code"], past["message"]) == ("2502", "Yet,There are no contacts in this list.")


@pytest.mark.parametrize(("reading", "code"), [("capped", "0"), ("refused", "1001")])
def test_at_most_650_rows(api, fresh, reading, code):
    api.emulator.switch(zoho_campaigns_range_over_maximum=reading)
    fill(api, fresh, 660)
    assert len(api.get("getlistsubscribers", listkey=fresh, range=650)["list_of_details"]) == 650
    answer = api.get("getlistsubscribers", listkey=fresh, range=1000)
    assert answer["code"] == code
    assert len(answer.get("list_of_details", [])) == (650 if code == "0" else 0)


def test_later_rows_move_up_when_an_earlier_one_leaves(api, fresh):
    fill(api, fresh, 6)
    first = api.get("getlistsubscribers", listkey=fresh, range=3)["list_of_details"]
    api.unsubscribe(fresh, first[0]["contact_email"])
    second = [row["contact_email"] for row in api.get("getlistsubscribers", listkey=fresh, range=3, fromindex=4)["list_of_details"]]
    assert second == ["p0004@example.com", "p0005@example.com"]


def test_each_status_has_its_read_and_its_count(api, fresh):
    for name in ("stays", "leaves", "bounces", "complains"):
        api.attach(fresh, f"{name}@example.com")
    api.unsubscribe(fresh, "leaves@example.com")
    api.emulator.edit("zoho_campaigns", op="bounce", list=fresh, email="bounces@example.com")
    api.emulator.edit("zoho_campaigns", op="complain", list=fresh, email="complains@example.com")
    reads = {status: api.subscribers(fresh, status) for status in ("active", "unsub", "bounce", "spam")}
    assert reads == {
        "active": ["stays@example.com"],
        "unsub": ["leaves@example.com"],
        "bounce": ["bounces@example.com"],
        "spam": ["complains@example.com"],
    }
    counts = [api.get("listsubscriberscount", listkey=fresh, status=status)["no_of_contacts"] for status in reads]
    assert counts == [1, 1, 1, 1]
    assert api.get("getlistsubscribers", listkey=fresh, status="sleepy")["code"] == "1001"
    assert api.get("listsubscriberscount", listkey=fresh, status="sleepy")["code"] == "1001"
    assert api.get("listsubscriberscount", listkey="x")["code"] == "2202"


def test_recent_members_by_the_vendors_clock(api, fresh):
    api.attach(fresh, "old@example.com")
    api.advance(3 * 86_400)
    api.attach(fresh, "new@example.com")
    assert api.subscribers(fresh, "recent") == ["old@example.com", "new@example.com"]
    assert api.subscribers(fresh, "mostrecent") == ["new@example.com"]


@pytest.mark.parametrize("reading", ["epoch_ms", "date_text"])
def test_the_row_of_a_subscriber(api, fresh, reading):
    api.emulator.switch(zoho_campaigns_added_time=reading)
    api.subscribe(fresh, ANN, {"First Name": "Ann", "Last Name": "Lee", "Company Name": "Oak", "Phone": "1", "City": "Bath"})
    row = api.get("getlistsubscribers", listkey=fresh)["list_of_details"][0]
    added, zuid = row.pop("added_time"), row.pop("zuid")
    assert row == {"contact_email": ANN, "firstname": "Ann", "lastname": "Lee", "companyname": "Oak", "phone": "1"}
    assert zuid.isdigit()
    assert added.isdigit() == (reading == "epoch_ms")


def fields(api):
    return {row["DISPLAY_NAME"]: row for row in api.get("contact/allfields")["response"]["fieldnames"]["fieldname"]}


@pytest.mark.parametrize(("reading", "told"), [("given", True), ("absent", False)])
def test_the_fields_of_the_account(api, reading, told):
    api.emulator.switch(zoho_campaigns_field_details=reading)
    found = fields(api)
    assert {"Contact Email", "First Name", "Last Name", "Company Name", "Birthday"} <= found.keys()
    assert found["Contact Email"]["IS_MANDATORY"] == "true"
    assert {"DISPLAY_NAME", "FIELD_NAME", "FIELD_ID", "IS_MANDATORY"} <= found["Birthday"].keys()
    assert ("MAX_LENGTH" in found["Birthday"]) == told


def test_a_custom_field_is_created_once_and_used(api, fresh):
    answer = api.post("custom/add", fieldname="Shoe size", fieldtype="Integer")["response"]
    assert (answer["code"], answer["mandatory_check"]) == ("0", "false")
    assert fields(api)["Shoe size"]["MAX_LENGTH"] == "20"
    assert api.post("custom/add", fieldname="shoe size", fieldtype="Text")["response"]["code"] == "916"
    api.subscribe(fresh, ANN, {"Shoe size": "43"})
    assert api.fields(fresh, ANN) == {"Shoe size": "43"}


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"fieldname": "A", "fieldtype": "Colour"}, "910"),
        ({"fieldname": "A/B", "fieldtype": "Text"}, "1001"),
        ({"fieldname": "", "fieldtype": "Text"}, "903"),
        ({"fieldname": "A", "fieldtype": "Text", "type": ""}, None),
    ],
)
def test_a_custom_field_that_cannot_be_created(api, form, code):
    answer = api.raw("POST", "custom/add", data={"type": "json"} | form)
    if code is None:
        assert "<code>903</code>" in answer.text
    else:
        assert answer.json()["response"]["code"] == code


def test_topics_are_listed_from_zero_and_created(api):
    assert [one["topicName"] for one in api.get("topics", details="{from_index:1,range:5}")["topicDetails"]] == ["Offers"]
    made = api.post("topics", details='{"topic_name":"Events","topic_desc":"Where to meet"}')
    assert made["code"] == "200"
    assert {one["topicId"]: one["topicName"] for one in api.get("topics")["topicDetails"]}[made["topic_id"]] == "Events"


@pytest.mark.parametrize(
    ("name", "description", "code"),
    [("", "x", "4017"), ("x", "", "4018"), ("<x>", "x", "4011"), ("x", "{x}", "4012"), ("offers", "x", "4013")],
)
def test_a_topic_that_cannot_be_created(api, name, description, code):
    import json

    assert api.post("topics", details=json.dumps({"topic_name": name, "topic_desc": description}))["code"] == code


def test_details_that_are_no_object(api):
    assert api.get("topics", details="[1]")["code"] == "1001"


def test_tags_from_creation_to_deletion(api, fresh):
    assert api.get("tag/getalltags")["code"] == "992"
    made = api.get("tag/add", tagName="vip", tagDesc="dear")
    assert (made["uri"], made["message"]) == ("/api/v1.1/tag/associate", "Tag associated successfully.")
    assert api.get("tag/add", tagName="vip")["code"] == "9000"
    api.attach(fresh, ANN)
    assert api.get("tag/associate", tagName="vip", lead_email=ANN)["code"] == "0"
    row = next(iter(api.get("tag/getalltags")["tags"][0].values()))
    assert (row["tag_name"], row["tag_color"], row["tagged_contact_count"]) == ("vip", "#ec676c", "1")
    assert api.get("tag/deassociate", tagName="vip", lead_email=ANN)["code"] == "0"
    assert api.get("tag/associate", tagName="vip", lead_email="nobody@example.com")["code"] == "993"
    assert api.get("tag/associate", tagName="none", lead_email=ANN)["code"] == "9001"
    assert api.get("tag/delete", tagName="vip")["code"] == "0"
    assert api.get("tag/getalltags")["code"] == "992"
