"""Small files that survive a power cut, and leave nothing behind on the disk once they are replaced or deleted."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


def write_new(path: Path, content: bytes) -> None:
    """A file that only its owner reads, durable; FileExistsError when there is one."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def replace(path: Path, content: bytes) -> None:
    """The same in place of another, at one instant; what the other held is overwritten."""
    written = path.with_name(f"{path.name}.new")
    discard(written)
    write_new(written, content)
    wipe_behind(path, lambda: written.replace(path))


def discard(path: Path) -> None:
    """Delete a file, if it is there; what it held is overwritten first."""
    with suppress(FileNotFoundError), open(path, "r+b") as file:
        _wipe(file)
        path.unlink()


def wipe_behind(path: Path, take_its_place: Callable[[], object]) -> None:
    with open(path, "r+b") as old:
        take_its_place()
        sync_folder(path.parent)
        _wipe(old)


def _wipe(file: BinaryIO) -> None:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    file.write(bytes(size))
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """The names in a folder are durable: a power cut takes none of them back."""
    found = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(found)
    finally:
        os.close(found)
