"""Lines in, lines out: nothing lost on the way, nothing told that must not be."""

import io

import orjson
import pytest

from mailsync.airbyte.messages import NoMessage, Output, messages
from mailsync.errors import ConfigError


def sent(act):
    out = io.BytesIO()
    act(Output(out))
    return out.getvalue()


def test_a_state_goes_back_with_every_field_it_came_with():
    state = {
        "type": "STREAM",
        "id": 17,
        "unknown": {"deep": [None, 1.5, "é"]},
        "stream": {"stream_descriptor": {"name": "Leads", "namespace": None}, "stream_state": {"a": None, "big": 2**53 + 1}},
        "sourceStats": {"recordCount": 3.0},
    }
    given = {"type": "STATE", "state": state, "emitted_at": 5}
    back = orjson.loads(sent(lambda output: output.state(orjson.loads(orjson.dumps(given)), records=3, rejected=1)))
    assert back["state"].pop("destinationStats") == {"recordCount": 3.0, "rejectedRecordCount": 1.0}
    assert back == given


@pytest.mark.parametrize(
    "line",
    [
        b"ann@example.com signed up",
        b'{"type": "RECORD", "record": {"stream": "x", "data": "ann@example.com"}}',
        b'{"type": "RECORD"}',
        b'{"type": "STATE"}',
        b'{"type": "SOMETHING", "who": "ann@example.com"}',
        b'["ann@example.com"]',
        b'{"type": "RECORD", "record": {"stream": "x", "data": {"a": "ann@exam',
        b"\xff\xfe",
    ],
)
def test_a_line_that_is_no_message_is_refused_without_its_content(line):
    with pytest.raises(NoMessage, match="Line 2") as caught:
        list(messages(io.BytesIO(b'{"type":"LOG","log":{}}\n' + line + b"\n")))
    assert "ann" not in str(caught.value)
    assert caught.value.failure_type == "system_error"


def test_blank_lines_are_passed_over():
    assert list(messages(io.BytesIO(b'\n{"type":"LOG"}\n  \n'))) == [{"type": "LOG"}]


def test_known_secrets_are_starred_out_of_logs_and_errors():
    def act(output):
        output.hide("s3cret-value")
        output.log("token s3cret-value here")
        output.error(ConfigError("wrong s3cret-value"))
        output.status("wrong s3cret-value")

    assert b"s3cret" not in sent(act)
    assert sent(act).count(b"****") == 3


def test_an_error_that_is_not_ours_is_told_by_kind_and_place_without_its_text():
    def act(output):
        try:
            {}["ann@example.com"]
        except KeyError as error:
            output.error(error)

    (line,) = sent(act).splitlines()
    told = orjson.loads(line)["trace"]["error"]
    assert told["failure_type"] == "system_error"
    assert "KeyError" in told["message"]
    assert "ann@" not in line.decode()
