"""The entries of each dossier, workshop and partner in the indicators.

A change of a stream deletes the row of its path (paths.py). Its entries stay until `refresh` writes those that differ,
for the next question (refresh.py). An erasure deletes them at once.
"""

# ruff: noqa: S608  the statements of sums are made of names of columns

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import asdict
from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Index,
    Integer,
    String,
    Table,
    Uuid,
    and_,
    event,
    literal_column,
)

from pixflow.documents.definitions import TARGETED
from pixflow.events.base import Recorded
from pixflow.indicators import catalogue
from pixflow.indicators import facts as workshops
from pixflow.indicators.entry import Basis, FigureEntry
from pixflow.indicators.facts import SENT, level, partner_entries
from pixflow.indicators.path import Path
from pixflow.partners.state import PartnerState
from pixflow.workshop import state as workshop_state
from projections.contract import Change, Row, metadata
from projections.figures import WITH_ENTRIES

NAME = "figures.entries"
KINDS = WITH_ENTRIES
APPENDS = False
READS: dict[str, Callable[[Any], Any]] = dict.fromkeys(KINDS, type)  # of the state: no change moves them

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
    return Index(f"figure_entries_{name}", *found, sqlite_where=where)


_index("of_partner", of_a_partner, "partner", *_COUNTED)
_index("referrals", is_referral(entries), "indicator", "part", "reason", "subject", "on", "cell", "partner")
_index("steps", entries.c.indicator == literal_column("'steps'"), "indicator", "part", "on", "reason")
_index("ended", is_targeted(entries), "indicator", "ended_on", "on", "due")
TABLES = (entries,)


def rows(change: Change) -> dict[Table, list[Row]]:
    """Returns no row: those of a stream are made with the next question."""
    return {}


_OF_PATH = ("counts", "advisor", "site", "programme", "group", "modality", "mediator")


def of_path(path: Path, basis: Basis, documents: str = "") -> tuple[Row, list[Row]]:
    """Returns the row of a dossier's cuts, and its entries. Nothing is known of an erased person's cuts."""
    cuts = {name: getattr(path, name) for name in _OF_PATH}
    row = {**_blank(path.dossier, documents), **cuts, "band": level(path.band) if path.band else ""}
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


def _in_cell(row: Row, figure_entries: Iterable[FigureEntry]) -> tuple[Row, list[Row]]:
    """Returns a path's row and its entries with their cell: paths alike in all cuts have the same one."""
    alike = msgspec.json.encode([value for name, value in row.items() if name not in ("stream", "basis")])
    place = {"stream": row["stream"], "cell": int.from_bytes(blake2b(alike, digest_size=8).digest(), signed=True)}
    return row | place, [place | asdict(one) for one in figure_entries]


# --- sums: the numbers of entries that are alike in all that the figures of everybody count
#
# Triggers keep them: whoever writes, changes or deletes an entry, its sums follow in the same transaction. So a sum is
# never stale. Sums grow with the days more than with the dossiers.

sums = Table(
    "figure_sums",
    metadata,
    Column("indicator", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("state", String, primary_key=True),
    Column("on", Date, primary_key=True),
    Column("due", Date, primary_key=True),  # of an open entry: no other one is late
    Column("n", Integer, nullable=False),
    sqlite_with_rowid=False,
)
value_sums = Table(
    "figure_value_sums",  # of the indicators with a median: days or points tell five times as many apart
    metadata,
    Column("indicator", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("state", String, primary_key=True),
    Column("on", Date, primary_key=True),
    Column("value", Integer, primary_key=True),
    Column("n", Integer, nullable=False),
    sqlite_with_rowid=False,
)
_VALUES = {
    "due": "CASE WHEN {0}.state = 'open' AND {0}.due IS NOT NULL THEN {0}.due ELSE '9999-12-31' END",
    "value": "COALESCE({0}.value, 0)",
}
"""The columns of a sum that an entry has in another form."""
_SOME = {sums: "true", value_sums: "{0}.indicator IN ('I13', 'I21')"}
"""The entries that each table sums."""


def _key(table: Table) -> list[str]:
    return [f'"{column.name}"' for column in table.primary_key]


def _values(table: Table, row: str) -> list[str]:
    """Returns the expressions that make the key of an entry."""
    columns = (column.name for column in table.primary_key)
    return [_VALUES.get(name, f'{{0}}."{name}"').format(row) for name in columns]


def _same(table: Table, of: str, values: list[str]) -> str:
    return " AND ".join(f"{of}.{name} = {value}" for name, value in zip(_key(table), values, strict=True))


# --- the sums follow each entry


def _add(table: Table) -> str:
    found = f"SELECT {', '.join(_values(table, 'new'))}, 1 WHERE {_SOME[table].format('new')}"
    return f"INSERT INTO {table.name} {found} ON CONFLICT DO UPDATE SET n = n + 1;"


def _take(table: Table) -> str:
    name, of_old = table.name, _same(table, table.name, _values(table, "old"))
    return f"UPDATE {name} SET n = n - 1 WHERE {of_old}; DELETE FROM {name} WHERE {of_old} AND n = 0;"


_ADD, _TAKE = ("".join(map(made, _SOME)) for made in (_add, _take))
_TRIGGERS = [
    f"CREATE TRIGGER figure_sums_{operation} AFTER {operation} ON figure_entries BEGIN {statements} END"
    for operation, statements in (("INSERT", _ADD), ("DELETE", _TAKE), ("UPDATE", _TAKE + _ADD))
]


def pause_sums(connection: Connection) -> None:
    """Keeps no sums until `resume_sums`, while new entries are written: a trigger adds each of them alone."""
    connection.exec_driver_sql("DROP TRIGGER figure_sums_INSERT")


def resume_sums(connection: Connection) -> None:
    """Sums all entries, and keeps the sums again."""
    for table in _SOME:
        connection.exec_driver_sql(f"INSERT INTO {table.name} {_summed(table)}")
    connection.exec_driver_sql(_TRIGGERS[0])


def _summed(table: Table) -> str:
    key, rows = _key(table), entries.name
    values = (f"{value} AS {name}" for name, value in zip(key, _values(table, rows), strict=True))
    places = ", ".join(str(place) for place in range(1, len(key) + 1))
    return f"SELECT {', '.join(values)}, count(*) AS n FROM {rows} WHERE {_SOME[table].format(rows)} GROUP BY {places}"


for _table in _SOME:
    entries.add_is_dependent_on(_table)
for _statement in _TRIGGERS:  # created with the table of the entries
    event.listen(entries, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
