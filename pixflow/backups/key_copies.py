"""The keys that a backup holds: one file, so that it is replaced at one instant.

When somebody is erased, `refresh_keys` gives every backup of the data folder the keys that are left: none can bring the
person back. A backup kept elsewhere has to be replaced by whoever keeps it (docs/operations.md).
"""

from collections.abc import Iterator, Set
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import MsgspecError, Struct

from pixflow.backups import SavingError
from pixflow.events.catalogue import sealed_topics
from pixflow.store.durable_files import replace
from pixflow.store.keys import Keys
from pixflow.structure_folder import OpenStructure

FILE = "keys.json"


class KeysCopy(Struct, frozen=True):
    """keys/<slug>.ring and keys/<slug>.erased as they stood, and the vault: its ring's number and its wrapped keys.

    None stands for a key that is destroyed.
    """

    ring: bytes
    erased: bytes
    number: int
    streams: dict[UUID, bytes | None]


class _Made(Struct, frozen=True):
    """What tells whether a copy is of today."""

    ring: bytes
    erased: bytes


def taken(keys: Keys) -> bytes:
    """The keys as they are, as a file's content. Within `keys.ring.changing()`: the ring and the vault agree."""
    number, streams = keys.vault.read(keys.vault.streams())
    return msgspec.json.encode(KeysCopy(*_today(keys), number, streams))


def read(backup: Path) -> KeysCopy:
    """The keys of a backup. Raises SavingError("damaged")."""
    try:
        return msgspec.json.decode((backup / FILE).read_bytes(), type=KeysCopy)
    except (OSError, MsgspecError):
        raise SavingError("damaged", file=FILE) from None


def refresh_keys(opened: OpenStructure) -> int:
    """Give every backup in the data folder the keys and the register of today; how many had others.

    What a backup's file held is overwritten. Raises SavingError("keys-missing"), and nothing is, when the structure
    itself lacks a key: a backup may be all that has it. To be called whenever keys were destroyed, or the structure's
    key changed.
    """
    keys = opened.engine.keys
    with keys.ring.changing():
        stale = [path for path in _copies(opened) if not _is_of_today(path, keys)]
        if stale:
            check_whole(opened)
            content = taken(keys)
            for path in stale:
                replace(path, content)
    return len(stale)


def check_whole(opened: OpenStructure) -> None:
    """Raises SavingError("keys-missing") when what is sealed here lacks its key."""
    check_none_lost(opened.engine.keys, opened.engine.recorder.streams(sealed_topics()))


def check_none_lost(keys: Keys, sealed: Set[UUID]) -> None:
    """Raises SavingError("keys-missing") when one of these streams has lost its key; a destroyed one is not lost."""
    if lost := keys.lost(sealed):
        raise SavingError("keys-missing", count=len(lost))


def _copies(opened: OpenStructure) -> Iterator[Path]:
    """Those of backups that a crash left unfinished too."""
    return (opened.folder.parent / "backups" / opened.slug).glob(f"*/{FILE}")


def _is_of_today(path: Path, keys: Keys) -> bool:
    try:
        made = msgspec.json.decode(path.read_bytes(), type=_Made)
    except MsgspecError:
        return False
    return (made.ring, made.erased) == _today(keys)


def _today(keys: Keys) -> tuple[bytes, bytes]:
    ring = keys.ring.path
    register = ring.with_suffix(".erased")
    return ring.read_bytes(), register.read_bytes() if register.exists() else b""
