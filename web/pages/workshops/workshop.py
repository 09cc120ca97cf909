"""The data of one workshop's page."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from fastapi import HTTPException

from pixflow.authorization import Subject
from pixflow.decision import Decision
from pixflow.events.base import Recorded
from pixflow.participation.campaign import Campaign
from pixflow.workshop.state import Workshop
from projections import audit_trail, directory
from projections.directory import Found
from projections.store.catch_up import fold_of
from web.desk import names
from web.desk.desk import Desk
from web.french import privacy, vocabulary
from web.french.events import workshops as french
from web.french.vocabulary import say


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody with a seat, or on the list, as this person may read it.

    `readable`: their dossier may be opened; `theirs`: their seat may be given up here. `kept` says until when a seat
    is kept for them.
    """

    dossier: UUID
    name: str
    sort: str = "~"
    about: str = ""
    readable: bool = False
    theirs: bool = False
    presence: str = ""
    kept: str = ""


class Page:
    """A workshop as somebody at their desk may see it. 404 when there is none."""

    def __init__(self, desk: Desk, id: UUID) -> None:
        state = fold_of(desk.read, id)
        if not isinstance(state, Workshop) or state.starts is None or state.ends is None or state.day is None:
            raise HTTPException(404)
        self.desk, self.id, self.state = desk, id, state
        self.starts, self.ends, self.day = state.starts, state.ends, state.day
        self.sees_names = reads_names(desk, state)
        self._people = directory.named(desk.read, {*state.seats, *state.waiting})

    @cached_property
    def trail(self) -> list[Recorded]:
        """Everything that was recorded of it, oldest first."""
        return [audit_trail.recorded(row) for row in audit_trail.of_stream(self.desk.read, self.id)]

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
    def on(self) -> bool:
        """Nothing said that it will not be held, or is over."""
        return not self.state.cancelled and not self.state.closed

    @property
    def to_come(self) -> bool:
        return self.on and self.day >= self.desk.today

    @property
    def begun(self) -> bool:
        """Who came may be noted."""
        return not self.state.cancelled and self.day <= self.desk.today

    def may(self, decision: Decision[..., Any] | str) -> bool:
        return self.desk.may(decision, Subject(workshop=self.state))

    def seats(self) -> list[Seat]:
        """Those with a seat, in the order of booking."""
        return [
            self.seat(id, vocabulary.PRESENCES.get(self.state.attendance.get(id, ""), "")) for id in self.state.seats
        ]

    def waiting(self) -> list[Seat]:
        """Those who wait, in their order."""
        today = self.desk.today
        kept = {id: french.on(one.until, today) if one.until else "" for id, one in self.state.waiting.items()}
        return [self.seat(id, kept=said) for id, said in kept.items()]

    def seat(self, id: UUID, presence: str = "", kept: str = "") -> Seat:
        """Somebody as this person may read them here."""
        found = self._people.get(id) or directory.named(self.desk.read, [id]).get(id)
        if found is None:
            return Seat(id, privacy.ERASED, presence=presence, kept=kept)
        advisor = names.staff_name(self.desk, found.advisor) if found.advisor else "personne"
        readable, mine = self.desk.scope.reads(found.advisor), found.advisor in self.desk.owners
        if not (self.sees_names or readable):
            return Seat(id, say("suivi·e par {advisor}", advisor=advisor), presence=presence, kept=kept)
        programme = vocabulary.PROGRAMMES.get(found.programme, found.programme)
        about = (programme, "" if mine else advisor, "dossier clos" if found.closed else "")
        name = f"{found.last_name} {found.first_name}"
        theirs = mine or bool(self.desk.roles & {"facilitator", "referent"})
        return Seat(id, name, name.casefold(), " · ".join(filter(None, about)), readable, theirs, presence, kept)

    def named(self, id: UUID) -> Found | None:
        return self._people.get(id)


def reads_names(desk: Desk, state: Workshop) -> bool:
    """Who runs workshops reads the names of those who come; an advisor, of those of the workshops they run."""
    runs = any(state.runs(str(person)) for person in desk.owners)
    return desk.scope.whose == "all" or "facilitator" in desk.roles or runs
