"""Files that wait between their preview and their record: random names, readable by the program alone, for an hour."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from pixflow.refused import Refused

KEPT = timedelta(hours=1)
_TOKEN = re.compile(r"[0-9a-f]{32}")


class Uploads:
    """The uploads of one structure, in its `uploads/` folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, data: bytes, name: str) -> str:
        """Keep a file; returns the token that gets it back. Its own name is inside, not on the disk."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        token = os.urandom(16).hex()
        path = os.open(self.folder / token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(path, "wb") as file:
            file.write(msgspec.json.encode(name) + b"\n" + data)
        return token

    def get(self, token: str) -> tuple[bytes, str]:
        """The file and its name. Raises Refused("upload-gone") when it was discarded, swept or never kept."""
        try:
            head, data = self._path(token).read_bytes().split(b"\n", 1)
        except FileNotFoundError:
            raise Refused("upload-gone") from None
        return data, msgspec.json.decode(head, type=str)

    def discard(self, token: str) -> None:
        """Recorded or cancelled; nothing when it is gone already."""
        self._path(token).unlink(missing_ok=True)

    def sweep(self, now: datetime) -> int:
        """Delete what has waited for more than an hour at `now`, the clock of the disk; returns how many."""
        old = [path for path in self.folder.glob("*") if _TOKEN.fullmatch(path.name) and _kept_at(path) < now - KEPT]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _path(self, token: str) -> Path:
        if not _TOKEN.fullmatch(token):
            raise Refused("upload-gone")
        return self.folder / token


def _kept_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.max.replace(tzinfo=UTC)
