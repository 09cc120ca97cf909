"""Referrals to partners: each with its partner, its answer and the outcome of its action."""

from collections.abc import Collection
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Index, Select, String, Table, Uuid, and_, func, or_, select

from pixflow.dossier.state import Dossier
from pixflow.identity import normalise
from pixflow.partner_links.validity import chase_day, is_awaited, lapse_day
from projections.contract import Change, Row, keys, metadata, optional, required
from projections.statements import list_rows, question, row_of

NAME = "territory.referrals"
KINDS = frozenset({"dossier"})
READS = {"dossier": attrgetter("parcours.actions", "advisor", "opened", "closed")}
RULED = True

table = Table(
    "referrals",
    metadata,
    *keys(stream=Uuid, referral=Uuid),
    *required(action=Uuid, label=String, name=String, sort=String, sent=Date, awaited=Boolean, chased=Date),
    *required(lapses=Date),
    *optional(proposal=String, partner=Uuid, offer=Uuid, advisor=Uuid, answer=String, answered=Date, started=Date),
    *optional(outcome=String),
    Index("referrals_of_partner", "partner"),
    Index("referrals_by_name", "sort"),
)
TABLES = KEPT = (table,)


def rows(change: Change) -> dict[Table, list[Row]]:
    state: Dossier = change.after
    if state.opened is None:
        return {table: []}
    return {
        table: [
            row_of(
                table,
                action.action,
                stream=change.stream,
                referral=sent.id,
                action=action.action.id,
                partner=sent.partner.id,
                offer=sent.offer,
                name=sent.partner.name,
                sort=normalise(sent.partner.name),
                advisor=state.advisor,
                sent=sent.stamp.on,
                awaited=is_awaited(state, action, sent),
                chased=chase_day(sent, change.refs),
                lapses=lapse_day(sent, change.refs),
                answer=sent.answer,
                answered=sent.answered.on if sent.answered else None,
                started=action.started.on if action.started and sent == action.referral else None,
                outcome=action.outcome if sent == action.referral else None,
            )
            for action in state.parcours.actions.values()
            for sent in action.referrals
        ]
    }


@question(list_rows)
def of_partners(partners: Collection[UUID], sorts: Collection[str] = ()) -> Select[Any]:
    """Returns the referrals to these partners, or to free names attached to them, the latest first."""
    free = and_(table.c.partner.is_(None), table.c.sort.in_(sorts))
    found = select(table).where(or_(table.c.partner.in_(partners), free))
    return found.order_by(table.c.sent.desc(), table.c.referral)


@question(list_rows)
def free_names() -> Select[Any]:
    """Returns the free names of referrals, with their number and last day, the most used first."""
    query = select(
        table.c.sort,
        func.min(table.c.name).label("name"),
        func.count().label("count"),
        func.max(table.c.sent).label("last"),
    ).where(table.c.partner.is_(None))
    return query.group_by(table.c.sort).order_by(func.count().desc(), table.c.sort)
