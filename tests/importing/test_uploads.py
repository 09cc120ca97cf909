import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pixflow.importing import Uploads
from pixflow.refused import Refused


def test_a_file_comes_back_as_it_was_with_its_name(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads")
    token = uploads.keep(b"\xef\xbb\xbfa\nb\n", "résultats\n(1).csv")
    assert uploads.get(token) == (b"\xef\xbb\xbfa\nb\n", "résultats\n(1).csv")


def test_the_disk_shows_neither_name_nor_content_to_others(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    one, other = uploads.keep(b"x", "jeunes.csv"), uploads.keep(b"x", "jeunes.csv")
    assert one != other
    assert {path.name for path in tmp_path.iterdir()} == {one, other}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_what_is_discarded_is_gone(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    token = uploads.keep(b"x", "x.csv")
    uploads.discard(token)
    uploads.discard(token)
    with pytest.raises(Refused, match="upload-gone"):
        uploads.get(token)


@pytest.mark.parametrize("token", ["", "../events.db", "a" * 31, "A" * 32, "a" * 32 + "\n", "/etc/passwd"])
def test_a_token_is_no_path(tmp_path: Path, token: str) -> None:
    for use in (Uploads(tmp_path).get, Uploads(tmp_path).discard):
        with pytest.raises(Refused, match="upload-gone"):
            use(token)


def test_an_hour_later_it_is_swept_and_nothing_else(tmp_path: Path) -> None:
    uploads, now = Uploads(tmp_path), datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    old, fresh = uploads.keep(b"x", "old.csv"), uploads.keep(b"x", "fresh.csv")
    (tmp_path / "other").write_bytes(b"kept")
    for name, age in ((old, timedelta(minutes=61)), (fresh, timedelta(minutes=59)), ("other", timedelta(days=9))):
        at = (now - age).timestamp()
        os.utime(tmp_path / name, (at, at))
    assert uploads.sweep(now) == 1
    assert {path.name for path in tmp_path.iterdir()} == {fresh, "other"}
