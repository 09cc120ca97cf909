"""Backups of a structure, and their restore.

PIXFLOW_DATA/backups/<slug>/<when, UTC>/
    events.db      everything recorded, as a SQLite file, whichever store it comes from
    keys.json      the streams' keys, useless without the structure's key, which no backup has: see `KeysCopy`
    manifest.json  what it is, how much it holds, and the digests of what never changes: see `Manifest`

A backup is whole or not there. Read stores, uploads and locks are in none.
"""

from typing import Any

STAMP = "%Y-%m-%dT%H%M%SZ"
"""Format of the name of a backup's folder: a UTC time."""


class BackupError(Exception):
    """A backup was not taken, or nothing was restored. Nothing has changed.

    Codes: backup-exists, not-written, not-a-backup, newer-format, older-format, damaged, bad-name, structure-there,
    other-structure, kept-elsewhere, no-structure-key, keys-not-opened, keys-missing, unopened, changed.
    """

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code, details)
        self.code, self.details = code, details
