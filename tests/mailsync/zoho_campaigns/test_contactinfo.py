"""`contactinfo` must give the same contact whether the vendor decodes it once or twice."""

import json
from urllib.parse import parse_qs, quote, unquote_plus, urlencode

from hypothesis import given
from hypothesis import strategies as st

from mailsync.zoho_campaigns.contactinfo import contactinfo, survives_bare

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def as_the_vendor_reads(text, decodings):
    form = urlencode({"contactinfo": text}, quote_via=quote)
    arrived = parse_qs(form)["contactinfo"][0]
    for _ in range(decodings - 1):
        arrived = unquote_plus(arrived)
    return json.loads(arrived)


@given(TEXT, st.dictionaries(TEXT.filter(lambda name: name != "Contact Email"), TEXT), st.integers(1, 3))
def test_any_text_arrives_intact_however_often_the_vendor_decodes(address, payload, decodings):
    assert as_the_vendor_reads(contactinfo(address, payload), decodings) == {"Contact Email": address, **payload}


def test_the_text_holds_nothing_that_a_second_decoding_or_a_naive_splitter_touches():
    inside = contactinfo('a+b@x.test"%41&', {"First Name": "a,b:c}{\n+ü😀\\"})
    values = inside.replace('":"', "").replace('","', "").strip('{}"')
    assert not set('+%&,:{}"\n') & set(values)
    assert inside.isascii()


def test_an_address_with_a_plus_or_a_percent_does_not_travel_bare():
    assert survives_bare("ann.lee-1_x@example.com")
    assert not any(map(survives_bare, ["a+b@example.com", "a%41@example.com", "a,b@example.com", "ü@example.com", "", "a&b@example.com"]))
