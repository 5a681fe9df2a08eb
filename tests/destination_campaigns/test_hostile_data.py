"""What a CRM may hold: nothing of it ends a sync, and nobody else pays for it. Through `write`, on both databases."""

import json
import resource

import pytest

from tests.mailsync.databases import location, new_postgresql, postgresql_server  # noqa: F401 - fixtures

from .people import Source, write

ANN = "ann@new.example.com"


@pytest.fixture
def hostile(connector, location):  # noqa: F811 - the fixture
    """The connector on SQLite and on PostgreSQL."""
    kind, option = ("postgresql", "url") if "://" in location else ("sqlite", "path")
    return connector.set(ledger={"kind": kind, option: location}, reject_file=str(connector.folder / "rejects.csv"))


def fates(said):
    assert said.code == 0, said.text
    (line,) = [one["log"]["message"] for one in said.of("LOG") if one["log"]["message"].startswith("Stream Leads →")]
    return line.split("records: ")[1].rstrip(".")


def line(**data):
    """A record as Python's own encoder writes it: lone surrogates and NUL as escapes."""
    record = {"stream": "Leads", "emitted_at": 1, "data": {"Email_Opt_Out": False, **data}}
    return json.dumps({"type": "RECORD", "record": record}).encode()


def sync(connector, *lines):
    source = Source()
    source.state({})
    source.lines += lines
    return write(connector, source.complete())


def test_nul_and_lone_surrogates_reach_no_database_and_no_call(hostile):
    said = sync(
        hostile,
        line(id="1\x00", _ab_cdc_cursor=1, Email=ANN, First_Name="A\x00n\ud800n", Last_Name="\udfff"),
        line(id="2\ud83d", _ab_cdc_cursor=2, Email="b\x00ob@new.example.com", First_Name="Bob"),
        line(id="3", _ab_cdc_cursor=3, Email="c\udc00al@new.example.com", Last_Name="\\u0000 is no NUL"),
        line(id="4", _ab_cdc_cursor=4, Email="dan@new.example.com", Last_Name="\\u0000 is no NUL, \\\x00 is"),
    )
    assert fates(said) == "2 rejected(invalid_address), 2 written"
    members = hostile.members()
    assert members[ANN]["fields"] == {"First Name": "An\ufffdn", "Last Name": "\ufffd"}
    assert members["dan@new.example.com"]["fields"] == {"Last Name": "\\u0000 is no NUL, \\ is"}


def test_a_state_with_half_a_character_goes_back_as_it_came(hostile):
    state = {"type": "STATE", "state": {"type": "STREAM", "stream": {"stream_descriptor": {"name": "Leads"}, "stream_state": {"at": "\ud800 \x00"}}}}
    source = Source()
    source.lines = [json.dumps(state).encode()]
    said = write(hostile, source.record(1, ANN).complete())
    assert said.code == 0, said.text
    back = said.of("STATE")[0]
    assert back["state"]["stream"]["stream_state"] == {"at": "\ud800 \x00"}


def test_megabytes_in_a_field_keep_that_record_out_and_the_others_in(hostile):
    long = "x" * 10_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said = sync(
        hostile,
        line(id="1", _ab_cdc_cursor=1, Email=ANN, First_Name=long),
        line(id="2", _ab_cdc_cursor=2, Email=f"{long}@new.example.com"),
        line(id=long, _ab_cdc_cursor=3, Email="cal@new.example.com"),
        line(id="4", _ab_cdc_cursor=4, Email="dan@new.example.com", Company=long, Modified_Time=long),
    )
    assert fates(said) == "1 rejected(invalid_address), 1 rejected(value_too_long), 2 written"
    assert "Records: 1 (First_Name)." in said.logs
    assert len(said.text) < 20_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000, "kilobytes"
    again = sync(hostile, line(id=long, _ab_cdc_cursor=3, Email="cal@new.example.com"))
    assert fates(again) == "1 unchanged"


@pytest.mark.parametrize("cursor", [10**30, -(10**30), "9" * 30, "9" * 5000, "²", 1e300, True, [], {}])
def test_no_cursor_breaks_the_ledger(connector, cursor):
    assert fates(sync(connector, line(id="1", _ab_cdc_cursor=cursor, Email=ANN, Modified_Time="9" * 5000))) == "1 written"


def test_one_mailbox_is_one_member_however_it_is_spelled(hostile):
    """Case and Unicode form are one mailbox, dots and plus another."""
    said = sync(
        hostile,
        line(id="1", _ab_cdc_cursor=1, Email="Jos\u00e9@B\u00fccher.example", Modified_Time="2026-01-02T00:00:00Z"),
        line(id="2", _ab_cdc_cursor=2, Email="JOSE\u0301@xn--bcher-kva.example", Modified_Time="2026-01-01T00:00:00Z"),
        line(id="3", _ab_cdc_cursor=3, Email="ANN@New.Example.com", Modified_Time="2026-01-02T00:00:00Z"),
        line(id="4", _ab_cdc_cursor=4, Email=ANN),
        line(id="5", _ab_cdc_cursor=5, Email="a.nn@new.example.com"),
        line(id="6", _ab_cdc_cursor=6, Email="ann+x@new.example.com"),
    )
    assert fates(said) == "1 rejected(invalid_address), 2 shadowed, 3 written", "the mailing tool itself takes no address beyond ASCII"
    assert "shadowed: another record, in brackets, has the address. Records: 2 (Leads 1), 4 (Leads 3)." in said.logs


def test_an_opt_out_reaches_every_spelling(hostile):
    said = sync(
        hostile,
        line(id="1", _ab_cdc_cursor=1, Email="ANN@NEW.example.com", Email_Opt_Out=True),
        line(id="2", _ab_cdc_cursor=2, Email=ANN),
        line(id="3", _ab_cdc_cursor=3, Email="a.nn@new.example.com"),
    )
    assert fates(said) == "2 skipped(crm_opt_out), 1 written"


def test_markup_formulas_and_escapes_are_text_everywhere(hostile):
    names = [
        "<script>alert(1)</script>",
        "=1+1",
        "\x1b[31mred\x1b[0m",
        "${jndi:ldap://x}",
        "'; DROP TABLE member; --",
        "%s%n{0}",
        "\u202eevil\u2066",
        "&lol;",
    ]
    lines = [line(id=name, _ab_cdc_cursor=n, Email=f"p{n}@new.example.com", Last_Name=name) for n, name in enumerate(names, start=1)]
    said = sync(hostile, *lines, line(id="=9", _ab_cdc_cursor=99, Email="no address"))
    assert fates(said) == f"1 rejected(invalid_address), {len(names)} written"
    assert hostile.members()["p1@new.example.com"]["fields"]["Last Name"] == names[0]
    assert hostile.members()["p3@new.example.com"]["fields"]["Last Name"] == "[31mred[0m"
    assert "\x1b" not in said.text
    rejects = (hostile.folder / "rejects.csv").read_text()
    assert '"\'=9"' in rejects


@pytest.mark.parametrize(
    "bad", [b'{"type":"RECORD","record":{"stream":"Leads","data":{"id":NaN}}}', b"\xff\xfe{}", b"[" * 100_000, b'{"type":"RECORD"']
)
def test_a_line_that_is_no_message_ends_the_sync_without_its_content(connector, bad):
    said = sync(connector, bad)
    assert said.code == 1
    assert "is no Airbyte message" in said.error["message"]
