"""Files between their preview and their import: encrypted, under random names, for an hour.

Only the token opens a file, and only the address of the preview contains it. Nobody can read the remains of a deleted
file on the disk. Beside a file may stand its readings: what was read of it once, sealed in the same way.
"""

import os
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pixflow.refused import Refused

T = TypeVar("T")
KEPT = timedelta(hours=1)
_TOKEN = re.compile(r"[0-9a-f]{32}")
_NAME = re.compile(r"[0-9a-f]{32}(?:\.[0-9a-f]{16})?")
_NONCE = bytes(12)  # each key seals one file, or one of its readings


class Uploads:
    """The uploads of one structure, in its `uploads/` folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, data: bytes, name: str) -> str:
        """Stores a file. Returns the token that opens it. Its name is inside the file, not on the disk."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        token = os.urandom(16).hex()
        _write(self._path(token), _cipher(token).encrypt(_NONCE, msgspec.json.encode(name) + b"\n" + data, None))
        return token

    def get(self, token: str) -> tuple[bytes, str]:
        """Returns a file and its name. Raises Refused("upload-gone") when it was deleted, truncated or never stored."""
        try:
            opened = _cipher(token).decrypt(_NONCE, self._path(token).read_bytes(), None)
        except (FileNotFoundError, InvalidTag):
            raise Refused("upload-gone") from None
        head, data = opened.split(b"\n", 1)
        return data, msgspec.json.decode(head, type=str)

    def keep_reading(self, token: str, part: str, reading: bytes) -> None:
        """Stores what was read of a file, or of a `part` of it. The first reading stays: no key seals two texts."""
        with suppress(FileExistsError):
            _write(self._reading(token, part), _cipher(token, part).encrypt(_NONCE, reading, None))

    def reading(self, token: str, part: str) -> bytes | None:
        """Returns what was read of a file; None when nothing was stored, or not whole."""
        try:
            return _cipher(token, part).decrypt(_NONCE, self._reading(token, part).read_bytes(), None)
        except (FileNotFoundError, InvalidTag):
            return None

    def read_once(
        self, token: str, part: str, kind: type[T], read: Callable[[], T], is_kept: Callable[[T], bool] = lambda _: True
    ) -> T:
        """Returns what was read of a file, or of a `part` of it. Reads it once; stores it if `is_kept`."""
        stored = self.reading(token, part)
        if stored is not None:
            with suppress(msgspec.MsgspecError):  # another version of the program may have written it
                return msgspec.msgpack.decode(stored, type=kind)
        reading = read()
        if is_kept(reading):
            self.keep_reading(token, part, msgspec.msgpack.encode(reading))
        return reading

    def discard(self, token: str) -> None:
        """Deletes a file that was imported or cancelled, and its readings; does nothing when it is gone."""
        path = self._path(token)
        for one in (path, *self.folder.glob(f"{path.name}.*")):
            one.unlink(missing_ok=True)

    def sweep(self, now: datetime) -> int:
        """Deletes files older than an hour at `now`, by the clock of the disk. Returns their number."""
        old = [path for path in self.folder.glob("*") if _NAME.fullmatch(path.name) and _kept_at(path) < now - KEPT]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _path(self, token: str) -> Path:
        if not _TOKEN.fullmatch(token):
            raise Refused("upload-gone")
        return self.folder / _derived("name", token).hex()[:32]

    def _reading(self, token: str, part: str) -> Path:
        path = self._path(token)
        return path.with_name(f"{path.name}.{_derived(f'name of {part}', token).hex()[:16]}")


def _write(path: Path, sealed: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(sealed)


def _cipher(token: str, part: str = "") -> AESGCM:
    return AESGCM(_derived(f"key of {part}" if part else "key", token))


def _derived(purpose: str, token: str) -> bytes:
    """Derives 32 bytes from the token, 16 random ones. They reveal neither the token nor other derived bytes."""
    return sha256(f"pixflow upload {purpose} {token}".encode()).digest()


def _kept_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.max.replace(tzinfo=UTC)
