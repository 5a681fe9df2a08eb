"""The same record by Bulk Read, COQL and list pages is the same, byte for byte: every field type the vendor has, against the emulated one."""

import tempfile

import orjson
import pytest

from mailsync.zoho import bulk_csv, bulk_read, organisation
from mailsync.zoho.fields import has_a_column
from mailsync.zoho.values import Canonical
from mailsync.zoho_crm import bulk_query, record_pages
from mailsync.zoho_crm.coql_read import CoqlReader

MODULES = ("Leads", "Contacts", "Members", "Accounts", "Deals")


def by_coql(api, module, fields):
    reader, last, rows = CoqlReader(api, module, [field.api_name for field in fields]), "", []
    while True:
        page = reader.after_id(last, "id is not null")
        rows += page.rows
        if not page.more:
            return rows
        last = page.rows[-1]["id"]


def by_bulk(api, module, fields):
    canonical = Canonical(fields)
    job = bulk_read.create(api, bulk_query.Query(module, [name for name in canonical.names if name != "id"]).body(1))
    result = bulk_read.wait(api, job, expected_rows=None)
    with tempfile.TemporaryFile() as archive:
        api.download(f"/read/{job}/result", archive)
        with bulk_csv.rows(archive, announced=result.count) as (header, rows):
            yield from map(canonical.from_cells(header), rows)


def by_pages(api, module, fields):
    return [row for page in record_pages.pages(api, module, fields, since=None) for row in page]


def lines(records):
    return {record["id"]: orjson.dumps(record) for record in records}


@pytest.mark.parametrize(
    "readings",
    [
        {},
        {"crm_bulk_multiselect_separator": "semicolon", "crm_bulk_id_header": "id"},
        {"crm_coql_selected_fields": "50", "crm_tie_order": "id_asc", "crm_list_page_with_token": "number"},
    ],
)
@pytest.mark.parametrize("module", MODULES)
def test_every_record_is_the_same_bytes_by_every_road(api, emulator, module, readings):
    emulator.switch(**readings)
    fields = tuple(field for field in organisation.fields(api, module) if has_a_column(field))
    canonical = Canonical(fields)
    coql = lines(map(canonical.from_json, by_coql(api, module, fields)))
    pages = lines(map(canonical.from_json, by_pages(api, module, fields)))
    bulk = lines(by_bulk(api, module, fields))
    assert coql == bulk
    assert coql == pages
    assert len(coql) > 1


def test_every_field_type_of_the_vendor_is_compared_with_a_value_in_it(api):
    """The test above would be empty for a type that no record holds."""
    held, offered = set(), set()
    for module in MODULES:
        fields = tuple(field for field in organisation.fields(api, module) if has_a_column(field))
        offered |= {field.data_type for field in fields}
        kinds = {field.api_name: field.data_type for field in fields}
        held |= {kinds[name] for row in by_coql(api, module, fields) for name, value in row.items() if value not in (None, "", []) and name in kinds}
    assert held == offered


def test_rich_text_is_whole_by_list_pages_too(api):
    fields = tuple(field for field in organisation.fields(api, "Leads") if has_a_column(field))
    rich = [field.api_name for field in fields if field.is_rich_text]
    assert rich
    assert max(len(row.get(name) or "") for row in by_pages(api, "Leads", fields) for name in rich) > record_pages.RICH_TEXT_CUT
