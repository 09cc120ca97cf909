"""Ma boîte: what each advisor has to do, and the piles of the référent."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Index,
    Integer,
    String,
    Table,
    Uuid,
    and_,
    case,
    false,
    func,
    or_,
    select,
)  # fmt: skip

from pixflow import tasks
from projections.change import Change, Row
from projections.schema import metadata

NAME = "advisor_queue"
KINDS = frozenset({"dossier", "participation", "campaign"})
APPENDS = False
READS: dict[str, Callable[[Any], Any]] = {}

table = Table(
    "advisor_queue",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("key", String, primary_key=True),
    Column("subject", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("stage", String),
    Column("role", String, nullable=False),
    Column("owner", Uuid),
    Column("opens", Date, nullable=False),
    Column("due", Date, nullable=False),
    Column("lapses", Date),
    Column("to_referent", Date, nullable=False),
    Column("to_manager", Date, nullable=False),
    Column("appointment", DateTime),
    Column("place", String, nullable=False),
    Column("chases", Integer, nullable=False),
    Column("why_version", Integer, nullable=False),
    Column("why_on", Date, nullable=False),
    Column("details", JSON, nullable=False),
    Column("name", String, nullable=False),
    Column("programme", String, nullable=False),
    Column("site", String, nullable=False),
    Column("phone", String),
    Index("queue_of_owner", "owner", "due"),
    Index("queue_of_role", "role", "kind", "due"),
)
TABLES = (table,)


def rows(change: Change) -> dict[Table, list[Row]]:
    """One row for each task that the subject owes."""
    match change.kind:
        case "dossier":
            owed, owner = tasks.of_dossier(change.after, change.refs), change.after.advisor
            about = {
                "name": f"{change.after.first_name} {change.after.last_name}", "programme": change.after.programme,
                "site": change.after.site, "phone": change.after.phone,
            }  # fmt: skip
        case "participation":
            owed, owner = tasks.of_participation(change.after, change.refs), None
            about = {
                "name": f"{change.after.first_name} {change.after.last_name}",
                "programme": "",
                "site": "",
                "phone": None,
            }
        case _:
            owed, owner = tasks.of_campaign(change.after, change.refs), None
            about = {"name": change.after.name, "programme": "", "site": "", "phone": None}
    return {table: [_row(change, task, owner, about) for task in owed]}


def _row(change: Change, task: tasks.Task, owner: UUID | None, about: Row) -> Row:
    (to_referent, _), (to_manager, _) = task.escalations
    return {
        "stream": change.stream, "key": task.key, "subject": change.kind, "kind": task.kind, "stage": task.stage,
        "role": task.role, "owner": owner if task.role == "advisor" else None, "opens": task.opens, "due": task.due,
        "lapses": task.lapses, "to_referent": to_referent, "to_manager": to_manager,
        "appointment": task.appointment.replace(tzinfo=None) if task.appointment else None, "place": task.place,
        "chases": task.chases, "why_version": task.why.version, "why_on": task.why.on, "details": task.why.details,
        **about,
    }  # fmt: skip


# --- the questions


class Filter(Struct, frozen=True):
    """What of the queue is asked for; empty means all."""

    kind: str = ""
    stage: str = ""
    programme: str = ""
    site: str = ""


class Pile(Struct, frozen=True):
    """The référent's tasks of one kind."""

    kind: str
    count: int
    late: int
    oldest: date


def page(
    connection: Connection, owner: UUID, today: date, wanted: Filter = Filter(), limit: int = 50, offset: int = 0
) -> list[Any]:
    """An advisor's visible rows, the most urgent first."""
    query = select(table).where(_mine(owner, today), *_wanted(wanted))
    return list(connection.execute(query.order_by(table.c.due, table.c.name, table.c.key).limit(limit).offset(offset)))


def counts(connection: Connection, owner: UUID, today: date) -> list[Any]:
    """How many rows an advisor sees, and how many are late, by kind, programme and site."""
    late = func.sum(case((table.c.due < today, 1), else_=0))
    query = select(
        table.c.kind, table.c.stage, table.c.programme, table.c.site, func.count().label("n"), late.label("late")
    )
    groups = (table.c.kind, table.c.stage, table.c.programme, table.c.site)
    return list(connection.execute(query.where(_mine(owner, today)).group_by(*groups)))


def total(connection: Connection, owner: UUID, today: date) -> int:
    """How many rows an advisor sees."""
    return int(connection.execute(select(func.count()).where(_mine(owner, today))).scalar_one())


def piles(connection: Connection, role: str, today: date) -> list[Pile]:
    """The visible tasks of a role, one row a kind."""
    late = func.sum(case((table.c.due < today, 1), else_=0))
    query = select(table.c.kind, func.count(), late, func.min(table.c.due))
    found = connection.execute(query.where(table.c.role == role, _visible(today)).group_by(table.c.kind))
    return [Pile(kind, count, int(overdue), oldest) for kind, count, overdue, oldest in found]


def due_days(connection: Connection, owner: UUID, today: date, wanted: Filter) -> dict[date, int]:
    """How many of an advisor's visible rows are due on each day."""
    query = select(table.c.due, func.count()).where(_mine(owner, today), *_wanted(wanted)).group_by(table.c.due)
    return dict(connection.execute(query).all())


def first_to_come(connection: Connection, owner: UUID, today: date) -> date | None:
    """The day the next of an advisor's rows opens."""
    query = select(func.min(table.c.opens)).where(table.c.owner == owner, table.c.opens > today)
    return connection.execute(query).scalar()


def pile_total(connection: Connection, role: str, kind: str, today: date) -> int:
    query = select(func.count()).select_from(table)
    return int(connection.execute(query.where(_pile(role, kind, today))).scalar_one())


def pile(connection: Connection, role: str, kind: str, today: date, limit: int, offset: int) -> list[Any]:
    """The rows of one pile of a role, the oldest first."""
    query = select(table).where(_pile(role, kind, today))
    return list(connection.execute(query.order_by(table.c.due, table.c.name, table.c.key).limit(limit).offset(offset)))


def waiting_long_total(connection: Connection, roles: frozenset[str], me: UUID, today: date) -> int:
    query = select(func.count()).select_from(table)
    return int(connection.execute(query.where(_escalated(roles, me, today))).scalar_one())


def waiting_long(
    connection: Connection, roles: frozenset[str], me: UUID, today: date, limit: int, offset: int
) -> list[Any]:
    """The rows of others that are so late that somebody of these roles sees them too, the oldest first."""
    query = select(table).where(_escalated(roles, me, today))
    return list(connection.execute(query.order_by(table.c.due, table.c.name, table.c.key).limit(limit).offset(offset)))


def of_subject(connection: Connection, stream: UUID) -> list[Any]:
    """Every row of one dossier, to come included."""
    return list(connection.execute(select(table).where(table.c.stream == stream).order_by(table.c.due)))


def later(connection: Connection, owner: UUID, today: date) -> int:
    """How many of an advisor's rows are still to open."""
    return int(
        connection.execute(select(func.count()).where(table.c.owner == owner, table.c.opens > today)).scalar_one()
    )


def load(connection: Connection, today: date) -> dict[UUID, int]:
    """How many visible tasks each advisor has."""
    query = (
        select(table.c.owner, func.count()).where(table.c.owner.is_not(None), _visible(today)).group_by(table.c.owner)
    )
    return dict(connection.execute(query).all())


def _visible(today: date) -> ColumnElement[bool]:
    return and_(table.c.opens <= today, or_(table.c.lapses.is_(None), table.c.lapses > today))


def _mine(owner: UUID, today: date) -> ColumnElement[bool]:
    return and_(table.c.owner == owner, _visible(today))


def _wanted(wanted: Filter) -> Sequence[ColumnElement[bool]]:
    return [table.c[name] == value for name, value in msgspec.structs.asdict(wanted).items() if value]


def _pile(role: str, kind: str, today: date) -> ColumnElement[bool]:
    return and_(table.c.role == role, table.c.kind == kind, _visible(today))


def _escalated(roles: frozenset[str], me: UUID, today: date) -> ColumnElement[bool]:
    to_referent = and_(table.c.role == "advisor", table.c.to_referent <= today) if "referent" in roles else false()
    to_manager = table.c.to_manager <= today if "manager" in roles else false()
    theirs = or_(table.c.owner.is_(None), table.c.owner != me)
    if "referent" in roles:
        theirs = and_(theirs, table.c.role != "referent")
    return and_(_visible(today), or_(to_referent, to_manager), theirs)
