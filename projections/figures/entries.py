"""The entries of each dossier, workshop and partner in the indicators.

A change of a stream deletes the row of its path (paths.py). Its entries stay until `refresh` writes those that differ,
for the next question (refresh.py). An erasure deletes them at once.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import asdict
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    FromClause,
    Index,
    Integer,
    String,
    Table,
    Uuid,
    and_,
    literal_column,
)

from pixflow.documents.definitions import TARGETED
from pixflow.events.base import Recorded
from pixflow.indicators import catalogue
from pixflow.indicators import facts as workshops
from pixflow.indicators.entry import Basis, FigureEntry
from pixflow.indicators.facts import SENT, partner_entries
from pixflow.indicators.path import Path
from pixflow.partners.state import PartnerState
from pixflow.workshop import state as workshop_state
from projections.contract import Change, Row, metadata
from projections.figures import WITH_ENTRIES
from projections.figures.sums import keep_sums_of

NAME = "figures.entries"
KINDS = WITH_ENTRIES
APPENDS = False
READS: dict[str, Callable[[Any], Any]] = dict.fromkeys(KINDS, lambda state: None)  # no change moves them

_COUNTED = ("indicator", "part", "state", "on", "due", "value", "cell")
entries = Table(
    "figure_entries",
    metadata,
    Column("stream", Uuid, nullable=False),
    Column("cell", BigInteger, nullable=False),  # of its path: a cut selects cells, and counts without the streams
    Column("indicator", String, nullable=False),
    Column("part", String, nullable=False),
    Column("on", Date, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("due", Date),
    Column("ended_on", Date),
    Column("ended", Integer),
    Column("reason", String, nullable=False),
    Column("partner", String, nullable=False),
    Column("subject", Uuid),
    Column("value", Integer),
    Index("figure_entries_of_stream", "stream", "indicator"),
    Index("figure_entries_counted", *_COUNTED),
)
# In the conditions of an index, and in the statements that use it, values are written out.
of_a_partner = entries.c.partner != literal_column("''")


def is_referral(table: FromClause) -> ColumnElement[bool]:
    """Selects the referrals of the entries, or of some of them."""
    return and_(table.c.indicator == literal_column("'I23'"), table.c.part == literal_column(f"'{SENT}'"))


def is_targeted(table: FromClause) -> ColumnElement[bool]:
    """Selects the entries of the indicators with a delay."""
    return table.c.indicator.in_([literal_column(f"'{id}'") for id in TARGETED])


def _index(name: str, where: ColumnElement[bool], *columns: str) -> Index:
    found = (entries.c[column] for column in columns)
    return Index(f"figure_entries_{name}", *found, sqlite_where=where, postgresql_where=where)


_index("of_partner", of_a_partner, "partner", *_COUNTED)
_index("referrals", is_referral(entries), "indicator", "part", "reason", "subject", "on", "cell", "partner")
_index("ended", is_targeted(entries), "indicator", "ended_on", "on", "due")
keep_sums_of(entries)
TABLES = (entries,)


def rows(change: Change) -> dict[Table, list[Row]]:
    """Returns no row: those of a stream are made with the next question."""
    return {}


def of_path(path: Path, basis: Basis, documents: str = "") -> tuple[Row, list[Row]]:
    """Returns the row of a dossier's cuts, and its entries. Nothing is known of an erased person's cuts."""
    row = {
        **_blank(path.dossier, documents),
        "counts": path.counts,
        "advisor": path.advisor,
        "site": path.site,
        "programme": path.programme,
        "group": path.group,
        "modality": path.modality,
        "mediator": path.mediator,
        "band": "{}-{}".format(*path.band) if path.band else "",
    }
    return _in_cell(row, catalogue.entries(basis, path))


def of_workshop(stream: UUID, events: Sequence[Recorded], basis: Basis, documents: str = "") -> tuple[Row, list[Row]]:
    """Returns the row of a workshop, which has a site, and its entries."""
    state = workshop_state.fold(events)
    found = workshops.of_workshop(stream, state, events, basis)
    return _in_cell({**_blank(stream, documents), "site": state.site}, found)


def of_partner(stream: UUID, state: PartnerState, basis: Basis, documents: str = "") -> tuple[Row, list[Row]]:
    """Returns the row of a partner, which is in no cut, and its entries."""
    return _in_cell(_blank(stream, documents), partner_entries(basis, stream, state))


def _blank(stream: UUID, documents: str) -> Row:
    texts = dict.fromkeys(("site", "programme", "group", "modality", "band"), "")
    return {"stream": stream, "basis": documents, "counts": False, "advisor": None, "mediator": False, **texts}


def _in_cell(row: Row, found: Iterable[FigureEntry]) -> tuple[Row, list[Row]]:
    """Returns a path's row and its entries with their cell: paths alike in all cuts have the same one."""
    alike = msgspec.json.encode([value for name, value in row.items() if name not in ("stream", "basis")])
    place = {"stream": row["stream"], "cell": int.from_bytes(blake2b(alike, digest_size=8).digest(), signed=True)}
    return row | place, [place | asdict(one) for one in found]
