"""Stage 3: the result reaches the advisor, is explained, and the prescription is built."""

from collections.abc import Iterator

from pixflow.dossier.state import Linked, Seat
from pixflow.folding import Mark
from pixflow.tasks.owing import Owing
from pixflow.tasks.task import Task


def prescription(owing: Owing) -> Iterator[Task]:
    trouble = owing.dossier.in_trouble
    tasks = list(_of_result(owing, trouble))
    if trouble and not any(task.kind in ("dispatch-result", "hold-debrief") for task in tasks):
        yield owing.task("explore-difficulty", "", "advisor", trouble.mark)
    yield from tasks
    for study in owing.dossier.prescription.studies.values():
        if not study.over:
            since = study.followed or study.mark
            opens = owing.after(since.on, "follow-self-study-opens", since)
            details = {"label": study.tutorials}
            yield owing.task("follow-self-study", study.id, "advisor", since, details, opens)


def _of_result(owing: Owing, trouble: Seat | None) -> Iterator[Task]:
    current = owing.dossier.diagnostic.current("initial")
    if current is None or current[1].received is None or current[1].withdrawn:
        return
    participation, link = current
    state, received = owing.dossier.prescription, current[1].received
    dispatched, debrief = state.dispatched.get(participation), state.debriefs.get(participation)
    score = {"mastery": str(link.result.mastery)} if link.result and link.result.mastery is not None else {}
    if participation in state.built:
        return
    if debrief:
        yield owing.task("build-prescription", participation, "advisor", debrief, score)
    elif dispatched is None and _by_referent(owing, link, received):
        yield owing.task("dispatch-result", participation, "referent", received, score)
    else:
        mark, by = (dispatched.mark, "dispatched") if dispatched else (received, "received")
        flagged = {"trouble": "flagged"} if trouble else {}
        yield owing.task("hold-debrief", participation, "advisor", mark, {"by": by, **score, **flagged})


def _by_referent(owing: Owing, link: Linked, received: Mark) -> bool:
    """Whether the protocol of that day sends this result through the référent."""
    route = owing.refs.protocol(received.on).result_route
    return route == "referent" or (route == "workshop" and not _ran_it(owing, link))


def _ran_it(owing: Owing, link: Linked) -> bool:
    """The dossier's advisor was at the workshop where the test was begun."""
    seats = owing.dossier.diagnostic.seats.values()
    return any(seat.by_advisor and link.started is not None and link.started.day == seat.mark.on for seat in seats)
