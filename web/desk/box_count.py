"""The numbers of Ma boîte, the same in the rail, on its page and on Mon activité."""

from dataclasses import dataclass

from pixflow.authorization import TASK_OWNERS
from projections import advisor_queue, piles
from web.desk.desk import Desk
from web.http.filters import lateness


@dataclass(frozen=True, slots=True)
class BoxCount:
    """Tasks of Ma boîte: those to do, in one's name or for the team; of these the team's, and the late ones.

    `todo` is the number of the rail and of the e-mail. `waiting` are tasks of others that wait long: not to do here.
    """

    todo: int
    team: int
    late: int
    waiting: int


def box_count(desk: Desk) -> BoxCount:
    """Returns the numbers of the person at the desk, counted once between two events."""
    return desk.memory.counts.get_or_make(("box", desk.me, desk.today), lambda: _count(desk))


def _count(desk: Desk) -> BoxCount:
    own, late = advisor_queue.totals(desk.read, desk.owners, desk.today) if desk.roles & TASK_OWNERS else (0, 0)
    piled = piles.piles(desk.read, desk.roles, desk.today, lateness(desk.refs.calendar, desk.today))
    waiting = piles.waiting_long_total(desk.read, desk.roles, desk.owners, desk.today)
    team = sum(pile.count for pile in piled)
    return BoxCount(own + team, team, late + sum(pile.late for pile in piled), waiting)
