"""What the advisors of a demonstration do with each task of stages 1 to 3, in their own time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from pixflow.decision import Decision
from pixflow.dossier import follow_up
from pixflow.dossier.stages import orientation, prescription
from pixflow.dossier.state import Dossier
from pixflow.engine import new_id
from pixflow.events.values import Cause
from pixflow.protocol.grille import explain
from pixflow.tasks import Task
from web.samples.clock import at
from web.samples.demo import workshops
from web.samples.demo.people import Youth, take_test
from web.samples.demo.world import World
from web.samples.phrases import CAUSES, TUTORIALS, WISHES, about

Deed = Callable[[World, UUID, Youth, Dossier, Task], None]
AT_MOST = 18


def work(world: World, deeds: dict[str, Deed]) -> None:
    """One working day of every advisor: what has waited long enough is done, twenty minutes apart."""
    moment = at(world.today, 9, 10)
    ready = [
        (id, youth, state, task)
        for id, youth, state, task in world.owed(world.cast.slowness)
        if task.kind in deeds and world.calendar.count(task.opens, world.today) >= world.patience(youth, task)
    ]
    for id, youth, state, task in ready[:AT_MOST]:
        world.clock.go(moment)
        deeds[task.kind](world, id, youth, state, task)
        moment += timedelta(minutes=20)


def judge(world: World) -> None:
    """Where the protocol leaves it to the advisor: the day after the welcome, whether Pix concerns them."""
    if world.protocol.concerned == "all":
        return
    for id, youth, state in world.states():
        if state.programme == "CEJ" or state.closed or state.opened is None or state.orientation.need:
            continue
        if not youth.never("need") and state.opened.on < world.today:
            needed = youth.manner != "no-need"
            reason = youth.project if needed else "À l’aise au quotidien, son projet ne le demande pas"
            say(world, youth, id, orientation.assess_need, needed=needed, reason=reason)


def say(world: World, youth: Youth, id: UUID, decide: Decision[..., Any], **arguments: Any) -> None:
    """Said by the advisor who follows the young person now."""
    world.say(world.follower(id) or youth.advisor or "", {"dossier": id}, decide, **arguments)


def _present(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    occasion = "welcome" if task.why.on == world.today else "cej" if youth.programme == "CEJ" else "follow-up"
    say(world, youth, id, orientation.present_pix, occasion=occasion)


def _plan(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    if youth.manner == "declines":
        say(world, youth, id, orientation.decline_diagnostic, reason="Ne souhaite pas passer le test pour l’instant")
        say(world, youth, id, follow_up.take_note, text="D’abord le permis ; reparler de Pix à la rentrée")
        return
    if youth.programme == "CEJ" and not youth.eager and workshops.book(world, id, youth.advisor or ""):
        return
    modality = _modality(world, youth)
    planned = world.calendar.add(world.today, 1 if youth.eager or youth.prompt else 2 + len(youth.last_name) % 4)
    say(
        world,
        youth,
        id,
        orientation.plan_diagnostic,
        campaign=workshops.campaign(world, "initial"),
        modality=modality,
        mediator=modality == "office" and youth.programme == "CEJ",
        place={"office": youth.site, "cafe": "Médiathèque"}.get(modality, ""),
        planned_for=planned,
        context={"plan": new_id(world.command(), "plan")},
    )
    if modality != "workshop":
        late = 0 if youth.eager or youth.prompt else world.random.randrange(6)
        began = at(planned + timedelta(days=late), world.random.randrange(9, 18), world.random.randrange(60))
        take_test(youth, began, world.random)


def _modality(world: World, youth: Youth) -> str:
    """In CEJ a workshop, or the office where there is a café numérique to go to; else here, at home, or at the café."""
    offered = world.protocol.modalities
    if youth.programme == "CEJ":
        return "office" if "cafe" in offered else "workshop"
    there = [modality for modality in ("home", "office", "home", "cafe") if modality in offered]
    return there[int((youth.number or "0")[-1]) % len(there)]


def _book(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    workshops.book(world, id, youth.advisor or "")


def _chase(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    reached = task.chases > 0
    say(
        world,
        youth,
        id,
        follow_up.chase_young_person,
        about=task.key,
        channel="phone" if task.chases else "sms",
        reached=reached,
        note="Promet de s’en occuper cette semaine" if reached else "",
    )
    one = youth.tries[-1] if youth.tries else None
    if reached and task.kind == "chase-sharing" and one:
        one.shared = world.clock.now + timedelta(hours=5)


def _debrief(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    soon = state.appointments.get(task.key)
    if soon is None and len(youth.first_name) % 2 and not youth.prompt:
        day = world.calendar.add(world.today, 3)
        place = f"Site de {youth.site}"
        say(world, youth, id, follow_up.set_appointment, task=task.key, at=at(day, 14), day=day, place=place)
    elif soon and soon.missed is None and soon.day > world.today:
        return
    elif soon and soon.missed is None and youth.number.endswith("7"):
        say(world, youth, id, follow_up.miss_appointment, task=task.key, note="N’est pas venu·e, n’a pas prévenu")
    else:
        found = {"cause": _cause(youth), "tutorials": _tutorials(youth)} if state.in_trouble else {}
        say(
            world,
            youth,
            id,
            prescription.hold_debrief,
            participation=about(task),
            channel="meeting",
            note="Score expliqué, bien reçu",
            context={"study": new_id(world.command(), "study")},
            **found,
        )


def _explore(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    say(
        world,
        youth,
        id,
        prescription.explore_difficulty,
        cause=_cause(youth),
        tutorials=_tutorials(youth),
        note="Lit lentement, n’ose pas le dire ; à revoir ensemble",
        context={"study": new_id(world.command(), "study")},
    )


def _follow(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    study = state.prescription.studies[about(task)]
    outcome, note = ("done", "Refait seul·e les exercices") if study.followed else ("ongoing", "La moitié est faite")
    say(world, youth, id, prescription.follow_self_study, study=study.id, outcome=outcome, note=note)


def _build(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    published = world.engine.references().grille(world.today)
    current = state.diagnostic.current("initial")
    assert current is not None
    assert current[1].result is not None
    assert current[1].result.mastery is not None
    read = explain(published.document, published.number, current[1].result.mastery, state.programme)
    shown = [proposal for proposal in read.proposals if not proposal.advisor_only]
    first = [p.id for p in shown if p.kind != "certification"] if youth.prompt else []
    kept = tuple(first[:2] or [p.id for p in shown[len(youth.last_name) % 2 :][:2]])
    added = ("Atelier CV en ligne",) if youth.number.endswith("1") else ()
    command = world.command()
    say(
        world,
        youth,
        id,
        prescription.build_prescription,
        participation=about(task),
        kept=kept,
        added=added,
        wish=WISHES[len(youth.first_name) % len(WISHES)],
        project=youth.project,
        reason="Demandé par le jeune pendant l’entretien" if added else "",
        context={
            "grille": published.document,
            "number": published.number,
            "action_ids": tuple(new_id(command, f"action {n}") for n in range(len(kept) + len(added))),
        },
    )


def _cause(youth: Youth) -> Cause:
    return CAUSES[len(youth.name) % len(CAUSES)]


def _tutorials(youth: Youth) -> str:
    return TUTORIALS[len(youth.name) % len(TUTORIALS)]


DEEDS: dict[str, Deed] = {
    "present-pix": _present, "plan-diagnostic": _plan, "book-workshop": _book, "rebook-absent": _book,
    "chase-diagnostic": _chase, "chase-sharing": _chase, "hold-debrief": _debrief, "explore-difficulty": _explore,
    "follow-self-study": _follow, "build-prescription": _build,
}  # fmt: skip
