"""Stage 1: Pix is presented, the diagnostic planned, the seat booked."""

from collections.abc import Iterator

from pixflow.dossier.state import Diagnostic, DiagnosticPlan
from pixflow.folding import Stamp
from pixflow.tasks.builder import TaskBuilder, when
from pixflow.tasks.task import Task


def orientation(builder: TaskBuilder) -> Iterator[Task]:
    state, attended = builder.dossier.orientation, builder.dossier.diagnostic.last_attended
    if builder.tested or state.declined:
        return
    concerned = _concerned(builder)
    if state.presented is None and attended is None and concerned:
        yield builder.task("present-pix", "", "advisor", concerned)
    since = state.presented or builder.cej
    if state.plan is None and attended is None and since:
        by = "presented" if state.presented else "cej"
        yield builder.task("plan-diagnostic", "", "advisor", since, {"by": by})
    if state.plan and state.plan.modality == "workshop":
        yield from _seat(builder, state.plan, builder.dossier.diagnostic)


def _concerned(builder: TaskBuilder) -> Stamp | None:
    """Returns the event since which Pix concerns this young person: the opening, the programme, or a need."""
    if builder.refs.protocol(builder.opened.on).concerned == "all":
        return builder.opened
    need = builder.dossier.orientation.need
    return builder.cej or (need.stamp if need and need.needed else None)


def _seat(builder: TaskBuilder, plan: DiagnosticPlan, diagnostic: Diagnostic) -> Iterator[Task]:
    """Yields the booking of a seat for a diagnostic planned in a workshop, again after a missed or lost seat."""
    seat = diagnostic.seat
    if seat is None or (seat.status != "booked" and when(seat.stamp) < when(plan.stamp)):
        yield builder.task("book-workshop", "", "advisor", plan.stamp, {"by": "planned"})
    elif seat.status == "cancelled" and seat.reason == "released":
        yield builder.task("book-workshop", "", "advisor", seat.stamp, {"by": "released"})
    elif seat.status in ("missed", "cancelled"):
        by = {"by": seat.reason if seat.reason == "excused" else seat.status, "planned": seat.day.isoformat()}
        yield builder.task("rebook-absent", seat.workshop, "advisor", seat.stamp, by)
