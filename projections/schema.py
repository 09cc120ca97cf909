"""The one collection of read tables, and those of catch_up itself."""

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table, Uuid

metadata = MetaData()

position = Table("position", metadata, Column("position", Integer, nullable=False))
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
