"""Ma boîte: the tasks of each advisor, and the piles of the référent and the direction."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from textwrap import shorten
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Index,
    Integer,
    Select,
    String,
    Table,
    Uuid,
    and_,
    case,
    func,
    not_,
    or_,
    select,
    text,
    tuple_,
)

from pixflow import tasks
from pixflow.dossier.state import current_stage
from pixflow.identity import list_name, normalise
from projections.contract import Change, Row, keys, metadata, optional, required
from projections.directory import people
from projections.statements import (
    Statement,
    having,
    list_rows,
    page_of,
    pair_columns,
    question,
    row_of,
    take_first,
    take_number,
)

NAME = "advisor_queue"
KINDS = frozenset(tasks.OF)
PILED, _HANDED = text("role IN ('referent', 'manager')"), text("handed_to IS NOT NULL")
_SEEN = ("opens", "lapses", "paused", "handed_to", "handed_until")
table = Table(
    "advisor_queue",
    metadata,
    *keys(stream=Uuid, key=String),
    *required(subject=String, kind=String, role=String, opens=Date, due=Date, to_referent=Date, to_manager=Date),
    *required(place=String, chases=Integer, why_version=Integer, why_on=Date, details=JSON, name=String, sort=String),
    *required(programme=String, group=String, site=String),
    *optional(stage=String, owner=Uuid, lapses=Date, appointment=DateTime, phone=String),
    *optional(paused=Date, handed_to=Uuid, handed_until=Date),  # paused: the day when a snoozed task comes back
    # With all that `workloads` reads: it reads no row.
    Index("queue_of_owner", "owner", "due", *_SEEN),
    Index("queue_of_colleague", "handed_to", sqlite_where=_HANDED),
    Index("queue_of_role", "role", "kind", sqlite_where=PILED),
    Index("queue_of_kind", "kind", "due", "owner"),
    # In the order of the late rows, with all that their counts read.
    Index("queue_past_due", "due", "kind", "owner", "role", "to_referent", "to_manager", *_SEEN),
    sqlite_with_rowid=False,
)
TABLES = KEPT = (table,)
Owners = Collection[UUID]
URGENT = (table.c.due, table.c.sort, table.c.key, table.c.stream)
"""Order of the rows, the most urgent first."""


def rows(change: Change) -> dict[Table, list[Row]]:
    """Returns one row for each task that the subject owes."""
    owed = tasks.OF[change.kind](change.after, change.refs)
    about = _about(change.kind, change.after, {task.kind for task in owed}) if owed else {}
    return {table: [_row(change, task, {**about, **_site_of(change, task)}) for task in owed]}


def _about(kind: str, state: Any, owed: Collection[str]) -> Row:
    """Returns what all tasks of a subject have in common; `owed` are their kinds."""
    match kind:
        case "dossier":
            there = {at: getattr(state, at) for at in ("programme", "site", "phone")}
            about = {"name": list_name(state), "group": state.group or "", "stage": current_stage(state, owed), **there}
        case "participation":
            about = {"name": list_name(state)}
        case "workshop":
            about = {"name": state.place or state.site, "site": state.site}
        case "resource":
            about = {"name": (state.proposal or state.current).document.title}
        case "contact" | "partner":
            about = {"name": state.details.name, "phone": state.details.phone or None}
        case "question":
            about = {"name": shorten(state.text, width=90, placeholder="…")}
        case _:
            about = {"name": state.name, "site": getattr(state, "site", None) or ""}
    return {**about, "sort": normalise(about["name"])}


def _site_of(change: Change, task: tasks.Task) -> Row:
    """Returns the site that a task of the structure is about, in place of its name."""
    site = task.why.details.get("site") if change.kind == "structure" else None
    return {"name": site, "site": site, "sort": normalise(site)} if site else {}


def _row(change: Change, task: tasks.Task, about: Row) -> Row:
    (to_referent, _), (to_manager, _) = task.escalations
    owner = {"dossier": getattr(change.after, "advisor", None), "staff": change.stream}.get(change.kind)
    columns = {"stage": task.stage, "programme": "", "group": "", "site": "", "phone": None, **about}
    return row_of(
        table,
        task,
        stream=change.stream,
        subject=change.kind,
        owner=owner if task.role == "advisor" else task.owner,
        to_referent=to_referent,
        to_manager=to_manager,
        appointment=task.appointment.replace(tzinfo=None) if task.appointment else None,
        paused=task.snoozed_until,
        why_version=task.why.version,
        why_on=task.why.on,
        details=task.why.details,
        **columns,
    )


class QueueFilter(Struct, frozen=True):
    """Filter of the queue; an empty field means all. `doer` is the id of the person who has the rows."""

    kind: str = ""
    stage: str = ""
    programme: str = ""
    site: str = ""
    doer: str = ""
    group: str = ""


class QueueCount(Struct, frozen=True):
    """Number of rows with the same values of the filters; of these, the late ones, those due today, and this week."""

    kind: str
    stage: str | None
    programme: str
    site: str
    group: str
    doer: str
    n: int
    late: int
    today: int
    week: int


def page(
    connection: Connection,
    owners: Owners,
    today: date,
    wanted: QueueFilter = QueueFilter(),
    limit: int | None = 50,
    offset: int = 0,
) -> list[Any]:
    """Returns the visible rows of these people, the most urgent first; `doer` is the person who has each row today."""
    return list(_page(connection, wanted, owners=owners, today=today, limit=limit, offset=offset))


@Statement
def _page(wanted: QueueFilter, owners: Owners, today: date, limit: int | None, offset: int) -> Select[Any]:
    query = select(table, doer(today).label("doer")).where(_mine(owners, today), *_filter_rows(wanted, today))
    return query.order_by(*URGENT).limit(limit).offset(offset)


def counts(connection: Connection, owners: Owners, today: date) -> list[QueueCount]:
    """Counts the rows of these people by kind, stage, programme, site, group and person. A week ends on Sunday."""
    sunday = today + timedelta(days=6 - today.weekday())
    found = _counts(connection, owners=owners, today=today, sunday=sunday)
    return [QueueCount(*(*row[:5], str(row[5]), *row[6:])) for row in found]


@Statement
def _counts(owners: Owners, today: date, sunday: date) -> Select[Any]:
    due = table.c.due
    days = (due < today, due == today, and_(due > today, due <= sunday))
    alike = (table.c.kind, table.c.stage, table.c.programme, table.c.site, table.c.group, doer(today))
    return select(*alike, func.count(), *map(_of_these, days)).where(_mine(owners, today)).group_by(*alike)


@question(take_first)
def totals(owners: Owners, today: date) -> Select[int, int]:
    """Returns the number of rows that these people see, and of those past due."""
    return select(func.count(), _of_these(table.c.due < today)).where(_mine(owners, today))


@question(take_first)
def rest(owners: Owners, today: date) -> Select[int, Any, int]:
    """Returns the number of an advisor's rows that are not open yet, the first day of one, and how many are snoozed."""
    later = and_(table.c.owner.in_(owners), table.c.opens > today)
    first = func.min(case((later, table.c.opens)))
    theirs = or_(table.c.owner.in_(owners), table.c.handed_to.in_(owners))
    return select(_of_these(later), first, _of_these(_snoozed(owners, today))).where(theirs)


@question(list_rows)
def snoozed(owners: Owners, today: date, limit: int, offset: int) -> Select[Any]:
    """Returns an advisor's snoozed rows, the first to come back first."""
    query = select(table, doer(today).label("doer")).where(_snoozed(owners, today)).limit(limit).offset(offset)
    return query.order_by(table.c.paused, table.c.sort, table.c.key, table.c.stream)


def appointments(connection: Connection, person: UUID, today: date, since: date) -> list[Any]:
    """Returns the rows that a person has today, with an appointment on a day or later."""
    query = select(table).where(_done_by([person], today), table.c.appointment >= datetime.combine(since, time()))
    return list(connection.execute(query.order_by(table.c.appointment, table.c.stream, table.c.key)))


def of_keys(connection: Connection, owners: Owners, today: date, keys: Collection[tuple[UUID, str]]) -> list[Any]:
    """Returns the open rows of these people with these streams and keys, the most urgent first."""
    chosen = tuple_(table.c.stream, table.c.key).in_(keys)
    query = select(table, doer(today).label("doer")).where(_done_by(owners, today), _open(today), chosen)
    return list(connection.execute(query.order_by(*URGENT)))


@question(lambda found: {person: (tasks, late) for person, tasks, late in found})
def workloads(today: date) -> Select[UUID | None, int, int]:
    """Returns the number of visible tasks of each person, and of those past due; of None those in nobody's name."""
    return by_doer(today)


def by_doer(today: date, *among: ColumnElement[bool]) -> Select[UUID | None, int, int]:
    """Counts the visible tasks of each person, among some: Équipe, Indicateurs and boxes say this number."""
    person = doer(today)
    return select(person, func.count(), _of_these(table.c.due < today)).where(visible(today), *among).group_by(person)


@question(take_number)
def due_through(owner: UUID, first: date, last: date) -> Select[Any]:
    """Returns the number of somebody's own tasks that are due on a day or before, and not over before the first day."""
    lasts = or_(table.c.lapses.is_(None), table.c.lapses > first)
    return select(func.count()).where(table.c.owner == owner, table.c.opens <= last, table.c.due <= last, lasts)


@question(pair_columns)
def workload_by_dossier(owner: UUID, today: date) -> Select[Any]:
    """Returns the number of somebody's visible tasks in each dossier."""
    query = select(table.c.stream, func.count()).where(_mine([owner], today), table.c.subject == "dossier")
    return query.group_by(table.c.stream)


def _of_these(rows: ColumnElement[bool]) -> ColumnElement[int]:
    """Counts these rows among all that a question selects."""
    return func.count(case((rows, 1)))


def visible(today: date) -> ColumnElement[bool]:
    """Selects the rows that are open and not snoozed."""
    return and_(_open(today), or_(table.c.paused.is_(None), table.c.paused <= today))


def _open(today: date) -> ColumnElement[bool]:
    return and_(table.c.opens <= today, or_(table.c.lapses.is_(None), table.c.lapses > today))


def _mine(owners: Owners, today: date) -> ColumnElement[bool]:
    return and_(_done_by(owners, today), visible(today))


def _done_by(people: Owners, today: date) -> ColumnElement[bool]:
    """Selects a person's own rows that no colleague has now, and the rows of colleagues handed to them."""
    elsewhere = handed(today)
    return or_(and_(table.c.owner.in_(people), not_(elsewhere)), and_(table.c.handed_to.in_(people), elsewhere))


def doer(today: date) -> ColumnElement[UUID]:
    """Returns the person who has a row today: the colleague it was handed to, or its owner."""
    return case((handed(today), table.c.handed_to), else_=table.c.owner)


def handed(today: date) -> ColumnElement[bool]:
    """Selects the rows that a colleague has for now."""
    return and_(table.c.handed_to.is_not(None), or_(table.c.handed_until.is_(None), table.c.handed_until >= today))


def _snoozed(owners: Owners, today: date) -> ColumnElement[bool]:
    return and_(_done_by(owners, today), _open(today), table.c.paused > today)


def _filter_rows(wanted: QueueFilter, today: date) -> Sequence[ColumnElement[bool]]:
    columns = {name: value for name, value in asdict(wanted).items() if value and name != "doer"}
    of = [doer(today) == UUID(wanted.doer)] if wanted.doer else []
    return [*of, *(having(table.c[name], value) for name, value in columns.items())]


# --- dossiers whose tasks a seat in a workshop would answer


def groups_without_seat(
    connection: Connection, kinds: Sequence[str], owners: Owners | None, but: Collection[UUID], cej: bool
) -> dict[str, int]:
    """Counts the dossiers of each group that owe one of these kinds; "" stands for no group."""
    query = select(table.c.group, func.count()).where(*_without_seat(kinds, owners, but, cej))
    return dict(connection.execute(query.group_by(table.c.group)).all())


def without_seat(
    connection: Connection,
    kinds: Sequence[str],
    owners: Owners | None,
    but: Collection[UUID],
    cej: bool,
    group: str,
    limit: int,
    offset: int,
) -> list[Any]:
    """Returns the dossiers of these owners (None: all) that owe one of these kinds, but some, by their last names.

    `cej`: puts those in CEJ first, and includes those without a planned diagnostic, because a workshop is where it is
    taken. `group`: only that group; "" for all.
    """
    first = [case((table.c.programme == "CEJ", 0), else_=1)] if cej else []
    query = select(table).join(people, people.c.stream == table.c.stream)
    query = query.where(*_without_seat(kinds, owners, but, cej))
    query = query.where(table.c.group == group) if group else query
    query = query.order_by(*first, people.c.sort, table.c.stream, table.c.key)
    return page_of(connection, query, limit, offset)


def _without_seat(
    kinds: Sequence[str], owners: Owners | None, but: Collection[UUID], cej: bool
) -> Iterator[ColumnElement[bool]]:
    mandatory = and_(table.c.kind == "plan-diagnostic", table.c.programme == "CEJ")
    yield or_(table.c.kind.in_(kinds), mandatory) if cej else table.c.kind.in_(kinds)
    yield table.c.stream.not_in(but)
    if owners is not None:
        yield table.c.owner.in_(owners)
