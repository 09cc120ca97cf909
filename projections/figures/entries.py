"""The entries of each dossier, workshop and partner in the indicators, and the cuts where it stands.

A change of a stream deletes its rows; `refresh` makes them again for the next question (refresh.py). So recording costs
one deletion, whatever the number of indicators.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import asdict
from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, String, Table, Uuid, literal_column

from pixflow.events.base import Recorded
from pixflow.indicators import catalogue, workshops
from pixflow.indicators.entry import Basis, FigureEntry
from pixflow.indicators.partner_entries import partner_entries
from pixflow.indicators.path import Path
from pixflow.partners.state import PartnerState
from pixflow.workshop import state as workshop_state
from projections.bookkeeping import metadata
from projections.contract import Change, Row

NAME = "figures.entries"
KINDS = frozenset({"dossier", "workshop", "partner"})
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
    Index("figure_entries_of_stream", "stream"),
    Index("figure_entries_counted", "indicator", "part", "state", "on", "due", "value", "cell"),
)
of_a_partner = entries.c.partner != literal_column("''")
Index("figure_entries_of_partner", entries.c.partner, sqlite_where=of_a_partner, postgresql_where=of_a_partner)
TABLES = (paths, entries)


def rows(change: Change) -> dict[Table, list[Row]]:
    """Returns no row: those of a changed stream are made again with the next question."""
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
