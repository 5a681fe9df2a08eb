"""The same record by Bulk Read and by list pages is the same, byte for byte; and lists are read whole whatever the vendor sorts by."""

import tempfile

import orjson
import pytest

from mailsync.errors import ConfigError
from mailsync.zoho import bulk_csv, bulk_read, organisation
from mailsync.zoho.fields import Field, has_a_column
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho.values import Canonical
from mailsync.zoho_recruit import record_pages
from mailsync.zoho_recruit.bulk_query import Query
from mailsync.zoho_recruit.change_time import change_field
from mailsync.zoho_recruit.record_pages import List

MODULES = ("Candidates", "Contacts", "Talent_Pool", "Clients", "Job_Openings")


def by_bulk(api, module, fields):
    canonical = Canonical(fields)
    job = bulk_read.create(api, Query(module, [name for name in canonical.names if name != "id"]).body(1))
    result = bulk_read.wait(api, job, expected_rows=None)
    with tempfile.TemporaryFile() as archive:
        api.download(f"/read/{job}/result", archive)
        with bulk_csv.rows(archive, announced=result.count) as (header, rows):
            yield from map(canonical.from_cells(header), rows)


def by_pages(api, wanted, since=None):
    first = record_pages.page(api, wanted, since=since, ascending=True)
    return [row for rows in record_pages.every(api, wanted, first, since=since) for row in rows]


def lines(records):
    return {record["id"]: orjson.dumps(record) for record in records}


@pytest.mark.parametrize(
    "readings", [{}, {"recruit_bulk_multiselect_separator": "semicolon", "recruit_bulk_id_header": "id", "recruit_candidates_cursor": "both"}]
)
@pytest.mark.parametrize("module", MODULES)
def test_every_record_is_the_same_bytes_by_every_road(api, emulator, module, readings):
    emulator.switch(**readings)
    fields = tuple(field for field in organisation.fields(api, module) if has_a_column(field))
    pages = lines(map(Canonical(fields).from_json, by_pages(api, List(module, change_field(fields)))))
    assert pages == lines(by_bulk(api, module, fields))
    assert len(pages) > 1


@pytest.mark.parametrize("tie_order", ["id_desc", "id_asc"])
@pytest.mark.parametrize("sort", ["any_field", "passed_over"])
def test_a_list_of_several_pages_is_whole_and_holds_nothing_twice(api, emulator, monkeypatch, sort, tie_order):
    emulator.switch(recruit_list_sort=sort, recruit_tie_order=tie_order)
    held = emulator.state("zoho_recruit")["modules"]["Candidates"]
    emulator.edit("zoho_recruit", op="set_time", module="Candidates", ids=sorted(held)[:60], modified_time=int(emulator.now()))
    monkeypatch.setattr(record_pages, "ROWS_PER_PAGE", 25)
    found = [row["id"] for row in by_pages(api, List("Candidates", "Updated_On", fields=("id", "Updated_On")))]
    assert len(found) == len(set(found))
    assert set(found) == set(held)


class EndsAfterTwoPages:
    """An API whose lists go no deeper."""

    def get(self, path, *, params, **_):
        if int(params["page"]) > 2:
            raise CrmRefusal("no deeper", code="LIMIT_REACHED", details={})
        return {"data": [{"id": params["page"]}], "info": {"more_records": True}}


def test_a_list_that_ends_before_its_last_record_says_what_to_do():
    with pytest.raises(ConfigError, match=r"400 records of Notes .LIMIT_REACHED"):
        by_pages(EndsAfterTwoPages(), List("Notes", ""))


@pytest.mark.parametrize(
    ("names", "meant"), [(["Updated_On"], "Updated_On"), (["Updated_On", "Modified_Time"], "Modified_Time"), (["Created_Time"], ""), ([], "")]
)
def test_the_change_time_is_picked_from_the_fields(names, meant):
    assert change_field(Field(name, name, "datetime", "datetime") for name in names) == meant


def test_a_text_field_of_that_name_dates_nothing():
    assert change_field([Field("Modified_Time", "Modified", "text", "text")]) == ""
