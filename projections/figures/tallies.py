"""A question to the entries, the conditions that select them, and the counts of those that are alike.

A question is a period, a day, and one cell of a cut.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)

from pixflow.documents.definitions import TARGETED
from pixflow.indicators import facts as team
from pixflow.indicators.catalogue import EVERY, Cell, cell
from pixflow.indicators.entry import Basis, FigureEntry
from pixflow.indicators.facts import ELSEWHERE, JOINED, LISTED, NAMED, SENT, USED, level
from pixflow.reference_data import References
from projections import advisor_queue
from projections.contract import folds
from projections.figures.entries import entries, is_referral, of_a_partner, sums, value_sums
from projections.figures.paths import paths

Cut = Literal["", "site", "programme", "group", "modality", "mediator", "band", "partner"]
CUTS: tuple[Cut, ...] = ("site", "programme", "group", "modality", "mediator", "band", "partner")
YES = "yes"
tasks = advisor_queue.table
Conditions = list[ColumnElement[bool]]


Cells = dict[Cut, list[tuple[str, int]]]
"""The cells of each cut, each with its number of dossiers."""


class Counting(NamedTuple):
    """Where figures are counted: the tables of a day or of today, their references, and what counts with them."""

    connection: Connection
    refs: References
    basis: Basis
    today: date
    cells: Callable[[], Cells]


class FigureQuestion(Struct, frozen=True):
    """The period, both days included, and the day it is asked for; one cell of a cut.

    `advisor`: the dossiers that somebody follows, and the tasks that they have to do.
    """

    first: date
    last: date
    day: date
    cut: Cut = ""
    value: str = ""
    advisor: UUID | None = None


def of_everybody(asked: FigureQuestion) -> FigureQuestion:
    return replace(asked, cut="", value="", advisor=None)


def counted_in(asked: FigureQuestion) -> FromClause:
    """Returns where to count: the sums, or for a cell and for an advisor the entries one by one."""
    return entries_of(asked) if asked.cut or asked.advisor is not None else sums


def values_in(asked: FigureQuestion) -> FromClause:
    """Returns where to count by value, of the indicators with a median."""
    return value_sums if counted_in(asked) is sums else entries_of(asked)


def entries_of(question: FigureQuestion) -> FromClause:
    """Returns the entries; of an advisor those alone of their dossiers.

    Those are found by their streams: the index of indicators would read those of everybody.
    """
    if question.advisor is None:
        return entries
    others = [column for column in entries.c if column is not entries.c.indicator]
    hidden = (entries.c.indicator + literal_column("''")).label("indicator")
    return select(hidden, *others).where(*_select_by_key(question, "stream")).subquery("own")


def how_many(table: FromClause) -> ColumnElement[int]:
    """Counts the entries."""
    return func.sum(table.c.n) if "n" in table.c else func.count()


def select_cell(asked: FigureQuestion) -> Conditions:
    """Selects, of the entries to count in, those of the cell."""
    return [] if asked.advisor is not None else _select_by_key(asked, "cell")


def _select_by_key(question: FigureQuestion, key: str) -> Conditions:
    """Selects by a key of the paths."""
    found = _of(question, key, entries.c[key], "" if question.cut == "partner" else question.cut)
    found = [one.is_(true()) for one in found] if key == "cell" else found
    return [entries.c.partner == question.value, of_a_partner, *found] if question.cut == "partner" else found


def _of(
    question: FigureQuestion, key: str, column: ColumnElement[Any], cut: Cut, *more: ColumnElement[bool]
) -> Conditions:
    """Selects the rows whose column is a key of the paths that are asked for, with `more` of each of these paths."""
    wanted: Conditions = []
    if cut:
        wanted.append(paths.c[cut] == (question.value == YES if cut == "mediator" else question.value))
        if (
            cut == "mediator" or not question.value
        ):  # an erased person stands in no cell: nothing is known of their cuts
            wanted.append(paths.c.counts)
    if question.advisor is not None:
        wanted.append(paths.c.advisor == question.advisor)
    return [column.in_(select(paths.c[key]).where(*wanted, *more))] if wanted else []


def in_period(table: FromClause, asked: FigureQuestion) -> ColumnElement[bool]:
    return table.c.on.between(asked.first, asked.last)


def select_seats(table: FromClause, question: FigureQuestion) -> ColumnElement[bool]:
    """Selects the seats of workshops closed in the period (I16), these workshops, and the seats of erased people."""
    of_workshops = (entries.c.indicator == "I16", entries.c.part == "held", in_period(entries, question))
    closed = select(entries.c.stream).where(*of_workshops)
    return or_(table.c.subject.in_(closed), and_(table.c.subject.is_(None), in_period(table, question)))


def late(table: FromClause, asked: FigureQuestion) -> ColumnElement[bool]:
    return table.c.due < asked.day


def late_ones(table: FromClause, asked: FigureQuestion) -> ColumnElement[int]:
    """Counts the entries past their day."""
    return func.sum(case((late(table, asked), table.c.n if "n" in table.c else 1), else_=0))


IdleDays = tuple[date | None, date | None]
"""The earliest and the latest day of a last activity; None for any."""


def idle_days(question: FigureQuestion, cell: Cell) -> IdleDays:
    """Returns the days of the last activity that a number of the ages counts."""
    least, most = cell.waits or (None, None)
    oldest, newest = (None if days is None else question.day - timedelta(days) for days in (most, least))
    return oldest, newest


def of_cell(question: FigureQuestion, indicator: str, cell: Cell, table: FromClause, idle: IdleDays) -> Conditions:
    """Selects the entries of one number, or their sums, whatever their day. `idle` are its `idle_days`.

    Parts and states are named: the index then finds the entries of some days.
    """
    wanted = [table.c.indicator == indicator, *select_cell(question)]
    wanted += [table.c.part.in_(cell.parts), table.c.state.in_(cell.states)]
    if indicator == "I16":
        wanted.append(select_seats(table, question))
    if cell.late is not None:
        wanted.append(or_(table.c.state != "open", late(table, question) if cell.late else ~late(table, question)))
    oldest, newest = idle
    if newest is not None:
        wanted.append(table.c.due <= newest)
    if oldest is not None:
        wanted.append(table.c.due >= oldest)
    return wanted


def of_tasks(question: FigureQuestion) -> ColumnElement[bool]:
    """Selects the tasks of dossiers owed on the day (I19); of a person, all those that they have to do."""
    whose = [] if question.advisor is None else [advisor_queue.doer(question.day) == question.advisor]
    if whose and not question.cut:
        return and_(advisor_queue.visible(question.day), *whose)
    question = replace(question, advisor=None)
    cut = "" if question.cut == "partner" else question.cut
    left_out = tasks.c.stream.not_in(select(paths.c.stream).where(~paths.c.counts))  # a few: quicker than all others
    those = _of(question, "stream", tasks.c.stream, cut, paths.c.counts) or [left_out]
    nobody = [literal(False)] if question.cut == "partner" else []
    return and_(tasks.c.subject == "dossier", advisor_queue.visible(question.day), *whose, *those, *nobody)


# --- I23: the partners of the list, those to whom somebody was referred in the period, and what the list lacks
#
# A referral names a partner of the list by its id, or by one of its names: the list of the day decides, so that a name
# attached later counts for the referrals of before.


class Naming(Struct, frozen=True):
    """The referrals of the period that name one partner in the same way: how many there are, and the latest day.

    `partner` is the one of the list, None when it is in no list.
    """

    reason: str
    subject: UUID | None
    n: int
    latest: date
    partner: UUID | None


def referrals(table: FromClause, asked: FigureQuestion) -> Conditions:
    """Selects the referrals of the period. A cut parts them: the list of partners is the same for everybody."""
    return [is_referral(table), in_period(table, asked), *select_cell(asked)]


def read_namings(connection: Connection, question: FigureQuestion) -> list[Naming]:
    """Returns the referrals of the period by the name that they give, each with its partner of the list."""
    columns = (entries.c.stream, entries.c.part, entries.c.reason, entries.c.subject)
    query = select(*columns).where(entries.c.indicator == "I23", entries.c.part.in_((LISTED, NAMED, JOINED)))
    listing = list(connection.execute(query.order_by(entries.c.stream)))
    listed = {row.stream for row in listing if row.part == LISTED}
    joined = {row.stream: row.subject for row in listing if row.part == JOINED}
    named = [row for row in listing if row.part == NAMED]
    named.sort(key=lambda row: row.stream in listed)  # of two with one name, the one that is still listed
    partners = {row.reason: row.stream for row in named}
    table = entries_of(question)
    alike = (table.c.reason, table.c.subject)
    query = select(*alike, func.count(), func.max(table.c.on)).where(*referrals(table, question)).group_by(*alike)
    namings = []
    for reason, subject, n, latest in connection.execute(query).all():
        partner = subject or partners.get(reason)
        while partner in joined:  # it goes on as the one that it was joined to
            partner = joined[partner]
        namings.append(Naming(reason, subject, n, latest, partner if partner in listed else None))
    return namings


def unlisted(found: Iterable[Naming]) -> tuple[list[str], list[UUID]]:
    """Returns the names and the partners that referrals give, and that are in no list."""
    unknown = [one for one in found if one.partner is None]
    names = {one.reason for one in unknown if one.subject is None}
    return sorted(names), sorted({one.subject for one in unknown if one.subject is not None})


def is_elsewhere(table: FromClause, names: Any, subjects: Any) -> ColumnElement[bool]:
    """Selects the referrals whose partner is in no list. Whoever names a partner by its id needs no name."""
    by_name = and_(table.c.subject.is_(None), table.c.reason.in_(names))
    return or_(by_name, table.c.subject.in_(subjects))


def of_latest_day(table: FromClause, namings: Collection[Naming]) -> ColumnElement[bool]:
    """Selects the referrals of the latest day of each partner of the list, and others of that day and name."""
    days: dict[UUID, date] = {}
    for one in namings:
        if one.partner:
            days[one.partner] = max(one.latest, days.get(one.partner, one.latest))
    last = [(one.reason, one.latest) for one in namings if one.partner and one.latest == days[one.partner]]
    return tuple_(table.c.reason, table.c.on).in_(last)


def first_of_each(found: Iterable[Naming], rows: Iterable[Any]) -> list[Any]:
    """Returns the first row of each partner of the list. Rows have a `subject` and a `reason`."""
    partners = {(one.reason, one.subject): one.partner for one in found}
    first: dict[UUID, Any] = {}
    for row in rows:
        if partner := partners[row.reason, row.subject]:
            first.setdefault(partner, row)
    return list(first.values())


# --- counts of entries that are alike: figures are made of them, and lists go on from them

ALL = tuple(EVERY)
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


class Stuck(Struct, frozen=True):
    """Those who wait past their day in a step, whatever the period: how many, and since when the first one waits."""

    count: int
    since: date


class FigureCounts(Struct, frozen=True):
    """The entries of these indicators, counted: `within` the period, and `ever`, whatever the period.

    `owed` are the tasks (I19), `namings` the referrals (I23), `of_nobody` the entries of the team and of the sites,
    `stuck` those who wait past their day, by indicator.
    """

    ids: Collection[str]
    within: Tallies
    ever: Tallies
    owed: Sequence[Owed]
    namings: Sequence[Naming]
    of_nobody: Sequence[OfNobody]
    stuck: Mapping[str, Stuck]

    def tallies(self, id: str, wanted: Cell) -> dict[Tally, int]:
        """Returns the tallies of the entries in a cell."""
        found = (self.ever if wanted.ever else self.within)[id]
        return {tally: n for tally, n in found.items() if n and fits(tally, wanted)}

    def number(self, id: str, name: str) -> int:
        """Returns a number, the length of its list. Raises KeyError for an unknown one."""
        return sum(self.tallies(id, cell(id, name)).values())


def count_entries(tables: Counting, question: FigureQuestion, ids: Collection[str] = ALL) -> FigureCounts:
    """Counts the entries of these indicators."""
    connection = tables.connection
    owed: list[Owed] = []
    if "I19" in ids:
        alike = (tasks.c.kind, tasks.c.due)
        query = select(*alike, func.count()).where(of_tasks(question)).group_by(*alike)
        owed = [(kind, due, n) for kind, due, n in connection.execute(query).all()]
    stuck = _stuck(connection, question, [id for id in TARGETED if id in ids])
    within, ever = _within(connection, question, ids), _ever(connection, question, ids, owed, stuck)
    namings = read_namings(connection, question) if "I23" in ids else []
    if "I23" in ids:
        elsewhere = sum(one.n for one in namings if one.partner is None)
        used = len({one.partner for one in namings} - {None})
        sent = sum(one.n for one in namings)
        referred = {USED: used, SENT: sent, ELSEWHERE: elsewhere}  # a partner of the list counts once
        within["I23"] = Counter({Tally(part, "done"): n for part, n in referred.items() if n})
        ever["I23"] = _list_of_partners(tables, question)
    others = list(_of_nobody(tables, question))
    for id, _, one in others:
        (ever if id == "I22" else within)[id][Tally(one.part, one.state)] += 1
    return FigureCounts(ids, within, ever, owed, namings, others, stuck)


def fits(tally: Tally, wanted: Cell) -> bool:
    """Tells if the entries of a tally are in a cell."""
    least, most = wanted.waits or (0, None)
    return (
        (not wanted.parts or tally.part in wanted.parts)
        and tally.state in wanted.states
        and (wanted.late is None or tally.state != "open" or tally.late == wanted.late)
        and (not wanted.waits or (tally.idle >= least and (most is None or tally.idle <= most)))
    )


def _within(connection: Connection, question: FigureQuestion, ids: Collection[str]) -> dict[str, Counter[Tally]]:
    table = counted_in(question)
    of_days = [id for id in ids if id not in _APART]
    some = [table.c.indicator.in_(of_days)] if ids is not ALL else []  # without it, the index is read in its order
    made = tallied(connection, question, table, "indicator", in_period(table, question), *some)
    for id in _APART:
        made.pop(id, None)
    if "I16" in ids:
        table = entries_of(question)
        made |= tallied(
            connection, question, table, "indicator", table.c.indicator == "I16", select_seats(table, question)
        )
    return made


def _ever(
    connection: Connection,
    question: FigureQuestion,
    ids: Collection[str],
    owed: Collection[Owed],
    stuck: Mapping[str, Stuck],
) -> dict[str, Counter[Tally]]:
    """Counts what stands on the day."""
    made: dict[str, Counter[Tally]] = defaultdict(Counter)
    table = counted_in(question)
    if "I1" in ids:
        made = tallied(connection, question, table, "indicator", table.c.indicator == "I1", table.c.state == "open")
    if "I18" in ids:
        query = select(table.c.due, how_many(table)).where(table.c.indicator == "I18", *select_cell(question))
        for due, n in connection.execute(query.group_by(table.c.due)).all():
            made["I18"][Tally("", "open", due < question.day, (question.day - due).days)] += n
    for id, one in stuck.items():
        made[id][Tally("", "open", True)] += one.count
    for kind, due, n in owed:
        made["I19"][Tally(kind, "open", due < question.day)] += n
    return made


def _stuck(connection: Connection, question: FigureQuestion, ids: Collection[str]) -> dict[str, Stuck]:
    if not ids:
        return {}
    table = counted_in(question)
    wanted = (table.c.indicator.in_(ids), table.c.part == "", table.c.state == "open", late(table, question))
    query = select(table.c.indicator, how_many(table), func.min(table.c.on)).where(*wanted, *select_cell(question))
    return {id: Stuck(int(n), on) for id, n, on in connection.execute(query.group_by(table.c.indicator)).all()}


def tallied(
    connection: Connection, question: FigureQuestion, table: FromClause, by: str, *wanted: ColumnElement[bool]
) -> dict[Any, Counter[Tally]]:
    """Counts the entries that are wanted, by the values of a column."""
    alike = (table.c[by], table.c.part, table.c.state)
    query = (
        select(*alike, how_many(table), late_ones(table, question))
        .where(*wanted, *select_cell(question))
        .group_by(*alike)
    )
    made: dict[Any, Counter[Tally]] = defaultdict(Counter)
    for key, part, state, n, tardy in connection.execute(query).all():
        if state == "open":
            for tally, count in ((Tally(part, state, True), tardy), (Tally(part, state, False), n - tardy)):
                if count:
                    made[key][tally] += count
        else:
            made[key][Tally(part, state)] += n
    return made


def _list_of_partners(tables: Counting, question: FigureQuestion) -> Counter[Tally]:
    """Counts the list of partners, and the offers by level: those of the grid, none included."""
    wanted = (sums.c.indicator == "I23", sums.c.part != SENT)
    tallies = tallied(tables.connection, of_everybody(question), sums, "indicator", *wanted)["I23"]
    if tables.refs.grilles.published:
        for band in tables.refs.grille(question.day).document.bands:
            tallies[Tally(level((band.low, band.high)), "done")] += 0
    return tallies


def _of_nobody(tables: Counting, question: FigureQuestion) -> Iterator[OfNobody]:
    """Yields the entries of the team (I22) and of the sites (R15), with indicator and stream. A cut has none."""
    if question.cut or question.advisor:
        return
    refs = tables.refs
    opened = tables.connection.execute(select(folds.c.stream).where(folds.c.kind == "structure")).scalar()
    for id, entry in team.members(refs.team, question.day):
        yield "I22", id, entry
    if question.first <= question.day <= question.last and opened and tables.basis.definitions.judges("R15"):
        for id, entry in team.referents(refs.team, refs.structure.sites, opened, question.day):
            yield "I24", id, entry
