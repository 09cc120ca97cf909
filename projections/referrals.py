"""Referrals to partners: each with its partner, its answer and the outcome of its action."""

from collections.abc import Collection
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, Connection, Date, Index, String, Table, Uuid, and_, func, or_, select

from pixflow.dossier.state import Dossier
from pixflow.identity import normalise
from pixflow.partner_links.validity import chase_day, is_awaited, lapse_day
from projections.contract import Change, Row, metadata
from projections.statements import Statement

NAME = "territory.referrals"
KINDS = frozenset({"dossier"})
APPENDS = False
READS = {"dossier": attrgetter("parcours.actions", "advisor", "opened", "closed")}

table = Table(
    "referrals",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("referral", Uuid, primary_key=True),
    Column("action", Uuid, nullable=False),
    Column("proposal", String),
    Column("label", String, nullable=False),
    Column("partner", Uuid),
    Column("offer", Uuid),
    Column("name", String, nullable=False),
    Column("sort", String, nullable=False),
    Column("advisor", Uuid),
    Column("sent", Date, nullable=False),
    Column("awaited", Boolean, nullable=False),  # the partner has something to say
    Column("chased", Date, nullable=False),  # from which silence is late
    Column("lapses", Date, nullable=False),
    Column("answer", String),
    Column("answered", Date),
    Column("started", Date),
    Column("outcome", String),
    Index("referrals_of_partner", "partner"),
    Index("referrals_by_name", "sort"),
)
TABLES = (table,)


def rows(change: Change) -> dict[Table, list[Row]]:
    state: Dossier = change.after
    if state.opened is None:
        return {table: []}
    return {
        table: [
            {
                "stream": change.stream,
                "referral": sent.id,
                "action": action.action.id,
                "proposal": action.action.proposal,
                "label": action.action.label,
                "partner": sent.partner.id,
                "offer": sent.offer,
                "name": sent.partner.name,
                "sort": normalise(sent.partner.name),
                "advisor": state.advisor,
                "sent": sent.stamp.on,
                "awaited": is_awaited(state, action, sent),
                "chased": chase_day(sent, change.refs),
                "lapses": lapse_day(sent, change.refs),
                "answer": sent.answer,
                "answered": sent.answered.on if sent.answered else None,
                "started": action.started.on if action.started and sent == action.referral else None,
                "outcome": action.outcome if sent == action.referral else None,
            }
            for action in state.parcours.actions.values()
            for sent in action.referrals
        ]
    }


# --- the questions


def of_partners(connection: Connection, partners: Collection[UUID], sorts: Collection[str] = ()) -> list[Any]:
    """Returns the referrals to these partners, or to free names attached to them, the latest first."""
    return list(_of_partners(connection, partners=list(partners), sorts=list(sorts)))


@Statement
def _of_partners(partners: Any, sorts: Any) -> Any:
    free = and_(table.c.partner.is_(None), table.c.sort.in_(sorts))
    found = select(table).where(or_(table.c.partner.in_(partners), free))
    return found.order_by(table.c.sent.desc(), table.c.referral)


def free_names(connection: Connection) -> list[Any]:
    """Returns the free names of referrals, with their number and last day, the most used first."""
    query = select(
        table.c.sort,
        func.min(table.c.name).label("name"),
        func.count().label("count"),
        func.max(table.c.sent).label("last"),
    ).where(table.c.partner.is_(None))
    return list(connection.execute(query.group_by(table.c.sort).order_by(func.count().desc(), table.c.sort)))
