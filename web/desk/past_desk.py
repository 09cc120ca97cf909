"""The desk of somebody who looks at a dossier as it stood at an earlier position."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from pixflow.authorization import Subject
from pixflow.decision import Decision
from pixflow.reference_data import References
from pixflow.team.absences import colleagues_deputised_by
from projections.store.memory import Memory
from projections.store.past_tables import past_tables
from web.desk.desk import NO_SUBJECT, Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDesk(Desk):
    """A desk whose day, references and tables are those of an earlier position. Nothing can be written at it.

    It holds no roles, so a page offers no form and no other page of today. Its scope is that of today.
    """

    past: Connection

    @property
    def read(self) -> Connection:
        return self.past

    def may(self, decision: Decision[..., Any], subject: Subject = NO_SUBJECT) -> bool:
        return False

    def has_role_for(self, decision: Decision[..., Any]) -> bool:
        return False


@contextmanager
def past_desk(desk: Desk, dossier: UUID, position: int, refs: References, today: date) -> Iterator[PastDesk]:
    """Yields the desk at a position, with the tables of one dossier; `refs` are the references of that position."""
    now = {field.name: getattr(desk, field.name) for field in fields(desk)}
    away = colleagues_deputised_by(refs.team, desk.me, today)
    trail = desk.trail(dossier)
    with past_tables(desk.read, desk.engine, dossier, position, refs, trail) as past:
        then = {
            "roles": frozenset(),
            "refs": refs,
            "past": past,
            "today": today,
            "deputised": away,
            "memory": Memory(),
            "states": {},
        }
        made = PastDesk(**now | then)
        made.remember([one for one in trail if one.position <= position])
        yield made
