"""The counts of entries that are alike: figures are made of them, and lists go on from them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, FromClause, func, select

from pixflow.indicators import facts as team
from pixflow.indicators.catalogue import BY_ID, FUNNEL, Cell, cell
from pixflow.indicators.entry import Basis, FigureEntry
from pixflow.indicators.facts import SENT, level
from pixflow.reference_data import References
from projections.contract import folds
from projections.figures import listed_partners
from projections.figures.listed_partners import Naming
from projections.figures.selection import (
    FigureQuestion,
    counted_in,
    entries_of,
    held,
    how_many,
    how_many_late,
    in_period,
    of_everybody,
    of_tasks,
    tasks,
    there,
)
from projections.figures.sums import sums

ALL = (*BY_ID, FUNNEL.id)
_APART = ("I16", "I18", "I19", "I22")
"""Those that the period does not select by the day of their entries."""


class Tally(Struct, frozen=True):
    """A part and a state of entries; `late` is None but for those still awaited, `idle` the days without activity."""

    part: str
    state: str
    late: bool | None = None
    idle: int = 0


Tallies = Mapping[str, Counter[Tally]]
Owed = tuple[str, date, int]
"""A kind of task, the day when it is due, and how many are owed."""
OfNobody = tuple[str, UUID, FigureEntry]
"""An indicator, a stream, and an entry that is no dossier's."""


class FigureCounts(Struct, frozen=True):
    """The entries of these indicators, counted: `within` the period, and `ever`, whatever the period.

    `owed` are the tasks (I19), `namings` the referrals (I23), `of_nobody` the entries of the team and of the sites.
    """

    ids: Collection[str]
    within: Tallies
    ever: Tallies
    owed: Sequence[Owed]
    namings: Sequence[Naming]
    of_nobody: Sequence[OfNobody]

    def tallies(self, id: str, wanted: Cell) -> dict[Tally, int]:
        """Returns the tallies of the entries in a cell."""
        found = (self.ever if wanted.ever else self.within)[id]
        return {tally: n for tally, n in found.items() if n and fits(tally, wanted)}

    def number(self, id: str, name: str) -> int:
        """Returns a number, the length of its list. Raises KeyError for an unknown one."""
        return sum(self.tallies(id, cell(id, name)).values())


def count_entries(
    connection: Connection, asked: FigureQuestion, basis: Basis, refs: References, ids: Collection[str] = ALL
) -> FigureCounts:
    """Counts the entries of these indicators."""
    owed = _owed(connection, asked) if "I19" in ids else []
    within, ever = _within(connection, asked, ids), _ever(connection, asked, ids, owed)
    namings = listed_partners.namings(connection, asked) if "I23" in ids else []
    if "I23" in ids:
        within["I23"] = Counter({Tally(part, "done"): n for part, n in listed_partners.tallies(namings).items()})
        ever["I23"] = _list_of_partners(connection, asked, refs)
    others = list(_of_nobody(connection, asked, basis, refs))
    for id, _, one in others:
        (ever if id == "I22" else within)[id][Tally(one.part, one.state)] += 1
    return FigureCounts(ids, within, ever, owed, namings, others)


def fits(tally: Tally, wanted: Cell) -> bool:
    """Tells if the entries of a tally are in a cell."""
    least, most = wanted.waits or (0, None)
    return (
        (not wanted.parts or tally.part in wanted.parts)
        and tally.state in wanted.states
        and (wanted.late is None or tally.state != "open" or tally.late == wanted.late)
        and (not wanted.waits or (tally.idle >= least and (most is None or tally.idle <= most)))
    )


def _within(connection: Connection, asked: FigureQuestion, ids: Collection[str]) -> dict[str, Counter[Tally]]:
    table = counted_in(asked)
    of_days = [id for id in ids if id not in _APART]
    some = [table.c.indicator.in_(of_days)] if ids is not ALL else []  # without it, the index is read in its order
    made = _tallied(connection, asked, table, in_period(table, asked), *some)
    for id in _APART:
        made.pop(id, None)
    if "I16" in ids:
        table = entries_of(asked)
        made |= _tallied(connection, asked, table, table.c.indicator == "I16", held(table, asked))
    return made


def _ever(
    connection: Connection, asked: FigureQuestion, ids: Collection[str], owed: Collection[Owed]
) -> dict[str, Counter[Tally]]:
    """Counts what stands on the day."""
    made: dict[str, Counter[Tally]] = defaultdict(Counter)
    table = counted_in(asked)
    if "I1" in ids:
        made = _tallied(connection, asked, table, table.c.indicator == "I1", table.c.state == "open")
    if "I18" in ids:
        query = select(table.c.due, how_many(table)).where(table.c.indicator == "I18", *there(asked))
        for due, n in connection.execute(query.group_by(table.c.due)):
            made["I18"][Tally("", "open", due < asked.day, (asked.day - due).days)] += n
    for kind, due, n in owed:
        made["I19"][Tally(kind, "open", due < asked.day)] += n
    return made


def _owed(connection: Connection, asked: FigureQuestion) -> list[Owed]:
    alike = (tasks.c.kind, tasks.c.due)
    query = select(*alike, func.count()).where(of_tasks(asked)).group_by(*alike)
    return [(kind, due, n) for kind, due, n in connection.execute(query)]


def _tallied(
    connection: Connection, asked: FigureQuestion, table: FromClause, *wanted: ColumnElement[bool]
) -> dict[str, Counter[Tally]]:
    alike = (table.c.indicator, table.c.part, table.c.state)
    numbers = (how_many(table), how_many_late(table, asked))
    query = select(*alike, *numbers).where(*wanted, *there(asked)).group_by(*alike)
    made: dict[str, Counter[Tally]] = defaultdict(Counter)
    for id, part, state, n, tardy in connection.execute(query):
        if state == "open":
            made[id] += Counter({Tally(part, state, True): tardy, Tally(part, state, False): n - tardy})
        else:
            made[id][Tally(part, state)] += n
    return made


def _list_of_partners(connection: Connection, asked: FigureQuestion, refs: References) -> Counter[Tally]:
    """Counts the list of partners, and the offers by level: those of the grid, none included."""
    found = _tallied(connection, of_everybody(asked), sums, sums.c.indicator == "I23", sums.c.part != SENT)["I23"]
    if refs.grilles.published:
        for band in refs.grille(asked.day).document.bands:
            found[Tally(level((band.low, band.high)), "done")] += 0
    return found


def _of_nobody(connection: Connection, asked: FigureQuestion, basis: Basis, refs: References) -> Iterator[OfNobody]:
    """Yields the entries of the team and of the sites, with their indicator and stream: I22, and the rule R15.

    A cut has none of them.
    """
    if asked.cut or asked.advisor:
        return
    opened = connection.execute(select(folds.c.stream).where(folds.c.kind == "structure")).scalar()
    for id, one in team.members(refs.team, asked.day):
        yield "I22", id, one
    if asked.first <= asked.day <= asked.last and opened and basis.definitions.judges("R15"):
        for id, one in team.referents(refs.team, refs.structure.sites, opened, asked.day):
            yield "I24", id, one
