"""Facts that figures count, each with its days."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pixflow.documents.definitions import BUILT_IN, Definitions
from pixflow.documents.grille import Grille
from pixflow.documents.protocol import ProtocolDocument
from pixflow.indicators.path import Mark
from pixflow.working_days import Calendar

State = Literal["done", "past", "out", "open"]
"""Done in time or whenever no delay counts; past: done after the delay; out another way; open: still awaited."""


class FigureEntry(Struct, frozen=True, gc=False):
    """One line. The period holds it by its day `on`; `version` is the fact that made it.

    It was ended by a fact, or is awaited until `due`. `value` is a number of days or of points. `subject` is the
    workshop or the advisor that the line depends on.
    """

    indicator: str
    part: str
    on: date
    version: int
    state: State
    due: date | None = None
    ended_on: date | None = None
    ended: int | None = None
    reason: str = ""
    partner: str = ""
    subject: UUID | None = None
    value: int | None = None


class Basis(Struct, frozen=True):
    """The reference data that entries are made with."""

    calendar: Calendar
    protocol: Callable[[date], ProtocolDocument]
    grille: Callable[[date], Grille]
    definitions: Definitions = BUILT_IN

    def due_day(self, indicator: str, day: date, days: int) -> date:
        """Returns the day by which something is awaited: `days` of the protocol, unless the definitions say others."""
        return self.add_days(day, self.definitions.target(indicator, days))

    def add_days(self, day: date, days: int) -> date:
        return self.calendar.add(day, days) if self.definitions.working_days else day + timedelta(days)

    def days(self, first: date, last: date) -> int:
        """Returns the days from one to another, working days unless the definitions count all."""
        return self.calendar.count(first, last) if self.definitions.working_days else (last - first).days


WayOut = tuple[Mark, str]


def followed(
    indicator: str, entered: Mark, done: Mark | None, out: WayOut | None, due: date, partner: str = ""
) -> FigureEntry:
    """Returns the entry of a cohort. What was done counts as done, whatever the way out."""
    entry = FigureEntry(indicator, "", entered.on, entered.version, "open", due, partner=partner)
    if done:
        return replace(entry, state="done", ended_on=done.on, ended=done.version)
    if out:
        return replace(entry, state="out", ended_on=out[0].on, ended=out[0].version, reason=out[1])
    return entry


def happened(
    indicator: str,
    mark: Mark,
    part: str = "",
    state: State = "done",
    *,
    due: date | None = None,
    ended: Mark | None = None,
    reason: str = "",
    partner: str = "",
    subject: UUID | None = None,
    value: int | None = None,
) -> FigureEntry:
    """Returns the entry of something that happened."""
    ended_on, version = (ended.on, ended.version) if ended else (None, None)
    more = (due, ended_on, version, reason, partner, subject, value)
    return FigureEntry(indicator, part, mark.on, mark.version, state, *more)
