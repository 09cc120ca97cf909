"""The cuts where each path stands: a path without a row here has to be counted again.

A change of a stream deletes its row, so recording costs one deletion, whatever the number of indicators.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, String, Table, Uuid

from projections.bookkeeping import metadata
from projections.contract import Change, Row
from projections.figures import WITH_ENTRIES

NAME = "figures.paths"
KINDS = WITH_ENTRIES
APPENDS = False
READS: dict[str, Callable[[Any], Any]] = {}

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
)
TABLES = (paths,)


def rows(change: Change) -> dict[Table, list[Row]]:
    """Returns no row: that of a changed stream is made again with the next question."""
    return {}
