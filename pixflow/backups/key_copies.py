"""Copies of keys beside backups, and the rotation of the structure's key.

After an erasure, `refresh_keys` replaces the keys in every backup of the data folder, so that none can bring the person
back. The owner of a backup kept elsewhere must replace it (docs/operations.md).
"""

from collections.abc import Set
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import MsgspecError, Struct

from pixflow.actor import OPERATOR, Actor
from pixflow.backups import BackupError, erasure_log
from pixflow.events.catalogue import sealed_topics
from pixflow.events.structure import RotationMotive
from pixflow.store import folders
from pixflow.store.durable_files import replace
from pixflow.store.keys import Keys
from pixflow.structure import record_rotation
from pixflow.structure_folder import OpenStructure

FILE = "keys.json"


class KeysCopy(Struct, frozen=True):
    """Content of keys/<slug>.ring, of keys/<slug>.erased, and of the vault: its ring number and its wrapped keys.

    None stands for a destroyed key.
    """

    ring: bytes
    erased: bytes
    number: int
    streams: dict[UUID, bytes | None]


class _Origin(Struct, frozen=True):
    """The part of a copy that shows whether it is current."""

    ring: bytes
    erased: bytes


def encoded(keys: Keys) -> bytes:
    """Returns the keys as the content of a file. Within `keys.ring.changing()` the ring and the vault match."""
    number, streams = keys.vault.read(keys.vault.streams())
    return msgspec.json.encode(KeysCopy(*_read_keys(keys), number, streams))


def read(backup: Path) -> KeysCopy:
    """Returns the keys of a backup. Raises BackupError("damaged")."""
    try:
        return msgspec.json.decode((backup / FILE).read_bytes(), type=KeysCopy)
    except (OSError, MsgspecError):
        raise BackupError("damaged", file=FILE) from None


def refresh_keys(opened: OpenStructure) -> int:
    """Replaces keys and register in every outdated backup of the data folder. Returns the number of backups changed.

    To be called after keys were destroyed or the structure's key was changed. Overwrites the old content. Raises
    BackupError("keys-missing") and changes nothing when the structure lacks a key itself: a backup may hold the only
    copy. Raises Refused, as `copies`, and changes nothing.
    """
    keys = opened.engine.keys
    with keys.ring.changing():
        stale = [path for path in copies(opened) if not _is_of_today(path, keys)]
        if stale:
            check_whole(opened)
            content = encoded(keys)
            for path in stale:
                replace(path, content)
    return len(stale)


def check_whole(opened: OpenStructure) -> None:
    """Raises BackupError("keys-missing") when a key of this structure is lost, damaged, or emptied without an erasure.

    Sealed data need it, and a backup may hold it.
    """
    damaged = len(opened.engine.keys.damaged())
    check_none_lost(opened.engine.keys, opened.engine.recorder.streams(sealed_topics()), damaged)
    check_none_emptied(opened)


def check_none_lost(keys: Keys, sealed: Set[UUID], damaged: int = 0) -> None:
    """Raises BackupError("keys-missing") when one of these streams has lost its key. A destroyed key is not lost."""
    if lost := len(keys.lost(sealed)) + damaged:
        raise BackupError("keys-missing", count=lost)


def check_none_emptied(opened: OpenStructure) -> None:
    """Raises BackupError("keys-missing") when a key is destroyed without an erasure."""
    if emptied := erasure_log.count_unnamed(opened):
        raise BackupError("keys-missing", count=emptied)


def copies(opened: OpenStructure) -> list[Path]:
    """Returns the key file of every backup, unfinished ones included.

    Raises Refused: "not-owned" or "other-user" for one that this user cannot read or replace.
    """
    backups = folders.holding(opened.folder.parent / "backups" / opened.slug, FILE)
    with folders.access_in_words():
        for path in backups:
            folders.check_access(path)
            folders.check_access(path / FILE)
    return [path / FILE for path in backups]


def _is_of_today(path: Path, keys: Keys) -> bool:
    try:
        made = msgspec.json.decode(path.read_bytes(), type=_Origin)
    except MsgspecError:
        return False
    return (made.ring, made.erased) == _read_keys(keys)


def _read_keys(keys: Keys) -> tuple[bytes, bytes]:
    ring = keys.ring.path
    register = ring.with_suffix(".erased")
    return ring.read_bytes(), register.read_bytes() if register.exists() else b""


# --- rotation of a structure's key, and its fact


def rotate_keys(opened: OpenStructure, motive: RotationMotive, command_id: UUID) -> int:
    """Replaces the structure's key, in the backups of the data folder too. Returns the number of those backups.

    The fact comes first: a crash may leave a fact without its rotation, and no rotation without its fact. Raises
    BackupError("keys-missing") when the structure lacks a stream's key: a backup may hold the only copy. Raises
    Refused, as `copies`.
    """
    check_whole(opened)
    opened.engine.execute(
        {"structure": opened.stream("structure")},
        record_rotation,
        by=Actor(OPERATOR),
        command_id=command_id,
        via="cli",
        motive=motive,
        keys=sum(opened.engine.keys.vault.streams().values()),
        backups=len(copies(opened)),
    )
    opened.engine.keys.ring.change_structure_key()
    return refresh_keys(opened)
