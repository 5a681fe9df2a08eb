"""Results of bulk jobs that are not what they should be."""

import io
import zipfile

import pytest

from mailsync.zoho import bulk_csv
from mailsync.zoho.bulk_csv import BrokenArchive


def archive(files, compression=zipfile.ZIP_DEFLATED):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    packed.seek(0)
    return packed


def read(packed, announced):
    with bulk_csv.rows(packed, announced=announced) as (header, rows):
        return header, list(rows)


def test_cells_with_line_breaks_quotes_and_a_byte_order_mark():
    content = '\ufeffId,Note\r\n1,"two\r\nlines"\r\n2,"say ""hi"", ok"\r\n'.encode()
    assert read(archive({"9.csv": content}), 2) == (["Id", "Note"], [["1", "two\r\nlines"], ["2", 'say "hi", ok']])


def test_odd_paths_reach_nothing_and_are_read_all_the_same(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("../../evil.csv", "/etc/evil.csv", "C:\\evil.csv"):
        assert read(archive({name: b"Id\n1\n"}), 1)[1] == [["1"]]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "packed",
    [
        lambda: io.BytesIO(b""),
        lambda: io.BytesIO(b"<html>Service Unavailable</html>"),
        lambda: io.BytesIO(archive({"1.csv": b"Id\n" + b"1\n" * 5000}).getvalue()[:-40]),
        lambda: archive({}),
        lambda: archive({"a.csv": b"Id\n1\n", "b.csv": b"Id\n2\n"}),
        lambda: archive({"1.csv": b"Id\n\xff\xfe\n"}),
        lambda: archive({"1.csv": b"Id\n1\n"}),
    ],
)
def test_what_cannot_be_read_whole_is_broken_and_transient(packed):
    with pytest.raises(BrokenArchive) as caught:
        read(packed(), 5000)
    assert caught.value.failure_type == "transient_error"


def test_a_damaged_byte_is_noticed():
    packed = bytearray(archive({"1.csv": b"Id\n" + b"".join(b"%d\n" % n for n in range(3000))}, zipfile.ZIP_STORED).getvalue())
    packed[5000] ^= 1
    with pytest.raises(BrokenArchive):
        read(io.BytesIO(bytes(packed)), 3000)


def test_an_archive_that_unpacks_to_more_rows_than_announced_is_stopped():
    with pytest.raises(BrokenArchive, match="more rows"):
        read(archive({"1.csv": b"Id\n" + b"1\n" * 2_000_000}), 10)


def test_a_line_without_end_is_stopped_before_it_fills_the_memory():
    with pytest.raises(BrokenArchive, match="line longer"):
        read(archive({"1.csv": b'Id\n"' + b"x" * 30_000_000}), 10)


def test_many_lines_inside_one_cell_are_stopped():
    with pytest.raises(BrokenArchive):
        read(archive({"1.csv": b'Id\n"' + b"x\n" * 5_000_000}), 10)
