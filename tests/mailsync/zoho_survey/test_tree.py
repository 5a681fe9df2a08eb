"""The private tree under every reading that matters to reads, and what its refusals become."""

import pytest

from emulators.process import EmulatorProcess
from mailsync.clock import SystemClock, VendorClock
from mailsync.errors import AuthError, ConfigError, RateLimited, VendorUnavailable
from mailsync.http import Http, Patience
from mailsync.zoho.accounts import ZohoAccount
from mailsync.zoho.data_centers import DATA_CENTERS
from mailsync.zoho_survey import tree
from mailsync.zoho_survey.access import LABEL, parse_access, survey_host
from mailsync.zoho_survey.client import SurveyClient, SurveyRefusal

ACCOUNT = {
    "data_center": "eu",
    "client_id": "1000.EMULATEDCLIENT",
    "client_secret": "emulated-secret-0000",
    "refresh_token": "1000.emulated.refresh",
}
READINGS = [
    ("authorization", "bearer"),
    ("authorization", "zoho_oauthtoken"),
    ("scopes", "any"),
    ("paging", "range_is_size"),
    ("paging", "ignored"),
    ("page_cap", "20"),
    ("entities", "plain"),
]


@pytest.fixture(scope="module")
def vendors(tmp_path_factory):
    with EmulatorProcess(configs=tmp_path_factory.mktemp("survey"), people=20, limits="off") as process:
        yield process


@pytest.fixture
def survey(vendors):
    """`survey()` → a client of the emulated account, as seeded."""
    vendors.reset()

    def opened(suffix=""):
        access = parse_access(ACCOUNT, {"accounts": vendors.url + suffix, "api": vendors.url + suffix}, name="system.account")
        clock, http = VendorClock(SystemClock()), Http(LABEL)
        quick = Patience(tries=1)
        account = ZohoAccount(access.credentials, http=http, clock=clock, patience=quick)
        return SurveyClient(access, account=account, http=http, clock=clock, patience=quick)

    return opened


def everything(client):
    found = {}
    for department in tree.departments(client):
        for one in tree.surveys(client, department):
            (collector,) = tree.collectors(client, one)
            (distribution,) = tree.distributions(client, collector)
            fields = tree.fields(client, distribution)
            found[one.name] = (department.name, [field.label for field in fields], [variable.label for variable in tree.dictionary(client, one)])
    return found


@pytest.mark.parametrize(("switch", "reading"), [("", ""), *READINGS])
def test_everything_is_found_under_each_reading(vendors, survey, switch, reading):
    if switch:
        vendors.switch(**{f"zoho_survey_{switch}": reading})
    found = everything(survey())
    assert set(found) == {"Customer satisfaction", "Event feedback & wishes", "Kundenumfrage"}
    department, fields, variables = found["Customer satisfaction"]
    assert (department, fields[0]) == ("Marketing", "Email address")
    assert "How do you rate - Service & support" in variables


@pytest.mark.parametrize("cap", ["200", "20"])
@pytest.mark.parametrize("paging", ["offset_is_size", "range_is_size", "ignored"])
@pytest.mark.parametrize("count", [17, 48, 51, 123])
def test_no_survey_is_lost_between_pages(vendors, survey, paging, cap, count):
    vendors.switch(zoho_survey_paging=paging, zoho_survey_page_cap=cap)
    vendors.edit("zoho_survey", op="create_survey", name="One of many", department="Marketing", n=count)
    client = survey()
    found = [one.id for one in tree.surveys(client, tree.departments(client)[0])]
    assert len(found) == len(set(found)) == count + 2
    assert client.calls < 2 * (count // (20 if cap == "20" else 50) + 4)


@pytest.mark.parametrize("reading", ["http_4xx_json", "http_200_json", "http_4xx_html"])
def test_what_is_not_there_is_refused_by_name(vendors, survey, reading):
    vendors.switch(zoho_survey_error_shape=reading)
    with pytest.raises(ConfigError, match=r"Zoho Survey answered GET /portals/…/departments/…/surveys") as refused:
        survey().read("/portals/gone/departments/gone/surveys")
    assert isinstance(refused.value, SurveyRefusal)
    assert "gone" not in str(refused.value)


@pytest.mark.parametrize("reading", ["http_429_json", "http_200_json", "http_400_json"])
def test_a_limit_is_told_from_a_refusal(vendors, survey, reading):
    vendors.switch(zoho_survey_limit_answer=reading)
    vendors.faults(system="zoho_survey", kind="lock")
    with pytest.raises(RateLimited):
        tree.departments(survey())


def test_a_token_that_dies_is_renewed_once(vendors, survey):
    vendors.faults(system="zoho_survey", kind="token")
    assert len(tree.departments(survey())) == 3


def test_missing_scopes_and_the_wrong_data_centre_are_told(vendors, survey):
    vendors.edit("zoho", op="grant", refresh_token="1000.emulated.refresh", scopes=["ZohoCRM.modules.ALL"])
    with pytest.raises(AuthError, match=r"HTTP 401.*ZohoSurvey\.portal\.READ"):
        tree.departments(survey())
    with pytest.raises(AuthError, match="data_center"):
        tree.departments(survey("/dc/us"))


@pytest.mark.parametrize("kind", ["html", "truncate", "reset", "status"])
def test_no_usable_answer_is_transient(vendors, survey, kind):
    vendors.faults(system="zoho_survey", kind=kind, times=0)
    with pytest.raises(VendorUnavailable):
        tree.departments(survey())
    vendors.heal()


def test_another_shape_is_no_empty_answer(vendors, survey):
    client = survey()
    with pytest.raises(VendorUnavailable, match="private tree may have changed"):
        tree._rows({"portals": []}, "portals")
    with pytest.raises(ConfigError, match=r"no survey 'Nothing'.*Customer satisfaction"):
        tree.find(list(tree.surveys(client, tree.departments(client)[0])), "Nothing", "survey")


def test_every_data_centre_has_its_host():
    assert survey_host(DATA_CENTERS["us"]) == "https://survey.zoho.com"
    assert all(survey_host(center).startswith("https://survey.zoho") for center in DATA_CENTERS.values())
