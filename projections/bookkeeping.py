"""The one collection of read tables, and the tables of catch_up itself."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Uuid

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
