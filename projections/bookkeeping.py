"""Defines the collection of read tables, and the three tables that catch_up keeps for itself."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Uuid

WRITING = "writing"
"""Option of a connection that writes rows. On PostgreSQL it waits until no other process writes."""

metadata = MetaData()

position = Table(
    "position",
    metadata,
    Column("position", Integer, nullable=False),
    Column("stained", Boolean, nullable=False),  # the disk holds what was shown of an erased person: scrub
)
folds = Table(
    "folds",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("kind", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Index("folds_of_kind", "kind", "stream"),
)
stopped = Table(
    "stopped",
    metadata,
    Column("projection", String, primary_key=True),
    Column("stream", Uuid, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("code", String, nullable=False),
)
