"""Exports as people have them: marks, titles, second headers, spreadsheets' habits."""

import csv
import io
import json
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailsync.errors import ConfigError
from mailsync.zoho_survey import payload
from mailsync.zoho_survey.display_times import DisplayTimes, UnreadableTime
from mailsync.zoho_survey.export import ExportFile, Form
from mailsync.zoho_survey.responses import Columns, Question, SurveyReading, folded

BERLIN = ZoneInfo("Europe/Berlin")


PLAIN, USUAL = Form(), Columns()


def read(text, form=PLAIN, columns=USUAL, **more):
    raw = text if isinstance(text, bytes) else text.encode("utf-8" if form.encoding == "utf-8" else form.encoding)
    reading = SurveyReading("S1", "Survey", columns, DisplayTimes(BERLIN), **more)
    with ExportFile(io.BytesIO(raw), form, reading, named="Export x.csv") as file:
        return list(file.responses())


def answers(response):
    return {question.label: answer for question, answer in response.answers}


def test_metadata_variables_and_answers_are_told_apart():
    columns = Columns({"record_id": "CRM Record ID", "email": "Email address"})
    (one,) = read(
        "Response ID,Response Status,Response Start Time,Response End Time,IP Address,CRM Record ID,Email address,Why?,Empty?\r\n"
        'R1,COMPLETED,"Jan 03, 2026 11:07:29","Jan 03, 2026 11:10:57",203.0.113.7,572,ann@example.com,"Line\nand ""quote""",\r\n',
        columns=columns,
    )
    assert (one.response_id, one.status, one.record_id, one.email, one.ip_address) == ("R1", "COMPLETED", "572", "ann@example.com", "203.0.113.7")
    assert one.ended_at - one.started_at == 208
    assert answers(one) == {"Why?": 'Line\nand "quote"'}


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffResponse ID,Why?\nR1,x\n",
        "Customer satisfaction\nResponse ID,Why?\nR1,x\n",
        "Report\n\n\nResponse ID,Why?\nR1,x\n\n",
        "RESPONSE_ID,Why?\nR1,x\n",
    ],
)
def test_the_header_is_found(text):
    assert [(one.response_id, answers(one)) for one in read(text)] == [("R1", {"Why?": "x"})]


def test_a_header_row_that_is_given_is_taken():
    text = "Response ID,old\nResponse ID,Why?\nR1,x\n"
    assert answers(read(text, Form(header_row=2))[0]) == {"Why?": "x"}
    with pytest.raises(ConfigError, match="no column Response ID in row 3, which has 2 columns"):
        read(text, Form(header_row=3))


def test_a_file_without_the_column_says_what_it_has():
    with pytest.raises(ConfigError, match=r"Export x\.csv has no column Response ID.*Antwort-Nr, Warum\?.*columns\.response_id"):
        read("Antwort-Nr,Warum?\nR1,x\n")
    assert read("Antwort-Nr,Warum?\nR1,x\n", columns=Columns({"response_id": "Antwort-Nr"}))[0].response_id == "R1"


def test_a_file_without_a_header_does_not_tell_who_answered():
    with pytest.raises(ConfigError) as refused:
        read("R1,ann@example.com,203.0.113.7,fine\n")
    assert "…, …, …, fine" in str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_encodings(encoding):
    assert answers(read("Response ID,Größe?\nR1,süß\n", Form(encoding=encoding))[0]) == {"Größe?": "süß"}


def test_a_wrong_encoding_is_told():
    with pytest.raises(ConfigError, match="not written in utf-8: set encoding"):
        read("Response ID,Größe?\nR1,süß\n".encode("cp1252"))


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_delimiters(delimiter):
    assert answers(read(f"Response ID{delimiter}Why?\nR1{delimiter}a, b\n", Form(delimiter=delimiter))[0]) == {"Why?": "a, b"}


def test_a_repeated_header_is_one_question_with_several_choices():
    one, two = read("Response ID,Where?,Where?,Where?,Why?\nR1,Mail,,Web,x\nR2,,,Web,\n")
    assert answers(one) == {"Where?": ["Mail", "Web"], "Why?": "x"}
    assert answers(two) == {"Where?": ["Web"]}


def test_a_second_header_row_holds_the_options():
    one, two = read("Response ID,Where?,,How?,,Why?\n,Mail,Web,Price,Service,\nR1,Mail,Web,Good,Poor,x\nR2,,Web,,,\n")
    assert answers(one) == {"Where?": ["Mail", "Web"], "How? - Price": "Good", "How? - Service": "Poor", "Why?": "x"}
    assert answers(two) == {"Where?": ["Web"]}


def test_rows_of_one_response_are_one():
    one, two = read("Response ID,Why?,Where?\nR1,x,Mail\nR1,x,Web\nR2,y,\n")
    assert (answers(one), answers(two)) == ({"Why?": "x", "Where?": ["Mail", "Web"]}, {"Why?": "y"})


def test_rows_without_an_id_are_counted_and_empty_ones_are_not():
    reading = SurveyReading("S1", None, Columns(), DisplayTimes(BERLIN))
    file = ExportFile(io.BytesIO(b"Response ID,Why?\nR1,x\n,total\n,\n\n"), Form(), reading, named="x")
    assert ([one.response_id for one in file.responses()], file.without_id) == (["R1"], 1)


def test_several_choices_are_split_only_where_it_is_said():
    text = 'Response ID,Where?,Why?\nR1,"Mail, Web","a, b"\nR2,Mail;Web,c\n'
    columns = Columns(several=frozenset({folded("Where?")}))
    assert [answers(one)["Where?"] for one in read(text, columns=columns)] == [["Mail", "Web"], ["Mail", "Web"]]
    assert answers(read(text)[0]) == {"Where?": "Mail, Web", "Why?": "a, b"}


def test_a_dictionary_gives_questions_their_keys_and_their_order():
    (one,) = read("Response ID,Why?,Where?\nR1,x,Mail\n", labels={"q1": "Where?", "q2": "Why?"})
    assert [(question.key, question.label) for question, _ in one.answers] == [("q1", "Where?"), ("q2", "Why?")]


def test_columns_can_be_left_out():
    assert answers(read("Response ID,Why?,Internal\nR1,x,y\n", columns=Columns(left_out=frozenset({"internal"})))[0]) == {"Why?": "x"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jun 03, 2024 11:07:29", "2024-06-03T09:07:29"),
        ("Jan 03, 2024 11:07:29", "2024-01-03T10:07:29"),
        ("Jun 03, 2024 11:07:29 PM", "2024-06-03T21:07:29"),
        ("Jun 03, 2024 12:07:29 AM", "2024-06-02T22:07:29"),
        ("June 3, 2024 11:07", "2024-06-03T09:07:00"),
        ("03 Jun 2024 11:07:29", "2024-06-03T09:07:29"),
        ("03-Jun-2024 11:07:29", "2024-06-03T09:07:29"),
        ("2024-06-03 11:07:29", "2024-06-03T09:07:29"),
        ("2024-06-03T11:07:29Z", "2024-06-03T11:07:29"),
        ("2024-06-03T11:07:29+05:30", "2024-06-03T05:37:29"),
        ("Oct 27, 2024 02:30:00", "2024-10-27T00:30:00"),
        ("  ", None),
    ],
)
def test_times_become_utc(text, expected):
    from datetime import UTC, datetime

    seconds = DisplayTimes(BERLIN).epoch(text)
    assert (None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")) == expected


@pytest.mark.parametrize("text", ["yesterday", "Foo 03, 2024 11:07:29", "Jun 33, 2024 11:07:29", "03/06/2024 11:07", "Jun 03, 2024"])
def test_other_times_are_told_and_a_format_reads_them(text):
    with pytest.raises(UnreadableTime):
        DisplayTimes(BERLIN).epoch(text)
    assert DisplayTimes(BERLIN, "%d/%m/%Y %H:%M").epoch("03/06/2024 11:07") == DisplayTimes(BERLIN).epoch("2024-06-03 11:07")


def test_a_time_that_cannot_be_read_costs_no_response():
    reading = SurveyReading("S1", None, Columns(), DisplayTimes(BERLIN))
    (one,) = ExportFile(io.BytesIO(b"Response ID,Response End Time\nR1,03/06/2024 11:07\n"), Form(), reading, named="x").responses()
    assert (one.ended_at, reading.unreadable) == (None, 1)


TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(TEXTS.filter(lambda text: text.strip()), min_size=1, max_size=5, unique_by=lambda text: folded(text.strip())),
    st.lists(st.lists(TEXTS, min_size=5, max_size=5), max_size=4),
)
def test_whatever_people_ask_and_answer_is_read_as_it_was_written(questions, rows):
    """CSV as the standard library writes it; cells without the space around them, questions that are metadata by name left out."""
    questions = [one for one in questions if isinstance(SurveyReading("S1", None, USUAL, DisplayTimes(BERLIN)).role(one), Question)]
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(["Response ID", *questions])
    for number, row in enumerate(rows):
        writer.writerow([f"R{number}", *row[: len(questions)]])
    made = read(target.getvalue())
    assert [one.response_id for one in made] == [f"R{number}" for number in range(len(rows))]
    for one, row in zip(made, rows, strict=True):
        given = zip(questions, row, strict=False)
        assert answers(one) == {question.strip(): cell.strip() for question, cell in given if cell.strip()}


JSON = st.recursive(TEXTS | st.integers() | st.none() | st.booleans(), st.lists, max_leaves=4)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.dictionaries(TEXTS, JSON, max_size=5).map(lambda one: json.dumps(one).encode()))
def test_a_body_is_values_or_no_delivery(body):
    try:
        values = list(payload.values(body))
    except payload.UnreadablePayload:
        return
    made = SurveyReading("S1", None, USUAL, DisplayTimes(BERLIN)).response([("RESPONSE_ID", "R1"), *values])
    assert made is not None
    assert all(answer for _, answer in made.answers)
