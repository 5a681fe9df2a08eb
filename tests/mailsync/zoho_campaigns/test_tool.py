"""Zoho Campaigns over HTTP against the emulated vendor: what each call does, and every odd answer."""

import threading
import time

import pytest
from requests.adapters import HTTPAdapter

from mailsync.errors import AuthError, ConfigError, RateLimited, VendorUnavailable
from mailsync.membership.tool import Fate, ListedStatus, Outcome, Person

from .conftest import Vendor

HOSTILE = {
    "First Name": "O'\"Brien, +1 %41 & <b>{x:y}",
    "Last Name": "日本 😀 Žluťoučký\nsecond line \\u0041",
    "Company Name": "=1+1",
}
DECODINGS = [{}, {"zoho_campaigns_double_decode": "yes"}, {"zoho_campaigns_code_type": "number"}]


def subscribe(vendor, list_key, address, payload):
    [outcome] = vendor.tool.subscribe(list_key, [Person(address, payload)])
    return outcome


LOCK_ANSWERS = ["http_429_json", "http_200_text_code", "http_200_number_code", "http_400_json", "http_429_html", "http_200_html"]


@pytest.mark.parametrize("readings", DECODINGS)
def test_hostile_values_and_plus_addresses_arrive_intact_under_every_reading(vendor, readings):
    vendor.emulator.switch(**readings)
    assert subscribe(vendor, vendor.lists["Newsletter"], "ann+news@example.com", HOSTILE) == Outcome(Fate.DONE)
    assert vendor.members()["ann+news@example.com"]["fields"] == HOSTILE


@pytest.mark.parametrize("readings", DECODINGS)
def test_the_ten_address_call_attaches_plus_addresses_too_under_every_reading(vendor, readings):
    vendor.emulator.switch(**readings)
    addresses = ["a@example.com", "b+c@example.com", "d@example.com", "no-address"]
    outcomes = vendor.tool.attach(vendor.lists["Newsletter"], addresses)
    assert [one.fate for one in outcomes] == [Fate.DONE, Fate.DONE, Fate.DONE, Fate.REJECTED]
    assert {"a@example.com", "b+c@example.com", "d@example.com"} <= set(vendor.members())


def test_leaving_a_list_and_the_registry(vendor):
    key = vendor.lists["Newsletter"]
    vendor.tool.attach(key, ["a@example.com", "b+c@example.com"])
    assert vendor.tool.take_off(key, ["b+c@example.com"], delete=False)[0] == Outcome(Fate.DONE)
    assert vendor.tool.take_off(key, ["stranger@example.com"], delete=False)[0] == Outcome(Fate.DONE)
    assert vendor.tool.suppress("", ["a@example.com"])[0] == Outcome(Fate.DONE)
    assert vendor.members()["b+c@example.com"]["status"] == "unsubscribed"
    assert "a@example.com" in vendor.state()["suppressed"]


def test_a_form_list_answers_with_a_confirmation_mail(vendor):
    assert subscribe(vendor, vendor.lists["Web sign-up"], "new@example.com", {}).fate is Fate.PENDING
    assert vendor.state()["mails_caused"] == 1


def test_a_bad_and_a_role_address_are_refused_with_our_reasons_and_no_address_in_the_message(vendor):
    bad = subscribe(vendor, vendor.lists["Newsletter"], "nonsense", {})
    role = subscribe(vendor, vendor.lists["Newsletter"], "info@example.com", {})
    assert [(one.fate, one.reason, one.code) for one in (bad, role)] == [
        (Fate.REJECTED, "invalid_address", "2004"),
        (Fate.REJECTED, "role_address", "2005"),
    ]
    assert "@" not in bad.message + role.message


def test_a_list_is_read_completely_in_pages_whatever_the_largest_page(vendor):
    key = vendor.lists["Newsletter"]
    vendor.emulator.edit("zoho_campaigns", op="add", list=key, email="zoe@example.com")
    for status, word in [(ListedStatus.ACTIVE, "active"), (ListedStatus.UNSUBSCRIBED, "unsubscribed"), (ListedStatus.BOUNCED, "bounced")]:
        count = vendor.tool.count(key, status)
        seen, first = [], 0
        while page := vendor.tool.page(key, status, first, 7):
            seen += [one.address for one in page]
            first += len(page)
        expected = {address for address, member in vendor.members().items() if member["status"] == word}
        assert len(seen) == count == len(expected)
        assert {one.casefold() for one in seen} == {one.casefold() for one in expected}


def test_opt_outs_and_complaints_of_campaigns_are_read(vendor):
    key = vendor.lists["Newsletter"]
    active = [address for address, member in vendor.members().items() if member["status"] == "active"]
    campaign = vendor.emulator.edit("zoho_campaigns", op="send", list=key)["campaign"]
    vendor.emulator.edit("zoho_campaigns", op="unsubscribe", list=key, email=active[0], campaign=campaign)
    vendor.emulator.edit("zoho_campaigns", op="complain", list=key, email=active[1], campaign=campaign)
    found = {(one.address.casefold(), one.kind) for one in vendor.tool.leavings(None)}
    times = {one.kind: one.at for one in vendor.tool.leavings(None) if one.campaign == campaign}
    assert times["unsubscribed"] == pytest.approx(time.time(), abs=120)
    assert times["complaint"] is None
    assert {(active[0].casefold(), "unsubscribed"), (active[1].casefold(), "complaint")} <= found
    assert all(one.list_keys == (key,) for one in vendor.tool.leavings(None) if one.campaign == campaign)
    assert not list(vendor.tool.leavings(time.time() + 3600))


@pytest.mark.parametrize("answer", LOCK_ANSWERS)
def test_a_locked_write_ends_as_a_lock_whatever_the_vendor_answers_and_nobody_is_written(vendor, answer):
    vendor.emulator.switch(zoho_campaigns_lock_answer=answer)
    vendor.emulator.faults(system="zoho_campaigns", path="listsubscribe", kind="lock")
    key, told = vendor.lists["Newsletter"], None
    for number in range(4):
        try:
            outcome = subscribe(vendor, key, f"p{number}@example.com", {})
        except RateLimited as error:
            told = error
            break
        assert outcome.fate is Fate.LOST
    assert told.retry_after == pytest.approx(1800, abs=5)
    assert "listsubscribe" in str(told)
    assert len(vendor.made("listsubscribe")) <= 2
    assert not any(address.startswith("p") and address.endswith("@example.com") and address[1].isdigit() for address in vendor.members())


@pytest.mark.parametrize("answer", LOCK_ANSWERS)
def test_a_locked_read_is_waited_out_and_said(vendor, answer):
    vendor.emulator.switch(zoho_campaigns_lock_answer=answer)
    vendor.emulator.faults(system="zoho_campaigns", path="listsubscriberscount", kind="lock")
    assert vendor.tool.count(vendor.lists["Newsletter"], ListedStatus.ACTIVE) > 0
    assert 1800 in vendor.clock.waited
    assert "locked" in vendor.waits[-1][0]


@pytest.mark.parametrize("kind", ["status", "html", "truncate", "reset"])
@pytest.mark.parametrize("processed", [False, True])
def test_a_write_without_a_usable_answer_is_lost_and_never_repeated_by_itself(vendor, kind, processed):
    vendor.emulator.faults(system="zoho_campaigns", path="listsubscribe", kind=kind, processed=processed)
    assert subscribe(vendor, vendor.lists["Newsletter"], "once@example.com", {}) == Outcome(Fate.LOST)
    assert len(vendor.made("listsubscribe")) == 1
    assert ("once@example.com" in vendor.members()) is processed


@pytest.mark.parametrize("kind", ["status", "html", "truncate", "reset"])
def test_a_read_is_repeated_until_it_answers(vendor, kind):
    vendor.emulator.faults(system="zoho_campaigns", path="getmailinglists", kind=kind, times=2)
    assert {one.name for one in vendor.tool.mailing_lists()} == set(vendor.lists)


def test_a_write_that_hangs_is_lost_once_the_time_is_up(vendor):
    vendor.emulator.faults(system="zoho_campaigns", path="listsubscribe", kind="timeout", processed=True)
    threading.Timer(0.5, vendor.emulator.heal).start()
    assert subscribe(vendor, vendor.lists["Newsletter"], "slow@example.com", {}) == Outcome(Fate.LOST)
    assert "slow@example.com" in vendor.members()


def test_after_two_unusable_answers_in_a_row_the_method_is_left_alone_for_a_minute(vendor):
    vendor.emulator.faults(system="zoho_campaigns", path="listsubscribe", kind="status", times=0)
    key = vendor.lists["Newsletter"]
    assert [subscribe(vendor, key, f"p{n}@example.com", {}).fate for n in range(2)] == [Fate.LOST] * 2
    with pytest.raises(RateLimited) as caught:
        subscribe(vendor, key, "p3@example.com", {})
    assert caught.value.retry_after == pytest.approx(60, abs=3)
    vendor.emulator.heal()
    vendor.clock.sleep(61)
    vendor.tool.count(key, ListedStatus.ACTIVE)
    assert subscribe(vendor, key, "p3@example.com", {}).fate is Fate.DONE


def test_an_expired_token_is_renewed_once_and_the_write_made_once(vendor):
    vendor.account.check_access()
    vendor.emulator.faults(system="zoho_campaigns", path="listsubscribe", kind="token")
    assert subscribe(vendor, vendor.lists["Newsletter"], "t@example.com", {}).fate is Fate.DONE
    assert [one["status"] for one in vendor.made("listsubscribe")] == [401, 200]
    assert len(vendor.made("token")) == 2
    assert vendor.reserved.count("listsubscribe") == 2


def test_a_revoked_token_is_a_config_error_that_names_the_fix(vendor):
    vendor.emulator.edit("zoho_campaigns", op="revoke_token")
    with pytest.raises(AuthError, match="refresh token"):
        vendor.account.check_access()


def test_a_wrong_data_centre_is_a_config_error_that_names_it(emulator):
    elsewhere = Vendor(emulator, data_center="us", base_urls={"accounts": f"{emulator.url}/dc/us", "api": f"{emulator.url}/dc/us"})
    with pytest.raises(AuthError, match="data"):
        elsewhere.account.check_access()
    wrong_api = Vendor(emulator, base_urls={"accounts": emulator.url, "api": f"{emulator.url}/dc/us"})
    with pytest.raises(AuthError, match="data centre eu"):
        wrong_api.tool.mailing_lists()


def test_the_contact_limit_is_a_config_error_for_the_whole_run(vendor):
    vendor.emulator.edit("zoho_campaigns", op="set_contact_limit", n=1)
    for code in ("2302", "914"):
        vendor.emulator.switch(zoho_campaigns_contact_limit_code=code)
        with pytest.raises(ConfigError, match="contact limit"):
            subscribe(vendor, vendor.lists["Newsletter"], "one.more@example.com", {})
    with pytest.raises(ConfigError, match="contact limit"):
        vendor.tool.attach(vendor.lists["Newsletter"], ["one.more@example.com"])


def test_a_deleted_list_is_a_config_error(vendor):
    key = vendor.lists["Newsletter"]
    vendor.emulator.edit("zoho_campaigns", op="delete_list", list=key)
    for call in (
        lambda: subscribe(vendor, key, "a@example.com", {}),
        lambda: vendor.tool.count(key, ListedStatus.ACTIVE),
        lambda: vendor.tool.page(key, ListedStatus.ACTIVE, 0, 10),
        lambda: vendor.tool.take_off(key, ["a@example.com"], delete=False)[0],
        lambda: vendor.tool.attach(key, ["a@example.com"]),
    ):
        with pytest.raises(ConfigError, match="deleted"):
            call()


def test_a_list_is_created_with_its_first_contact(vendor):
    made = vendor.account.create_list(name="Brand new", first_contact="seed@example.com", public=False)
    assert (made.name, made.has_form) == ("Brand new", False)
    assert list(vendor.state()["lists"][made.key]["members"]) == ["seed@example.com"]


def test_a_custom_field_is_created_once_and_an_odd_name_is_a_config_error(vendor):
    vendor.account.create_field("Favourite colour", [])
    vendor.account.create_field("Favourite colour", [])
    assert "Favourite colour" in {one.name for one in vendor.account.fields([])}
    with pytest.raises(ConfigError, match="could not be created"):
        vendor.account.create_field("a/b", [])


def test_no_secret_and_no_address_is_in_any_url(vendor, monkeypatch):
    urls, send = [], HTTPAdapter.send

    def spied(self, request, **options):
        urls.append(request.url)
        return send(self, request, **options)

    monkeypatch.setattr(HTTPAdapter, "send", spied)
    key = vendor.lists["Newsletter"]
    subscribe(vendor, key, "ann@example.com", {"First Name": "Ann"})
    vendor.tool.attach(key, ["bob@example.com"])
    vendor.tool.take_off(key, ["bob@example.com"], delete=False)[0]
    vendor.tool.suppress("", ["bob@example.com"])[0]
    vendor.tool.page(key, ListedStatus.ACTIVE, 0, 10)
    list(vendor.tool.leavings(None))
    assert len(urls) >= 8
    for url in urls:
        assert not [hidden for hidden in ("@", "%40", "secret", "token=", "emulated.refresh", *vendor.secrets) if hidden in url]


def test_a_read_that_answers_only_error_pages_ends_as_a_transient_error(vendor):
    vendor.emulator.faults(system="zoho_campaigns", path="listsubscriberscount", kind="html", status=200, times=0)
    with pytest.raises(VendorUnavailable, match="listsubscriberscount"):
        vendor.tool.count(vendor.lists["Newsletter"], ListedStatus.ACTIVE)


def test_a_lock_in_the_middle_of_an_attachment_loses_only_the_rest(vendor):
    vendor.emulator.faults(system="zoho_campaigns", path="json/listsubscribe", kind="lock")
    outcomes = vendor.tool.attach(vendor.lists["Newsletter"], ["a@example.com", "b+c@example.com"])
    assert [one.fate for one in outcomes] == [Fate.DONE, Fate.LOST]


def test_a_lock_before_anything_took_effect_is_told_as_a_lock(vendor):
    vendor.emulator.faults(system="zoho_campaigns", path="addlistsubscribersinbulk", kind="lock")
    with pytest.raises(RateLimited) as caught:
        vendor.tool.attach(vendor.lists["Newsletter"], ["a@example.com", "b+c@example.com"])
    assert caught.value.retry_after == pytest.approx(600, abs=5)
