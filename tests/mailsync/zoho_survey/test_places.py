"""Places: what leads away from TLS is not followed, and no message shows a query."""

from types import SimpleNamespace

import pytest

from mailsync.errors import ConfigError, VendorUnavailable
from mailsync.zoho_survey.places import Place

SIGNED = "https://files.example.com/answers.csv?signature=secret-word"


def answer(status=200, *hops):
    *before, last = [SimpleNamespace(url=url) for url in (SIGNED, *hops)]
    return SimpleNamespace(status_code=status, url=last.url, history=before)


@pytest.mark.parametrize("hops", [(), ("https://elsewhere.example.com/x",), ("http://127.0.0.1:1/x",)])
def test_redirections_on_tls_are_followed(hops):
    Place(SIGNED, {}, option="location")._judge(answer(200, *hops))


@pytest.mark.parametrize("hops", [("http://files.example.com/x",), ("http://files.example.com/x", "https://files.example.com/y")])
def test_a_redirection_without_tls_is_not_followed(hops):
    with pytest.raises(ConfigError, match="without TLS") as refused:
        Place(SIGNED, {}, option="location")._judge(answer(200, *hops))
    assert "secret-word" not in str(refused.value)


@pytest.mark.parametrize(("status", "kind"), [(404, ConfigError), (403, ConfigError), (500, VendorUnavailable), (429, VendorUnavailable)])
def test_what_a_status_means(status, kind):
    with pytest.raises(kind, match=f"HTTP {status}") as refused:
        Place(SIGNED, {}, option="location")._judge(answer(status))
    assert "secret-word" not in str(refused.value)


def test_files_come_oldest_first_with_their_depth(tmp_path):
    import os

    for number, name in enumerate(("b.json", "S1/c.json", "S1/deep/a.json")):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text("{}")
        os.utime(path, (1000 + number, 1000 + number))
    found = Place(str(tmp_path), {}, option="spool").below()
    assert [(one.name, one.folder, one.depth, one.modified) for one in found] == [
        ("b.json", tmp_path.name, 0, 1000.0),
        ("c.json", "S1", 1, 1001.0),
        ("a.json", "deep", 2, 1002.0),
    ]


def test_a_mark_changes_with_the_file(tmp_path):
    path = tmp_path / "x.csv"
    place = Place(str(path), {}, option="location")
    path.write_text("a")
    before = place.matching()[0].mark
    assert place.matching()[0].mark == before
    path.write_text("ab")
    assert place.matching()[0].mark != before
