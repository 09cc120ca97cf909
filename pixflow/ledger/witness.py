"""A witness of the registers of others (tlog-witness of C2SP): it cosigns what extends what it cosigned before.

It reads, checks and keeps in one transaction. A fork, two trees of one origin and one size that both bear a good
signature, is refused and kept: it is evidence. Another false proof is not: checkpoints are public, anybody can send it.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pixflow.ledger.notes import WITNESS, Signer, first_signed, private_key
from pixflow.ledger.verify import EMPTY, Checkpoint, PublicKey, Unreadable, extends, extension
from pixflow.store.durable_files import private_file, private_folder

_SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (origin TEXT PRIMARY KEY, size INTEGER, root BLOB NOT NULL, note TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS forks (origin TEXT, size INTEGER, note TEXT, at TEXT NOT NULL, PRIMARY KEY (origin, note));
"""


class WitnessAnswer(NamedTuple):
    """Answer of a witness: a status of HTTP, and the lines that it signs, or the size that it has."""

    status: int
    text: str = ""


class LogWitness:
    """The witness of a folder for the registers of some keys. `host` is the name that it signs with."""

    def __init__(self, folder: Path, host: str, keys: Iterable[PublicKey]) -> None:
        self._file, self._key = folder / "_witness.db", folder / "_witness.key"
        self._host, self._keys = host, tuple(keys)

    @property
    def signer(self) -> Signer:
        return Signer(private_key(self._key, make=not self.has_begun), f"{self._host}/temoin", WITNESS)

    def add(self, body: str, now: datetime) -> WitnessAnswer:
        """Takes a request: the size that somebody thinks we have, a proof, a checkpoint. Raises OSError of a file."""
        try:
            old, path, checkpoint = extension(body)
        except Unreadable:
            return WitnessAnswer(400)
        keys = [key for given in self._keys if (key := given.of(checkpoint.origin))]
        if not keys:
            return WitnessAnswer(404)
        try:
            signers = [key for key in keys if checkpoint.signed_by(key)]
        except Unreadable:
            signers = []
        if not signers:
            return WitnessAnswer(403)
        if old > checkpoint.size:
            return WitnessAnswer(400)
        ours, note = self.signer, first_signed(checkpoint, signers[0])
        with self._database() as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                status, size = _take_checkpoint(connection, old, path, checkpoint, note, now)
        if status != 200:
            return WitnessAnswer(status, f"{size}\n" if status == 409 else "")
        return WitnessAnswer(200, ours.cosignature(checkpoint.text, now))

    @property
    def has_begun(self) -> bool:
        """Tells if the file of the witness is there: it comes with the first checkpoint, and may be lost."""
        return self._file.exists()

    def forks(self) -> list[tuple[str, int, str]]:
        """Returns the forks that it refused of the registers that it still watches: origin, size, checkpoint.

        Raises OSError of a file.
        """
        if not self.has_begun:
            return []
        with self._database() as ours:
            found = ours.execute("SELECT origin, size, note FROM forks ORDER BY at").fetchall()
        return [one for one in found if any(key.of(one[0]) for key in self._keys)]

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        private_folder(self._file.parent)
        private_file(self._file)
        try:
            with closing(sqlite3.connect(self._file, timeout=10, isolation_level=None)) as ours:
                ours.executescript(f"PRAGMA synchronous = FULL; {_SCHEMA}")
                yield ours
        except sqlite3.Error as error:
            raise OSError(str(error)) from error


def _take_checkpoint(
    ours: sqlite3.Connection, old: int, path: tuple[bytes, ...], checkpoint: Checkpoint, note: str, now: datetime
) -> tuple[int, int]:
    """Returns the status for a checkpoint, and the size that we have. Keeps the checkpoint, or the fork."""
    found = ours.execute("SELECT size, root FROM seen WHERE origin = ?", (checkpoint.origin,)).fetchone()
    size, root = found or (0, EMPTY)
    if old != size:
        return 409, size
    if not extends(size, root, checkpoint.size, checkpoint.root, path):
        if checkpoint.size == size:
            at = now.astimezone(UTC).isoformat()
            ours.execute(
                "INSERT OR IGNORE INTO forks VALUES (?, ?, ?, ?)", (checkpoint.origin, checkpoint.size, note, at)
            )
        return 422, size
    ours.execute("REPLACE INTO seen VALUES (?, ?, ?, ?)", (checkpoint.origin, checkpoint.size, checkpoint.root, note))
    return 200, checkpoint.size
