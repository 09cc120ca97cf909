"""Rotation of a structure's key, and its fact."""

from uuid import UUID

from pixflow.actor import OPERATOR, Actor
from pixflow.backups.key_copies import check_whole, copies, refresh_keys
from pixflow.events.structure import RotationMotive
from pixflow.structure import record_rotation
from pixflow.structure_folder import OpenStructure


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
