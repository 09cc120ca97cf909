"""Stage 1: Pix is presented, the diagnostic planned, the seat booked."""

from collections.abc import Iterator

from pixflow.dossier.state import Diagnostic, Plan
from pixflow.folding import Mark
from pixflow.tasks.owing import Owing, when
from pixflow.tasks.task import Task


def orientation(owing: Owing) -> Iterator[Task]:
    state, attended = owing.dossier.orientation, owing.dossier.diagnostic.attended
    if owing.tested or state.declined:
        return
    concerned = _concerned(owing)
    if state.presented is None and attended is None and concerned:
        yield owing.task("present-pix", "", "advisor", concerned)
    since = state.presented or owing.cej
    if state.plan is None and attended is None and since:
        by = "presented" if state.presented else "cej"
        yield owing.task("plan-diagnostic", "", "advisor", since, {"by": by})
    if state.plan and state.plan.modality == "workshop":
        yield from _seat(owing, state.plan, owing.dossier.diagnostic)


def _concerned(owing: Owing) -> Mark | None:
    """The event since which Pix concerns this young person: the opening, the programme, or a need that was judged."""
    if owing.refs.protocol(owing.opened.on).concerned == "all":
        return owing.opened
    need = owing.dossier.orientation.need
    return owing.cej or (need.mark if need and need.needed else None)


def _seat(owing: Owing, plan: Plan, diagnostic: Diagnostic) -> Iterator[Task]:
    """A diagnostic planned in a workshop needs a seat; one that was missed, or lost, another."""
    seat = diagnostic.seat
    if seat is None or (seat.status != "booked" and when(seat.mark) < when(plan.mark)):
        yield owing.task("book-workshop", "", "advisor", plan.mark, {"by": "planned"})
    elif seat.status == "cancelled" and seat.reason == "released":
        yield owing.task("book-workshop", "", "advisor", seat.mark, {"by": "released"})
    elif seat.status in ("missed", "cancelled"):
        by = {"by": seat.status, "planned": seat.day.isoformat()}
        yield owing.task("rebook-absent", seat.workshop, "advisor", seat.mark, by)
