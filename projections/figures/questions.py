"""The numbers of the indicators: each is counted among the entries of its cell."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from statistics import median, median_low
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, FromClause, case, func, literal_column, select

from pixflow.indicators import team
from pixflow.indicators.catalogue import AMONG, BY_ID, COUNTED, FUNNEL, Cell, Indicator, cell, parts
from pixflow.indicators.delays import Waited, quantile
from pixflow.indicators.entry import Basis, FigureEntry
from pixflow.indicators.figure import Figure, Part
from pixflow.indicators.partner_entries import SENT, level
from pixflow.reference_data import References
from projections.bookkeeping import folds
from projections.figures import listed_partners
from projections.figures.entries import entries, is_referral
from projections.figures.paths import paths
from projections.figures.selection import (
    CUTS,
    Cut,
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
    values_in,
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


def figures(
    connection: Connection, asked: FigureQuestion, basis: Basis, refs: References, ids: Collection[str] = ALL
) -> dict[str, Figure]:
    """Returns these indicators, by id, and the funnel."""
    owed = _owed(connection, asked) if "I19" in ids else []
    within, ever = _within(connection, asked, ids), _ever(connection, asked, ids, owed)
    if "I23" in ids:
        referrals = listed_partners.tallies(listed_partners.namings(connection, asked))
        within["I23"] = Counter({Tally(part, "done"): n for part, n in referrals.items()})
        ever["I23"] = _list_of_partners(connection, asked, refs)
    for id, _, one in of_nobody(connection, asked, basis, refs):
        (ever if id == "I22" else within)[id][Tally(one.part, one.state)] += 1
    spread = _spread(connection, asked, basis, ids, owed)
    return {one.id: _figure(connection, asked, one, within, ever, spread) for one in _asked(ids)}


def _asked(ids: Collection[str]) -> Iterator[Indicator]:
    yield from (one for one in (*BY_ID.values(), FUNNEL) if one.id in ids)


def _figure(
    connection: Connection,
    asked: FigureQuestion,
    one: Indicator,
    within: Tallies,
    ever: Tallies,
    spread: Mapping[tuple[str, str], tuple[int | None, int | None]],
) -> Figure:
    def number(name: str) -> int:
        wanted = cell(one.id, name)
        return counted((ever if wanted.ever else within)[one.id], wanted)

    found = {tally.part for tally in (*within[one.id], *ever[one.id])}
    made = []
    for part in parts(one, found):
        middle, ninth = spread.get((one.id, part.name), (None, None)) if part.median else (None, None)
        among = number(part.among) if part.among else 0
        made.append(Part(part.name, number(part.name), among, middle, ninth, part.name, part.among))
    if one.id == "I16":
        table = entries_of(asked)
        places = (table.c.indicator == "I16", table.c.part == "held", held(table, asked), *there(asked))
        seats = connection.execute(select(func.sum(table.c.value)).where(*places)).scalar()
        made.append(Part("filled", number("counted"), seats or 0, counts="counted"))
    return Figure(number("counted"), number("among"), tuple(made), one.shares)


def verdicts(connection: Connection, asked: FigureQuestion, basis: Basis, refs: References) -> Counter[Tally]:
    """Counts the verdicts on the rules of conformance (I24)."""
    made = _within(connection, asked, ["I24"])["I24"]
    for id, _, one in of_nobody(connection, asked, basis, refs):
        if id == "I24":
            made[Tally(one.part, one.state)] += 1
    return made


def counted(tallies: Counter[Tally], wanted: Cell) -> int:
    """Returns the number of entries in a cell."""
    return sum(n for tally, n in tallies.items() if fits(tally, wanted))


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
    some = [table.c.indicator.in_(ids)] if ids is not ALL else []  # without it, the index is read in its order
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


# --- medians


def _spread(
    connection: Connection, asked: FigureQuestion, basis: Basis, ids: Collection[str], owed: Iterable[Owed]
) -> dict[tuple[str, str], tuple[int | None, int | None]]:
    """Returns the median and the ninth decile of parts: days waited (I13), days late (I19), points (I21)."""
    made: dict[tuple[str, str], tuple[int | None, int | None]] = {}
    if "I13" in ids:
        for part, waits in _waits(connection, asked, basis).items():
            made["I13", part] = quantile(waits, 0.5), quantile(waits, 0.9)
    for kind, late_by in _late_by(owed, asked.day, basis).items():
        made["I19", kind] = median_low(late_by), None
    if "I21" in ids:
        table = values_in(asked)
        query = select(table.c.value, how_many(table)).where(table.c.indicator == "I21", in_period(table, asked))
        found = connection.execute(query.where(*there(asked)).group_by(table.c.value))
        if points := [value for value, n in found for _ in range(n)]:
            made["I21", "points"] = round(median(points)), None
    return made


def _waits(connection: Connection, asked: FigureQuestion, basis: Basis) -> dict[str, Counter[Waited]]:
    table = values_in(asked)
    since = case((table.c.state == literal_column("'open'"), table.c.on))
    alike = (table.c.part, table.c.state, table.c.value, since)
    query = select(*alike, how_many(table)).where(table.c.indicator == "I13", in_period(table, asked), *there(asked))
    made: dict[str, Counter[Waited]] = defaultdict(Counter)
    for part, state, took, waiting_since, n in connection.execute(query.group_by(*alike)):
        days = basis.days(waiting_since, asked.day) if waiting_since else took
        made[part][Waited(days, state in ("done", "past"))] += n
    return made


def _late_by(owed: Iterable[Owed], day: date, basis: Basis) -> dict[str, list[int]]:
    made: dict[str, list[int]] = defaultdict(list)
    for kind, due, n in owed:
        if due < day:
            made[kind] += [basis.calendar.count(due, day)] * n
    return made


# --- what is no dossier's

OF_NOBODY = ("I22", "I24")


def of_nobody(
    connection: Connection, asked: FigureQuestion, basis: Basis, refs: References
) -> Iterable[tuple[str, UUID, FigureEntry]]:
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


def values(connection: Connection) -> dict[Cut, list[tuple[str, int]]]:
    """Returns the cells of each cut, each with its number of dossiers; a partner's is its number of referrals."""
    found: dict[Cut, Counter[str]] = {cut: Counter() for cut in CUTS}
    stored = [cut for cut in CUTS if cut != "partner"]
    columns = [paths.c[cut] for cut in stored]
    query = select(*columns, func.count()).where(paths.c.counts).group_by(*columns)
    for *alike, n in connection.execute(query):
        for cut, value in zip(stored, alike, strict=True):
            found[cut][_named(value)] += n
    query = select(entries.c.partner, func.count()).where(is_referral(entries)).group_by(entries.c.partner)
    found["partner"].update(dict(map(tuple, connection.execute(query))))
    return {cut: list(cells.items()) for cut, cells in found.items()}


def _named(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def reached(connection: Connection, asked: FigureQuestion) -> dict[date, Counter[str]]:
    """Counts those concerned by month, given as its first day, and by the milestones that they reached since."""
    table = counted_in(asked)
    alike = (table.c.on, table.c.part)
    where = (table.c.indicator == FUNNEL.id, in_period(table, asked), *there(asked))
    made: dict[date, Counter[str]] = defaultdict(Counter)
    for on, part, n in connection.execute(select(*alike, how_many(table)).where(*where).group_by(*alike)):
        made[on.replace(day=1)][part] += n
    return dict(sorted(made.items()))


def months(connection: Connection, asked: FigureQuestion, id: str) -> dict[date, Counter[Tally]]:
    """Counts the entries of an indicator by the month of their day, given as its first day.

    Those are the entries that it counts among; for I1, those that it counts. Partners (I23) have no month.
    """
    if id == "I23":
        return {}
    table = entries_of(asked) if id == "I16" else counted_in(asked)
    alike = (table.c.on, table.c.part, table.c.state)
    where = [table.c.indicator == id, held(table, asked) if id == "I16" else in_period(table, asked), *there(asked)]
    if counts := cell(id, COUNTED if id == "I1" else AMONG).parts:
        where.append(table.c.part.in_(counts))
    made: dict[date, Counter[Tally]] = defaultdict(Counter)
    query = select(*alike, how_many(table), how_many_late(table, asked)).where(*where).group_by(*alike)
    for on, part, state, n, tardy in connection.execute(query):
        tally = made[on.replace(day=1)]
        if state == "open":
            tally[Tally(part, state, True)] += tardy
            tally[Tally(part, state, False)] += n - tardy
        else:
            tally[Tally(part, state)] += n
    return dict(sorted(made.items()))
