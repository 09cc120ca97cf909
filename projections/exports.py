"""The exports of Pix Orga that count, with the time when each was made."""

from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, Integer, Select, Table, Uuid, select

from projections.contract import Change, Row, keys, metadata, required
from projections.statements import list_rows, question, row_of

NAME = "exports"
KINDS = frozenset({"intake"})

table = Table(
    "exports",
    metadata,
    *keys(stream=Uuid, version=Integer),
    *required(campaign=Uuid, exported_at=DateTime),
    Index("exports_of_time", "exported_at"),
)
TABLES = (table,)


def rows(change: Change) -> dict[Table, list[Row]]:
    """Returns the exports of a campaign, without those taken back."""
    about = {"stream": change.stream, "campaign": change.after.campaign}
    exports = change.after.exports
    return {table: [row_of(table, one, exported_at=one.exported_at.replace(tzinfo=None), **about) for one in exports]}


@question(list_rows)
def last_made(campaign: UUID | None = None) -> Select[Any]:
    """Returns the exports of a campaign, the one made last in Pix Orga first; of all campaigns, that one alone."""
    query = select(table).order_by(table.c.exported_at.desc(), table.c.version.desc())
    return query.limit(1) if campaign is None else query.where(table.c.campaign == campaign)
