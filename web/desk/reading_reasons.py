"""The reason that lets a member read a dossier: as it is told, and as it counts (docs/accounts.md#who-looked)."""

from datetime import date, timedelta
from uuid import UUID

from pixflow import authorization
from pixflow.access_journal.line import Why
from pixflow.authorization import Scope, follows
from pixflow.dossier.evolve import fold
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.team.absences import colleagues_deputised_by
from web.desk.desk import Desk

A_DAY = timedelta(days=1)
"""The time for which a fact gives no reason to who recorded it. A session ends sooner, so midnight changes nothing."""


def told(desk: Desk, dossier: UUID) -> Why:
    """Returns the reason nearest to the member."""
    return _nearest(desk.me, desk.state(dossier), desk.scope, desk.deputised, desk.today)


def counted(desk: Desk, dossier: UUID) -> Why:
    """Returns the reason as it stands without the facts that the member recorded within a day.

    Nobody gives themselves a reason: neither a deputy that they declare, nor a task that they take. What was recorded
    with the opening of a dossier stays: it says what its author wrote.
    """
    since = desk.engine.clock() - A_DAY

    def is_own(recorded: Recorded) -> bool:
        return recorded.by == desk.actor.id and recorded.at > since

    trail = desk.trail(dossier)
    kept = [recorded for recorded in trail if recorded.command == trail[0].command or not is_own(recorded)]
    before = fold(kept) if len(kept) < len(trail) else desk.state(dossier)
    refs = desk.engine.references(without=is_own) if desk.deputised else desk.refs
    away = colleagues_deputised_by(refs.team, desk.me, desk.today)
    return _nearest(desk.me, before, authorization.scope(desk.actor, refs, desk.today), away, desk.today)


def _nearest(me: UUID, dossier: object, scope: Scope, away: frozenset[UUID], day: date) -> Why:
    if not isinstance(dossier, Dossier):
        return "role"
    if dossier.advisor == me:
        return "own"
    if dossier.advisor in away:
        return "deputy"
    if any(follows(person, dossier, day) for person in away | {me}):
        return "task"
    return "role" if scope.whose == "all" else "glass"
