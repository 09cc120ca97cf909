"""Files of a structure, on both stores: kept once, by their digest, and in every backup."""

from pathlib import Path

from pixflow.store.sqlite import copy
from tests.store.places import AnyRecorder

CONTENT = bytes(range(256)) * 4_000


def test_a_file_is_kept_once_and_read_back(recorder: AnyRecorder) -> None:
    digest = recorder.files.keep(CONTENT)
    assert recorder.files.keep(CONTENT) == digest
    assert recorder.files.read(digest) == CONTENT
    assert recorder.files.read("0" * 64) is None
    assert recorder.files.read(recorder.files.keep(b"")) == b""


def test_a_copy_has_the_files(recorder: AnyRecorder, tmp_path: Path) -> None:
    recorder.files.keep(CONTENT)
    recorder.copy_to(tmp_path / "copy.db")
    assert copy.content_of(tmp_path / "copy.db").files == 1
