"""The cuts where each path stands: a path without a row here has to be counted again.

A change of a stream deletes its row, so recording costs one deletion, whatever the number of indicators.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, Uuid, text

from projections.contract import Change, Row, metadata
from projections.figures import WITH_ENTRIES

NAME = "figures.paths"
KINDS = WITH_ENTRIES
APPENDS = False
READS: dict[str, Callable[[Any], Any]] = {}

_LEFT_OUT: Any = {"sqlite_where": text("counts = 0")}
paths = Table(
    "figure_paths",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("basis", String, nullable=False),  # the documents that its entries were made with
    Column("cell", BigInteger, nullable=False),
    Column("counts", Boolean, nullable=False),
    Column("advisor", Uuid),
    Column("site", String, nullable=False),
    Column("programme", String, nullable=False),
    Column("group", String, nullable=False),
    Column("modality", String, nullable=False),
    Column("mediator", Boolean, nullable=False),
    Column("band", String, nullable=False),
    Index("figure_paths_left_out", "stream", **_LEFT_OUT),
)
TABLES = (paths,)


def rows(change: Change) -> dict[Table, list[Row]]:
    """Returns no row: that of a changed stream is made again with the next question."""
    return {}
