"""A person's words stand in pages, and in no address, no log and no temporary file, even when something breaks."""

import logging
import re
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.web.paths import House, house
from tests.web.pressing import press
from tests.web.tags import parsed

CANARY = re.compile("zanzibar|özgül|ozgul|zg%C3%BCl|0099887|11 ?22 ?33 ?44|peur du noir|peur\\+du|1999", re.IGNORECASE)
IN_MEMORY = 2
ADDRESSES = ("href", "action", "src", "formaction", "hx-get", "hx-post", "hx-push-url")


@pytest.fixture
def locale(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        made.day(date(2026, 3, 16))
        yield made


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def test_names_and_words_stand_in_no_address_and_no_log(locale: House, log: pytest.LogCaptureFixture) -> None:
    nadia, auditor = locale.client("Nadia Benali"), locale.client("Claire Vasseur")
    dossier = locale.opened("Özgül", "Zanzibar", imilo_number="0099887", birth_date=date(1999, 1, 9))
    answers = [
        press(nadia, dossier, "note", text="peur du noir"),
        press(nadia, dossier, "contact", phone="06 11 22 33 44", email=""),
        nadia.post("/chercher", data={"q": "Zanzibar"}),
        *(nadia.get(path) for path in (f"/dossiers/{dossier}", "/boite", "/dossiers")),
        *(auditor.get(path) for path in (f"/rejouer/{dossier}", "/journal")),
    ]
    assert any(CANARY.search(answer.text) for answer in answers), "the pages would show nothing to find"
    for answer in answers:
        assert answer.status_code < 400
        assert [one for one in addresses(answer) if CANARY.search(one)] == []
    assert CANARY.search(log.text) is None


def addresses(answer) -> list[str]:
    """Returns the addresses that a browser requests, and that a proxy may log; telephone links are none."""
    tags = parsed(answer.text).select("*")
    found = [str(tag[name]) for tag in tags for name in ADDRESSES if tag.has_attr(name)]
    return [
        *(one for one in found if not one.startswith("tel:")),
        str(answer.request.url),
        answer.headers.get("Location", ""),
        answer.headers.get("HX-Push-Url", ""),
    ]


def test_a_fault_of_the_tables_says_where_it_is_and_not_about_whom(locale: House) -> None:
    """A traceback in a log has the statement, never its values."""
    asked = text("SELECT stream FROM nowhere WHERE last_name = :last_name")
    with locale.served.read().database.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(asked, {"last_name": "Zanzibar"})
    assert "nowhere" in str(caught.value)
    assert CANARY.search(str(caught.value)) is None


def test_what_sqlite_sorts_or_takes_back_stays_in_memory(locale: House) -> None:
    """Its temporary files would hold names in clear, outside the data folder."""
    with locale.served.read().database.connect() as connection:
        assert connection.execute(text("PRAGMA temp_store")).scalar() == IN_MEMORY


def test_a_file_that_is_sent_is_written_nowhere_while_it_is_read(
    locale: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sophie, sent = locale.client("Sophie Lecomte"), b"Zanzibar;1999-01-09\n" * 250_000
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert sophie.post("/resultats/import", files={"export": ("x.csv", sent)}).status_code == 422
