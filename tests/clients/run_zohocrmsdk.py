"""The vendor's own Python SDK for CRM v8 drives the emulated Zoho CRM; runs in `.venv-clients`. Argument: the emulator's URL. Prints what it understood."""

import json
import sys
import tempfile

from zohocrmsdk.src.com.zoho.api.authenticator import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.store import FileStore
from zohocrmsdk.src.com.zoho.api.logger import Logger
from zohocrmsdk.src.com.zoho.crm.api import HeaderMap, Initializer, ParameterMap
from zohocrmsdk.src.com.zoho.crm.api.coql import BodyWrapper as Query
from zohocrmsdk.src.com.zoho.crm.api.coql import CoqlOperations
from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.org import OrgOperations
from zohocrmsdk.src.com.zoho.crm.api.record import BodyWrapper, Field, GetRecordsParam, Record, RecordOperations
from zohocrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig

URL = sys.argv[1]


def started(folder):
    """The SDK, at our address, with the emulated client's credentials."""
    token = OAuthToken(client_id="1000.EMULATEDCLIENT", client_secret="emulated-secret-0000", refresh_token="1000.emulated.refresh")
    environment = DataCenter.Environment(URL, f"{URL}/oauth/v2/token", URL)
    logger = Logger.get_instance(level=Logger.Levels.ERROR, file_path=f"{folder}/sdk.log")
    Initializer.initialize(
        environment=environment, token=token, store=FileStore(file_path=f"{folder}/tokens.txt"), sdk_config=SDKConfig(auto_refresh_fields=False),
        resource_path=folder, logger=logger,
    )  # fmt: skip


def leads():
    """Every lead, page after page."""
    found, token = [], None
    while True:
        params = ParameterMap()
        params.add(GetRecordsParam.fields, "Last_Name,Email")
        params.add(GetRecordsParam.per_page, 50)
        if token:
            params.add(GetRecordsParam.page_token, token)
        answer = RecordOperations("Leads").get_records(params, HeaderMap()).get_object()
        found += answer.get_data()
        info = answer.get_info()
        if not info.get_more_records():
            return found
        token = info.get_next_page_token()


def created():
    """A new lead; its id."""
    record = Record()
    record.add_field_value(Field.Leads.last_name(), "Sdk")
    record.add_field_value(Field.Leads.email(), "sdk@example.com")
    request = BodyWrapper()
    request.set_data([record])
    (done,) = RecordOperations("Leads").create_records(request, HeaderMap()).get_object().get_data()
    return str(done.get_details()["id"])


def queried():
    """COQL: last names of two leads."""
    query = Query()
    query.set_select_query("select Last_Name from Leads where Last_Name is not null order by id asc limit 2")
    answer = CoqlOperations().get_records(query).get_object()
    return [record.get_key_value("Last_Name") for record in answer.get_data()]


with tempfile.TemporaryDirectory() as place:
    started(place)
    said = {
        "org": OrgOperations().get_organization().get_object().get_org()[0].get_zgid(),
        "leads": sorted(str(record.get_id()) for record in leads()),
        "query": queried(),
        "made": created(),
    }
    print(json.dumps(said))
