"""What becomes of each kind of value on its way into a contact field, and that what was changed is counted by field and kind."""

import sqlite3

from .people import Source, write
from .support import COLUMNS, a_catalog

# field: (value, stored text, what is counted as changed)
VALUES = {
    "Birthday": ("1980-02-03T10:00:00+02:00", "1980-02-03", "time of day dropped"),
    "VIP": (True, "true", None),
    "Score": (12, "12", None),
    "Interests": (["a", "b;c"], "a;b;c", "a choice holds the separator"),
    "Language": (2.50, "2.5", None),
    "Note": ("one\ntwo\x07", "one\ntwo", "control characters dropped"),
    "State": (1.5e-7, "0.00000015", None),
    "City": ("2026-01-01T10:00:00+00:00", "2026-01-01T10:00:00+00:00", None),
}


def changes_in_ledger(connector):
    with sqlite3.connect(connector.config["ledger"]["path"]) as ledger:
        return {(field, change): times for field, change, times in ledger.execute("SELECT field, change, times FROM run_change")}


def test_each_kind_of_value_arrives_as_its_field_takes_it_and_changes_are_counted(connector):
    connector.stream(mapping=[{"column": name, "field": name} for name in VALUES])
    columns = COLUMNS | {name: {"type": ["null", "string"]} for name in VALUES}
    given = {name: value for name, (value, _, _) in VALUES.items()}
    source = Source().state({}).record(1, "ann@new.example.com", **given).record(2, "bob@new.example.com", VIP=False)
    said = write(connector, source.complete(), a_catalog(columns))
    assert said.code == 0, said.text
    assert connector.members()["ann@new.example.com"]["fields"] == {name: text for name, (_, text, _) in VALUES.items()}
    wanted = {(name, change): 1 for name, (_, _, change) in VALUES.items() if change}
    assert changes_in_ledger(connector) == wanted
    assert "Stream Leads, field Birthday: 1 values changed on the way: time of day dropped." in said.logs


def test_a_long_value_rejects_the_record_or_is_cut_as_configured(connector):
    long = "x" * 300
    source = Source().state({}).record(1, "ann@new.example.com", Last_Name=long)
    assert "1 rejected(value_too_long)" in write(connector, source.complete()).logs
    connector.stream(long_values="cut")
    said = write(connector, source.state().record(1, "ann@new.example.com", Last_Name=long).complete())
    assert said.code == 0, said.text
    stored = connector.members()["ann@new.example.com"]["fields"]["Last Name"]
    assert 0 < len(stored) < 300
    assert changes_in_ledger(connector) == {("Last Name", "cut to the field's length"): 1}


def test_the_source_tag_goes_with_who_is_added(connector):
    connector.stream(source="crm-bridge")
    assert write(connector, Source().state({}).record(1, "ann@new.example.com").complete()).code == 0
    assert connector.members()["ann@new.example.com"].get("source") == "crm-bridge"


def test_fields_are_created_with_the_type_of_their_column_or_the_one_that_was_asked_for(connector):
    pairs = [{"column": name, "field": name} for name in ("Visits", "Share", "Home phone", "Nickname")]
    connector.stream(create_fields=True, mapping=[*pairs, {"column": "Since", "field": "Since", "type": "date"}])
    columns = COLUMNS | {
        "Visits": {"type": ["null", "integer"]},
        "Share": {"type": ["null", "number"]},
        "Home phone": {"type": ["null", "string"], "x_data_type": "phone"},
        "Nickname": {"type": ["null", "string"]},
        "Since": {"type": ["null", "string"], "format": "date-time"},
    }
    given = {"Visits": 3, "Share": 0.5, "Home phone": "+43 1", "Nickname": "Anni", "Since": "2026-01-02T03:04:05Z"}
    said = write(connector, Source().state({}).record(1, "ann@new.example.com", **given).complete(), a_catalog(columns))
    assert said.code == 0, said.text
    fields = connector.members()["ann@new.example.com"]["fields"]
    assert fields == {"Visits": "3", "Share": "0.5", "Home phone": "+43 1", "Nickname": "Anni", "Since": "2026-01-02"}
    offered = connector.run("discover", "--config", connector.file("config.json", connector.config)).of("DESTINATION_CATALOG")
    schema = offered[0]["destination_catalog"]["operations"][0]["json_schema"]["properties"]
    assert (schema["Visits"]["type"], schema["Share"]["type"]) == (["null", "integer"], ["null", "number"])
    assert schema["Since"]["format"] == "date"
    connector.stream(mapping=[{"column": "Nickname", "field": "Other", "type": "colour"}])
    assert "mapping[0].type" in connector.check().status["message"]
