"""A workshop, limited to the names that the person at the desk may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any
from uuid import UUID

from fastapi import HTTPException

from pixflow.authorization import Subject
from pixflow.decision import Decision
from pixflow.events.base import Recorded
from pixflow.identity import list_name
from pixflow.participation.campaign import Campaign
from pixflow.workshop.state import NEW, Workshop
from projections import directory
from projections.directory import YoungPerson
from projections.store.folds import fold_of
from web.desk import names
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.french import dates, privacy, vocabulary
from web.french.events import workshops as french
from web.french.typography import say

AtWorkshops = Annotated[Desk, allowed("advisor", "facilitator", "referent", "manager", "auditor")]
"""The desk of somebody who reads the workshops."""


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A young person with a seat, or on the waiting list.

    `named`: the name is shown; `readable`: the person at the desk may open the dossier; `releasable`: they may give up
    the seat.
    `presence` is a label; `kept_until` is the last day of an offered seat, in words.
    """

    dossier: UUID
    name: str
    sort: str = "~"
    about: str = ""
    named: bool = False
    readable: bool = False
    releasable: bool = False
    presence: str = ""
    kept_until: str = ""


class ScopedWorkshop:
    """A workshop, as the person at the desk may read it. Raises 404 when there is none.

    `sees_names`: for a facilitator, for whoever reads every dossier, and for an advisor who runs this workshop. Who
    joined by themselves waits a day, or for a colleague.
    """

    def __init__(self, desk: Desk, id: UUID) -> None:
        state = fold_of(desk.read, id)
        if not isinstance(state, Workshop) or state.starts is None or state.ends is None or state.day is None:
            raise HTTPException(404)
        self.desk, self.id, self.state = desk, id, state
        self.starts, self.ends, self.day = state.starts, state.ends, state.day
        runs = any(state.runs(one) and not state.is_new(one, desk.now) for one in map(str, desk.owners))
        self.sees_names = desk.scope.whose == "all" or "facilitator" in desk.roles or runs

    @cached_property
    def _people(self) -> dict[UUID, YoungPerson]:
        return directory.find_people(self.desk.read, {*self.state.seats, *self.state.waiting})

    @cached_property
    def trail(self) -> Sequence[Recorded]:
        """The events of the workshop, oldest first."""
        return self.desk.trail(self.id)

    @property
    def campaign(self) -> Campaign:
        return self.desk.refs.campaigns.get(self.state.campaign or self.id, Campaign())

    @property
    def initial(self) -> bool:
        return self.campaign.purpose == "initial"

    @property
    def where(self) -> str:
        return french.place(self.state.site, self.state.place)

    @property
    def when(self) -> str:
        return french.moment(self.starts, self.ends, self.desk.zone, year=self.day.year != self.desk.today.year)

    @property
    def help_at(self) -> str:
        """The hour of a call for help without an answer, "" when there is none."""
        return dates.clock(self.state.help.at, self.desk.zone) if self.state.help else ""

    @property
    def newcomers(self) -> list[tuple[UUID, str]]:
        """The facilitators who joined by themselves within a day, each with the end of this day in words."""
        joined = self.state.newcomers.items()
        waiting = [(one, at + NEW) for one, at in joined if self.state.is_new(str(one), self.desk.now)]
        return [(one, dates.instant(until, self.desk.zone)) for one, until in waiting]

    @property
    def is_open(self) -> bool:
        """True unless the workshop is cancelled or closed."""
        return not self.state.cancelled and not self.state.closed

    @property
    def is_upcoming(self) -> bool:
        """True until the evening of an open workshop."""
        return self.is_open and self.day >= self.desk.today

    @property
    def has_begun(self) -> bool:
        """True from the day on which attendance may be marked."""
        return not self.state.cancelled and self.day <= self.desk.today

    def may(self, decision: Decision[..., Any]) -> bool:
        return self.desk.may(decision, Subject(workshop=self.state))

    def seats(self) -> list[SeatRow]:
        """The booked seats, in the order of booking."""
        presences = self.state.attendance
        return [self.seat(id, vocabulary.PRESENCES.get(presences.get(id, ""), "")) for id in self.state.seats]

    def list_waiting(self) -> list[SeatRow]:
        """The waiting list, in order."""
        today = self.desk.today
        kept = {id: french.on(one.until, today) if one.until else "" for id, one in self.state.waiting.items()}
        return [self.seat(id, kept_until=until) for id, until in kept.items()]

    def seat(self, id: UUID, presence: str = "", kept_until: str = "") -> SeatRow:
        """The seat of a dossier. The name stays hidden from those who may not read it."""
        person = self._people.get(id) or directory.find_people(self.desk.read, [id]).get(id)
        if person is None:
            return SeatRow(id, privacy.ERASED, presence=presence, kept_until=kept_until)
        advisor = names.staff_name(self.desk, person.advisor) if person.advisor else "personne"
        readable, mine = self.desk.scope.reads(person.advisor), person.advisor in self.desk.owners
        if not (self.sees_names or readable):
            name = say("suivi·e par {advisor}", advisor=advisor)
            return SeatRow(id, name, presence=presence, kept_until=kept_until)
        programme = vocabulary.PROGRAMMES.get(person.programme, person.programme)
        about = (programme, "" if mine else advisor, "dossier clos" if person.closed else "")
        name = list_name(person)
        releasable = mine or bool(self.desk.roles & {"facilitator", "referent"})
        return SeatRow(
            id, name, name.casefold(), " · ".join(filter(None, about)), True, readable, releasable, presence, kept_until
        )

    def person(self, id: UUID) -> YoungPerson | None:
        return self._people.get(id)
