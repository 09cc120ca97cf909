"""The end of a dossier, and sometimes another beginning."""

from collections.abc import Iterator
from functools import partial
from typing import Literal

from pixflow.dossier import closing
from pixflow.unit_of_work import Step
from web.samples.population import parameters
from web.samples.population.agenda import Errand, Said
from web.samples.population.simulation import Case, Play
from web.samples.population.youth import Young

Reason = Literal["done", "employment", "moved", "unreachable", "declined", "other"]
NOTES: dict[Reason, tuple[str, ...]] = {
    "employment": ("CDD de six mois", "Embauché·e en alternance", "Intérim de longue durée"),
    "moved": ("Parti·e dans une autre région", "Suivi·e par une autre Mission locale"),
    "declined": ("Ne souhaite plus être suivi·e",),
    "other": ("Service civique", "Retour en formation initiale"),
}


def ended(play: Play, case: Case, reason: Reason, note: str) -> Iterator[Said]:
    """Closed; a seat that is kept is given up first."""
    seat = case.state.diagnostic.seat
    if seat and seat.status == "booked" and seat.day >= play.today:
        yield play.workshops.release(case, seat.workshop)
    yield case.say(closing.close_dossier, reason=reason, note=note)
    if play.chance(parameters.REOPENED):
        day = play.in_days(parameters.REOPENED_IN)
        play.agenda.add(play.on(day), Errand((case.young.dossier,), partial(_reopen, play, case.young)))


def ends_early(reason: Reason, play: Play, case: Case) -> Iterator[Said]:
    """Something else in life ends it before the path does."""
    yield from ended(play, case, reason, play.random.choice(NOTES[reason]))


def _reopen(play: Play, young: Young) -> Iterator[Said]:
    state = play.dossiers.of(young.dossier)
    by = play.house.doer(state, young.site, play.today)
    if state.closed and not state.merged and by:
        step = Step({"dossier": young.dossier}, closing.reopen_dossier, {"reason": "Revient nous voir"})
        yield Said(by, (step,))
