"""What advisors do about each task of stages 1 to 3."""

from collections.abc import Iterator
from datetime import date, timedelta

from pixflow.dossier import follow_up, retraction
from pixflow.dossier.stages import orientation, prescription
from pixflow.events.values import Cause, Channel, Modality
from pixflow.protocol.grille import Proposal, explain
from pixflow.tasks import Kind, Task
from web.samples.attempts import Try
from web.samples.clock import at
from web.samples.phrases import CAUSES, TUTORIALS, WISHES, about
from web.samples.population import parameters, youth
from web.samples.population.agenda import Said
from web.samples.population.simulation import Case, Deed, Play
from web.samples.population.youth import Young, weighted

ADDED = ("Atelier CV en ligne", "Permanence « aide aux démarches »", "Prêt d’un ordinateur", "Atelier mobilité")
REFUSALS = (
    "Ne souhaite pas passer le test pour l’instant",
    "Passera le test avec son école",
    "Pas d’ordinateur, gêné·e",
)
EXPLAINED = ("Score expliqué, bien reçu", "Surpris par son score, en est content", "Veut progresser en tableur", "")


def present(play: Play, case: Case, task: Task) -> Iterator[Said]:
    welcome = task.why.on == play.today
    occasion = "welcome" if welcome else "cej" if case.young.programme == "CEJ" else "follow-up"
    yield case.say(orientation.present_pix, occasion=occasion)
    if play.chance(parameters.MISTAKE):
        play.later(case.young, 0, _take_back)


def _take_back(play: Play, case: Case) -> Iterator[Said]:
    """Noted on the wrong dossier: taken back, with its reason."""
    presented = case.state.orientation.presented
    if presented:
        yield case.say(retraction.retract, version=presented.version, reason="noté sur le mauvais dossier")


def plan(play: Play, case: Case, task: Task) -> Iterator[Said]:
    if play.chance(parameters.DECLINES):
        yield case.say(orientation.decline_diagnostic, reason=play.random.choice(REFUSALS))
        return
    modality = _modality(play, case.young)
    seat = play.workshops.seat(case) if modality == "workshop" else None
    if seat:
        yield seat
    elif modality == "workshop" and play.chance(parameters.WAITS_FOR_ONE):
        yield _fiche(play, case, "workshop", play.in_days(parameters.PLANNED_IN))
    else:
        yield planned(play, case, "office" if modality == "workshop" else modality)


def planned(play: Play, case: Case, modality: Modality) -> Said:
    """The fiche, outside a workshop; then the young person takes the test, or does not."""
    young, day = case.young, play.in_days(parameters.PLANNED_IN)
    if play.chance(parameters.TAKES * (0.6 + young.zeal * 0.6)):
        late = parameters.LATE.draw(play.random)
        takes(play, young, play.calendar.add(day, late) if modality == "office" else day + timedelta(days=late))
    return _fiche(play, case, modality, day)


def _fiche(play: Play, case: Case, modality: Modality, day: date) -> Said:
    site = play.house.sites[case.young.site]
    campaign = play.pix.season("initial", case.young.site).stream
    return case.say(
        orientation.plan_diagnostic,
        {"plan": play.desk.id()},
        campaign=campaign,
        modality=modality,
        mediator=modality in ("office", "cafe") and play.chance(parameters.MEDIATOR),
        place={"office": site, "cafe": f"Médiathèque de {site}"}.get(modality, ""),
        planned_for=day,
    )


def takes(play: Play, young: Young, day: date, hour: int | None = None) -> Try:
    """The initial diagnostic, that day."""
    hour = hour or play.random.choice((9, 10, 11, 14, 15, 16, 18, 20, 21))
    one = youth.take_test(young, at(day, hour, play.random.randrange(60)), play.random)
    play.pix.takes(young, "initial", one)
    return one


def _modality(play: Play, young: Young) -> Modality:
    shares = parameters.MODALITIES["CEJ" if young.programme == "CEJ" else "other"]
    offered = tuple((name, share) for name, share in shares.items() if name in play.protocol.modalities)
    chosen: Modality = weighted(play.random, offered)  # type: ignore[assignment]
    return chosen


def book(play: Play, case: Case, task: Task) -> Iterator[Said]:
    """Another seat, or the office for who missed two."""
    missed = sum(seat.status == "missed" for seat in case.state.diagnostic.seats.values())
    seat = play.workshops.seat(case) if missed < parameters.SEATS_MISSED else None
    if seat:
        yield seat
    elif missed >= parameters.SEATS_MISSED:
        yield planned(play, case, "office")
    else:
        play.again(case.young, task)


def chase(play: Play, case: Case, task: Task) -> Iterator[Said]:
    channel: Channel = weighted(play.random, parameters.CHASE_CHANNELS)  # type: ignore[assignment]
    reached = play.chance(parameters.REACHED)
    note = "Promet de s’en occuper cette semaine" if reached else ""
    yield case.say(follow_up.chase_young_person, about=task.key, channel=channel, reached=reached, note=note)
    if not reached:
        return
    young, day = case.young, play.today + timedelta(days=1 + play.random.randrange(6))
    if task.kind == "chase-diagnostic" and play.chance(parameters.TAKES_ONCE_REACHED):
        takes(play, young, day)
    elif task.kind == "chase-sharing" and play.chance(parameters.SHARES_ONCE_REACHED) and young.tries:
        play.pix.shares(young, young.tries[-1], at(day, 18, play.random.randrange(60)))


def debrief(play: Play, case: Case, task: Task) -> Iterator[Said]:
    young, state = case.young, case.state
    kept = state.appointments.get(task.key)
    if task.appointment and play.chance(parameters.NO_SHOW * (1.6 - young.zeal)):
        yield case.say(follow_up.miss_appointment, task=task.key, note="N’est pas venu·e, n’a pas prévenu")
    elif kept and kept.missed and play.chance(parameters.NO_SHOW):
        yield from chase(play, case, task)
    elif not task.appointment and play.chance(parameters.APPOINTED):
        yield appointment(play, case, task)
    else:
        found = {"cause": _cause(play), "tutorials": _tutorials(play)} if state.in_trouble else {}
        yield case.say(
            prescription.hold_debrief,
            {"study": play.desk.id()},
            participation=about(task),
            channel="meeting" if play.chance(0.85) else "phone",
            note=play.random.choice(EXPLAINED),
            **found,
        )


def appointment(play: Play, case: Case, task: Task) -> Said:
    day = play.in_days(parameters.APPOINTMENT_IN)
    place = f"Site de {play.house.sites[case.young.site]}"
    moment = at(day, play.random.choice((9, 10, 11, 14, 15, 16)), play.random.choice((0, 30)))
    return case.say(follow_up.set_appointment, task=task.key, at=moment, day=day, place=place)


def explore(play: Play, case: Case, task: Task) -> Iterator[Said]:
    yield case.say(
        prescription.explore_difficulty,
        {"study": play.desk.id()},
        cause=_cause(play),
        tutorials=_tutorials(play),
        note="Lit lentement, n’ose pas le dire ; à revoir ensemble" if play.chance(0.3) else "",
    )


def follow(play: Play, case: Case, task: Task) -> Iterator[Said]:
    outcome = weighted(play.random, parameters.STUDY)
    note = {"done": "Refait seul·e les exercices", "ongoing": "La moitié est faite"}.get(outcome, "N’a pas le temps")
    yield case.say(prescription.follow_self_study, study=about(task), outcome=outcome, note=note)


def build(play: Play, case: Case, task: Task) -> Iterator[Said]:
    """Some of what the grid proposes, the suspicion aside; now and then something else."""
    current = case.state.diagnostic.current("initial")
    if current is None or current[1].result is None or current[1].result.mastery is None:
        return
    published, random = play.refs.grille(play.today), play.random
    read = explain(published.document, published.number, current[1].result.mastery, case.state.programme)
    project = case.state.project or case.young.project
    shown = [one for one in read.proposals if _suits(play, one, project)]
    kept = tuple(one.id for one in random.sample(shown, min(len(shown), random.randint(*parameters.KEPT))))
    added = (random.choice(ADDED),) if not kept or play.chance(parameters.ADDED) else ()
    yield case.say(
        prescription.build_prescription,
        {
            "grille": published.document,
            "number": published.number,
            "action_ids": tuple(play.desk.id() for _ in range(len(kept) + len(added))),
        },
        participation=about(task),
        kept=kept,
        added=added,
        wish=random.choice(WISHES),
        project=project,
        reason="Demandé par le jeune pendant l’entretien" if added else "",
    )


def _suits(play: Play, one: Proposal, project: str) -> bool:
    if one.advisor_only:
        return play.chance(parameters.SUSPECTED)
    return not one.needs_project or (bool(project) and play.chance(parameters.PROJECT_CALLS))


def _cause(play: Play) -> Cause:
    return play.random.choice(CAUSES)


def _tutorials(play: Play) -> str:
    return play.random.choice(TUTORIALS)


DEEDS: dict[Kind, Deed] = {
    "present-pix": present, "plan-diagnostic": plan, "book-workshop": book, "rebook-absent": book,
    "chase-diagnostic": chase, "chase-sharing": chase, "hold-debrief": debrief, "explore-difficulty": explore,
    "follow-self-study": follow, "build-prescription": build,
}  # fmt: skip
