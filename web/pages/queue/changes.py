"""The figures that moved most since last week, for the direction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pixflow.documents.protocol import NoDocument
from projections.figures import changes as questions
from projections.figures.snapshot import is_fresh
from web.desk.desk import Desk
from web.french import indicators as french
from web.hosting.figures import counting
from web.pages.indicators.asked import PATH, asked_of

_WEEK = timedelta(7)
_FEW = 200
"""Streams whose entries a page may make before it shows: beyond it the periodic job makes them."""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """The late ones of a step, today and a week ago, and the list of those of today."""

    title: str
    now: int
    before: int
    href: str


def changes(desk: Desk) -> Sequence[ChangeLine]:
    """Returns the steps whose lateness changed most; none for another role, nor before the entries are made."""
    if "manager" not in desk.roles or not is_fresh(desk.served.read(), desk.read, desk.today, _FEW):
        return []
    asked = asked_of(desk)
    try:
        with counting(desk.served, desk.today) as there:
            found = questions.late_changes(there.connection, asked.question.first, desk.today, desk.today - _WEEK)
    except NoDocument:  # the page of Indicateurs says so
        return []
    return [
        ChangeLine(french.TITLES[one.indicator], one.now, one.before, asked.at(f"{PATH}/{one.indicator}", etat="late"))
        for one in found
    ]
