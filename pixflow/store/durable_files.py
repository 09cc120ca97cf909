"""Small files that survive a power cut. Replacing or deleting one overwrites its old content."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


def private_folder(folder: Path) -> None:
    """Creates a folder, and those above it that are missing, for its owner alone. `mkdir` leaves the latter open."""
    if not folder.exists():
        private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def private_file(path: Path) -> None:
    """Creates an empty file that only its owner can read, if there is none. SQLite and copies keep its mode."""
    if not path.exists():
        path.touch(mode=0o600)


def write_new(path: Path, content: bytes) -> None:
    """Writes a durable file that only its owner can read. Raises FileExistsError."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync(path.parent)


def replace(path: Path, content: bytes) -> None:
    """Replaces a file atomically and durably, then overwrites the old content."""
    written = path.with_name(f"{path.name}.new")
    discard(written)
    write_new(written, content)
    wipe_behind(path, lambda: written.replace(path))


def discard(path: Path) -> None:
    """Overwrites and deletes a file, if it exists."""
    with suppress(FileNotFoundError), open(path, "r+b") as file:
        _wipe(file)
        path.unlink()


def wipe_behind(path: Path, take_its_place: Callable[[], object]) -> None:
    with open(path, "r+b") as old:
        take_its_place()
        sync(path.parent)
        _wipe(old)


def _wipe(file: BinaryIO) -> None:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    file.write(bytes(size))
    file.flush()
    os.fsync(file.fileno())


def sync(path: Path) -> None:
    """Makes the content of a file durable, or the names in a folder: a power cut undoes no creation or renaming."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
