"""What référents do about dossiers: assign, dispatch, review, join two dossiers of one person."""

from collections.abc import Iterator
from functools import partial

from pixflow.dossier import assignment, closing, merging
from pixflow.dossier.stages import prescription
from pixflow.tasks import Kind, Task
from pixflow.unit_of_work import Step
from web.samples.phrases import about
from web.samples.population import parameters
from web.samples.population.agenda import Errand, Said
from web.samples.population.simulation import Case, Deed, Play
from web.samples.population.youth import Young


def assign(play: Play, case: Case, task: Task) -> Iterator[Said]:
    advisor = play.house.next_advisor(case.young.site, play.today, cej=case.young.programme == "CEJ")
    yield case.say(assignment.assign_advisor, advisor=advisor.id)


def dispatch(play: Play, case: Case, task: Task) -> Iterator[Said]:
    """To whoever follows the dossier, once somebody does."""
    if case.state.advisor:
        yield case.say(prescription.dispatch_result, participation=about(task), advisor=case.state.advisor)
    else:
        play.again(case.young, task)


def review(play: Play, case: Case, task: Task) -> Iterator[Said]:
    yield case.say(closing.review_late_event, note="Vu avec le conseiller")


def merge_later(play: Play, first: Young, again: Young) -> None:
    """Somebody sees that they are one person, some time after the second was opened."""
    errand = Errand((first.dossier, again.dossier), partial(_merge, play, first, again))
    day = play.calendar.add(play.in_days(parameters.TWICE_IN.most), parameters.MERGED_IN.draw(play.random))
    play.agenda.add(play.on(day), errand)


def _merge(play: Play, first: Young, again: Young) -> Iterator[Said]:
    there, here = play.dossiers.of(again.dossier), play.dossiers.of(first.dossier)
    referent = play.house.referent(first.site, play.today)
    seat = there.diagnostic.seat
    if there.opened is None or there.closed or here.closed or referent is None or (seat and seat.status == "booked"):
        return
    told = play.engine.history(again.dossier)
    joined = {"into": first.dossier, "gives_number": False, "version": there.version}
    taken = {"other": there, "duplicate": again.dossier, "told": told}
    yield Said(
        referent.actor,
        (
            Step({"dossier": again.dossier}, merging.merge_dossier, joined),
            Step({"dossier": first.dossier}, merging.take_over_duplicate, {}, taken),
        ),
    )


DEEDS: dict[Kind, Deed] = {"assign-advisor": assign, "dispatch-result": dispatch, "review-late-event": review}
