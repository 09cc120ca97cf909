"""The numbers of Ma boîte, the same in the rail, on its page and on Mon activité."""

from dataclasses import dataclass

from pixflow.authorization import TASK_OWNERS
from projections import advisor_queue, piles
from web.desk.desk import Desk
from web.http.filters import lateness


@dataclass(frozen=True, slots=True)
class BoxCount:
    """Numbers of Ma boîte: one's own rows and one a pile, the late ones of these, and the rows that wait long."""

    todo: int
    late: int
    waiting: int


def box_count(desk: Desk) -> BoxCount:
    """Returns the numbers of the person at the desk, counted once between two events."""
    return desk.memory.counts.once(("box", desk.me, desk.today), lambda: _count(desk))


def _count(desk: Desk) -> BoxCount:
    own, late = advisor_queue.totals(desk.read, desk.owners, desk.today) if desk.roles & TASK_OWNERS else (0, 0)
    piled = piles.piles(desk.read, desk.roles, desk.today, lateness(desk.refs.calendar, desk.today))
    waiting = piles.waiting_long_total(desk.read, desk.roles, desk.owners, desk.today)
    return BoxCount(own + len(piled), late + sum(1 for one in piled if one.late), waiting)
