"""The exports of Pix Orga that count, with the time when each was made."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, DateTime, Index, Integer, Table, Uuid, select

from projections.contract import Change, Row, metadata

NAME = "exports"
KINDS = frozenset({"intake"})
APPENDS = False
READS: dict[str, Callable[[Any], Any]] = {}

table = Table(
    "exports",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("campaign", Uuid, nullable=False),
    Column("exported_at", DateTime, nullable=False),
    Index("exports_of_time", "exported_at"),
)
TABLES = (table,)


def rows(change: Change) -> dict[Table, list[Row]]:
    """Returns the exports of a campaign, without those taken back."""
    campaign, own = change.after.campaign, change.after.exports
    return {
        table: [
            {
                "stream": change.stream,
                "version": one.version,
                "campaign": campaign,
                "exported_at": one.exported_at.replace(tzinfo=None),
            }
            for one in own
        ]
    }


def last_made(connection: Connection, campaign: UUID | None = None) -> list[Any]:
    """Returns the exports of a campaign, the one made last in Pix Orga first; of all campaigns, that one alone."""
    query = select(table).order_by(table.c.exported_at.desc(), table.c.version.desc())
    asked = query.limit(1) if campaign is None else query.where(table.c.campaign == campaign)
    return list(connection.execute(asked))
