"""What the advisors of the demonstration do with each task, in their own time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from pixflow.dossier import assignment, orientation, parcours, prescription
from pixflow.dossier.state import Dossier
from pixflow.engine import new_id
from pixflow.events.values import Partner
from pixflow.grille import explain
from pixflow.tasks import Task
from web.demo.people import Youth
from web.demo.world import World, at, take_test

Deed = Callable[[World, UUID, Youth, Dossier, Task], None]
PARTNERS = {
    "cafe-numerique": "Médiathèque de Mortagne", "epn-fablab": "Fablab de L’Aigle", "plongee-numerique": "viaformation",
}  # fmt: skip
WISHES = (
    "Refaire le test après une formation courte",
    "Être plus à l’aise avec les démarches en ligne",
    "Valoriser son score",
    "",
)


def work(world: World) -> None:
    """One working day of every advisor: what has waited long enough is done, twenty minutes apart."""
    moment = at(world.today, 9, 10)
    ready = [
        (id, youth, state, task)
        for id, youth, state, task in world.owed(set(world.staff))
        if task.kind in DEEDS and world.calendar.count(task.opens, world.today) >= world.patience(youth, task)
    ]
    for id, youth, state, task in ready[:18]:
        world.clock.go(moment)
        DEEDS[task.kind](world, id, youth, state, task)
        moment += timedelta(minutes=20)


def partners(world: World) -> None:
    """Partners answer; actions begin."""
    for id, state in world.engine.states("dossier", world.dossiers).items():
        youth = world.dossiers[id]
        if state.closed or youth.advisor is None:
            continue
        for action, one in state.parcours.actions.items():
            sent = one.referral
            if sent is None or one.over:
                continue
            waited = world.calendar.count(sent.mark.on, world.today)
            if sent.answer is None and waited >= 4 + len(youth.first_name):
                refused = youth.number.endswith("4")
                world.say(
                    youth.advisor, {"dossier": id}, parcours.answer_referral, referral=sent.id,
                    answer="refused" if refused else "accepted",
                    reason="Groupe complet jusqu’à la rentrée" if refused else "",
                )  # fmt: skip
            elif sent.answer == "accepted" and one.started is None and waited >= 14:
                world.say(
                    youth.advisor, {"dossier": id}, parcours.start_action, action=action,
                    ends=world.calendar.add(world.today, 15),
                )  # fmt: skip


def close_what_is_over(world: World) -> None:
    """A path whose actions are all over is closed a few days later; some take the test again all the same."""
    for id, state in world.engine.states("dossier", world.dossiers).items():
        youth, actions = world.dossiers[id], state.parcours.actions.values()
        if state.closed or youth.advisor is None or state.last is None or not actions:
            continue
        if all(one.over for one in actions) and world.calendar.count(state.last.on, world.today) >= 6:
            _say(world, youth, id, assignment.close, reason="done", note="")
            if len(youth.first_name) % 3 == 0:
                take_test(youth, world.calendar.add(world.today, 4), world.random)


def leave_and_come_back(world: World) -> None:
    """Somebody moves away; the result that comes all the same is read by the référente, and they come back."""
    for id, state in world.engine.states("dossier", world.dossiers).items():
        youth, tested = world.dossiers[id], state.diagnostic.participations
        if youth.manner != "comes-back" or state.opened is None:
            continue
        if state.closed and tested and not state.late:
            _say(world, youth, id, assignment.reopen, reason="De retour à L’Aigle, test passé entre-temps")
        elif not state.closed and not tested and world.calendar.count(state.opened.on, world.today) >= 12:
            _say(world, youth, id, assignment.close, reason="moved", note="Chez ses parents, à Caen")


def _present(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    occasion = "welcome" if task.why.on == world.today else "cej" if youth.programme == "CEJ" else "follow-up"
    _say(world, youth, id, orientation.present_pix, occasion=occasion)


def _plan(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    if youth.manner == "declines":
        _say(world, youth, id, orientation.decline_diagnostic, reason="Ne souhaite pas passer le test pour l’instant")
        _say(world, youth, id, assignment.take_note, text="D’abord le permis ; reparler de Pix à la rentrée")
        return
    campaign = next(iter(i for i, c in world.engine.references().campaigns.items() if c.purpose == "initial"))
    modality = "office" if youth.programme == "CEJ" else "home"
    planned = world.calendar.add(world.today, 1 if youth.eager else 2 + len(youth.last_name) % 4)
    _say(
        world, youth, id, orientation.plan_diagnostic, campaign=campaign, modality=modality,
        mediator=modality == "office", place=youth.site if modality == "office" else "", planned_for=planned,
        context={"plan": new_id(world.command(), "plan")},
    )  # fmt: skip
    take_test(youth, planned, world.random)


def _chase(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    reached = task.chases > 0
    _say(
        world, youth, id, assignment.chase, about=task.key, channel="phone" if task.chases else "sms", reached=reached,
        note="Promet de s’en occuper cette semaine" if reached else "",
    )  # fmt: skip
    one = youth.tries[-1] if youth.tries else None
    if reached and task.kind == "chase-sharing" and one:
        one.shared = world.clock.now + timedelta(hours=5)


def _debrief(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    soon = state.appointments.get(task.key)
    if soon is None and len(youth.first_name) % 2:
        day = world.calendar.add(world.today, 3)
        _say(
            world,
            youth,
            id,
            assignment.set_appointment,
            task=task.key,
            at=at(day, 14),
            day=day,
            place=f"Site de {youth.site}",
        )
    elif soon and soon.missed is None and soon.day > world.today:
        return
    elif soon and soon.missed is None and youth.number.endswith("7"):
        _say(world, youth, id, assignment.miss_appointment, task=task.key, note="N’est pas venu·e, n’a pas prévenu")
    else:
        _say(
            world,
            youth,
            id,
            prescription.hold_debrief,
            participation=_about(task),
            channel="meeting",
            note="Score expliqué, bien reçu",
        )


def _build(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    published = world.engine.references().grille(world.today)
    current = state.diagnostic.current("initial")
    assert current is not None
    assert current[1].result is not None
    assert current[1].result.mastery is not None
    shown = [
        p
        for p in explain(published.document, published.number, current[1].result.mastery, state.programme).proposals
        if not p.advisor_only
    ]
    kept = tuple(p.id for p in shown[len(youth.last_name) % 2 :][:2])
    added = ("Atelier CV en ligne",) if youth.number.endswith("1") else ()
    command = world.command()
    _say(
        world, youth, id, prescription.build_prescription, participation=_about(task), kept=kept, added=added,
        wish=WISHES[len(youth.first_name) % len(WISHES)], project=youth.project,
        reason="Demandé par le jeune pendant l’entretien" if added else "",
        context={
            "grille": published.document, "number": published.number,
            "action_ids": tuple(new_id(command, f"action {n}") for n in range(len(kept) + len(added))),
        },
    )  # fmt: skip


def _refer(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    action = state.parcours.actions[_about(task)].action
    if action.kind in ("check", "cv"):
        _say(world, youth, id, parcours.end_action, action=action.id, outcome="done", note="")
    elif state.parcours.actions[action.id].referrals:
        _say(world, youth, id, parcours.drop_action, action=action.id, reason="Aucune place dans le secteur")
    else:
        ends = world.calendar.add(world.today, 25)
        partner = Partner(None, PARTNERS.get(action.proposal or "", "Centre social de L’Aigle"))
        _say(
            world, youth, id, parcours.send_referral, action=action.id, partner=partner, starts=None, ends=ends,
            note="",
            context={"referral": new_id(world.command(), "referral")},
        )  # fmt: skip


def _outcome(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    outcome = "abandoned" if youth.manner == "leaves" else "done"
    _say(world, youth, id, parcours.end_action, action=_about(task), outcome=outcome, note="")


def _close(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    reason = "unreachable" if task.why.details.get("by") == "tries" else "done"
    _say(world, youth, id, assignment.close, reason=reason, note="")


def _say(world: World, youth: Youth, id: UUID, decide: Callable[..., Any], **arguments: Any) -> None:
    world.say(youth.advisor or "", {"dossier": id}, decide, **arguments)


def _about(task: Task) -> UUID:
    return UUID(task.key.split(":", 1)[1])


DEEDS: dict[str, Deed] = {
    "present-pix": _present, "plan-diagnostic": _plan, "chase-diagnostic": _chase, "chase-sharing": _chase,
    "hold-debrief": _debrief, "build-prescription": _build, "refer": _refer, "record-outcome": _outcome,
    "close-or-plan": _close,
}  # fmt: skip
