"""The one collection of read tables, and those of catch_up itself."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Uuid

import pixflow
import projections

TURN = "turn"
"""The option of a connection on which rows are written: where several processes may do so, it waits for its turn."""

metadata = MetaData()

position = Table(
    "position",
    metadata,
    Column("position", Integer, nullable=False),
    Column("stained", Boolean, nullable=False),  # somebody was erased, and what was shown of them is still on the disk
)
folds = Table(
    "folds",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("kind", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Index("folds_of_kind", "kind"),
)
stopped = Table(
    "stopped",
    metadata,
    Column("projection", String, primary_key=True),
    Column("stream", Uuid, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("code", String, nullable=False),
)


@cache
def fingerprint() -> str:
    """What the rows depend on: the sources of pixflow/ and projections/, and the holiday data."""
    digest = hashlib.sha256(version("holidays").encode())
    for package in (pixflow, projections):
        root = Path(package.__file__ or "").parent
        for path in sorted(root.rglob("*.py")):
            digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
