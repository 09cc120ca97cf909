"""Stage 3: tasks to dispatch the result, hold the debrief, build the prescription."""

from collections.abc import Iterator

from pixflow.dossier.state import LinkedParticipation, Seat
from pixflow.folding import Stamp
from pixflow.tasks.builder import TaskBuilder
from pixflow.tasks.task import Task


def prescription(builder: TaskBuilder) -> Iterator[Task]:
    trouble = builder.dossier.in_trouble
    tasks = list(_of_result(builder, trouble))
    if trouble and not any(task.kind in ("dispatch-result", "hold-debrief") for task in tasks):
        yield builder.task("explore-difficulty", "", "advisor", trouble.stamp)
    yield from tasks
    for study in builder.dossier.prescription.studies.values():
        if not study.over:
            since = study.followed or study.stamp
            opens = builder.delay_end(since.on, "follow-self-study-opens", since)
            details = {"label": study.tutorials}
            yield builder.task("follow-self-study", study.id, "advisor", since, details, opens)


def _of_result(builder: TaskBuilder, trouble: Seat | None) -> Iterator[Task]:
    current = builder.dossier.diagnostic.current("initial")
    if current is None or current[1].received is None or current[1].withdrawn:
        return
    participation, link = current
    state, received = builder.dossier.prescription, current[1].received
    dispatched, debrief = state.dispatched.get(participation), state.debriefs.get(participation)
    score = {"mastery": str(link.result.mastery)} if link.result and link.result.mastery is not None else {}
    if participation in state.built:
        return
    if debrief:
        yield builder.task("build-prescription", participation, "advisor", debrief, score)
    elif dispatched is None and _by_referent(builder, link, received):
        yield builder.task("dispatch-result", participation, "referent", received, score)
    else:
        stamp, by = (dispatched.stamp, "dispatched") if dispatched else (received, "received")
        flagged = {"trouble": "flagged"} if trouble else {}
        yield builder.task("hold-debrief", participation, "advisor", stamp, {"by": by, **score, **flagged})


def _by_referent(builder: TaskBuilder, link: LinkedParticipation, received: Stamp) -> bool:
    """Tells if the protocol of that day sends this result through the référent."""
    route = builder.refs.protocol(received.on).result_route
    return route == "referent" or (route == "workshop" and not _ran_it(builder, link))


def _ran_it(builder: TaskBuilder, link: LinkedParticipation) -> bool:
    """Tells if the dossier's advisor ran the workshop where the test began."""
    seats = builder.dossier.diagnostic.seats.values()
    return any(seat.by_advisor and link.started is not None and link.started.day == seat.stamp.on for seat in seats)
