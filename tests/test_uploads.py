import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pixflow.refused import Refused
from pixflow.uploads import Uploads


def test_a_file_comes_back_as_it_was_with_its_name(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads")
    token = uploads.keep(b"\xef\xbb\xbfa\nb\n", "résultats\n(1).csv")
    assert uploads.get(token) == (b"\xef\xbb\xbfa\nb\n", "résultats\n(1).csv")


def test_the_disk_shows_neither_name_nor_content_nor_the_token_that_opens_them(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    one, other = uploads.keep(b"Zanzibar", "jeunes.csv"), uploads.keep(b"Zanzibar", "jeunes.csv")
    assert one != other
    first, second = tmp_path.iterdir()
    assert first.read_bytes() != second.read_bytes()
    for path in (first, second):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not {one, other} & {path.name}
        assert not [told for told in (b"Zanzibar", b"jeunes", one.encode()) if told in path.read_bytes()]


def test_a_file_that_was_cut_or_changed_is_gone(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    token = uploads.keep(b"Zanzibar", "x.csv")
    (path,) = tmp_path.iterdir()
    for left in (path.read_bytes()[:-1], b""):
        path.write_bytes(left)
        with pytest.raises(Refused, match="upload-gone"):
            uploads.get(token)


def test_what_is_discarded_is_gone(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    token = uploads.keep(b"x", "x.csv")
    uploads.discard(token)
    uploads.discard(token)
    with pytest.raises(Refused, match="upload-gone"):
        uploads.get(token)


def test_what_was_read_of_a_file_is_kept_beside_it_and_goes_with_it(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    token, other = uploads.keep(b"x", "x.csv"), uploads.keep(b"y", "y.csv")
    uploads.keep_reading(token, "sheet 1", b"Zanzibar")
    uploads.keep_reading(token, "sheet 1", b"a later one")
    assert [uploads.reading(token, part) for part in ("sheet 1", "sheet 2")] == [b"Zanzibar", None]
    assert uploads.reading(other, "sheet 1") is None
    (path,) = tmp_path.glob("*.*")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"Zanzibar" not in path.read_bytes()
    assert b"sheet" not in path.name.encode()
    path.write_bytes(path.read_bytes()[:-1])
    assert uploads.reading(token, "sheet 1") is None
    uploads.discard(token)
    assert len(list(tmp_path.iterdir())) == 1


def test_what_was_read_is_swept_as_files_are(tmp_path: Path) -> None:
    uploads, now = Uploads(tmp_path), datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    uploads.keep_reading(uploads.keep(b"x", "x.csv"), "sheet 1", b"read")
    for path in tmp_path.iterdir():
        os.utime(path, ((now - timedelta(minutes=61)).timestamp(),) * 2)
    assert uploads.sweep(now) == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("token", ["", "../events.db", "a" * 31, "A" * 32, "a" * 32 + "\n", "/etc/passwd"])
def test_a_token_is_no_path(tmp_path: Path, token: str) -> None:
    for use in (Uploads(tmp_path).get, Uploads(tmp_path).discard):
        with pytest.raises(Refused, match="upload-gone"):
            use(token)


def test_an_hour_later_it_is_swept_and_nothing_else(tmp_path: Path) -> None:
    uploads, now = Uploads(tmp_path), datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    (tmp_path / "other").write_bytes(b"kept")
    age(tmp_path, now - timedelta(days=9))
    old = uploads.keep(b"x", "old.csv")
    age(tmp_path, now - timedelta(minutes=61))
    fresh = uploads.keep(b"y", "fresh.csv")
    age(tmp_path, now - timedelta(minutes=59))
    assert uploads.sweep(now) == 1
    assert uploads.get(fresh) == (b"y", "fresh.csv")
    with pytest.raises(Refused, match="upload-gone"):
        uploads.get(old)
    assert (tmp_path / "other").exists()


def age(folder: Path, written: datetime) -> None:
    """Let what was just written there be as old as that."""
    newest = max(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    os.utime(newest, (written.timestamp(), written.timestamp()))
