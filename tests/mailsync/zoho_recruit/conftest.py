import threading

import pytest

from mailsync.clock import SystemClock, VendorClock
from mailsync.http import Http
from mailsync.zoho.accounts import ZohoAccount
from mailsync.zoho.api import CrmApi, Usage
from mailsync.zoho.sign_in import ZohoCredentials
from mailsync.zoho_recruit.product import ZOHO_RECRUIT


@pytest.fixture
def api(emulator):
    system = emulator.config("source-crm", "zoho_recruit")["system"]
    clock = VendorClock(SystemClock())
    credentials = ZohoCredentials(system["base_urls"]["accounts"], system["client_id"], system["client_secret"], system["refresh_token"])
    account = ZohoAccount(credentials, http=Http("Zoho accounts"), clock=clock)
    return CrmApi(ZOHO_RECRUIT, system["base_urls"]["api"], account, Http("Zoho Recruit"), clock, Usage(), threading.Semaphore(4))
