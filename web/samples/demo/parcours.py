"""What happens to young people beyond the prescription: partners, the complete diagnostic, certification, the end."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from pixflow.dossier import closing, follow_up
from pixflow.dossier.stages import certification, parcours
from pixflow.dossier.state import ActionState, Dossier
from pixflow.engine import new_id
from pixflow.events.values import Partner
from pixflow.tasks import Task
from web.samples.clock import at
from web.samples.demo import workshops
from web.samples.demo.advisors import Deed, say
from web.samples.demo.people import Youth, take_complete, take_test
from web.samples.demo.world import World
from web.samples.phrases import about

ELSEWHERE = "Espace public numérique du centre social"
SETTLED = (None, "obtained", "not-obtained", "declined")
SESSION = 20  # working days from the registration
MORE = Decimal("0.25")


def partners(world: World) -> None:
    """Partners answer; actions begin."""
    for id, youth, state in world.states():
        for action, one in state.parcours.actions.items() if not state.closed and youth.advisor else ():
            sent, calm = one.referral, not youth.prompt
            if sent is None or one.over:
                continue
            waited = world.calendar.count(sent.mark.on, world.today)
            if sent.answer is None and waited >= (4 + len(youth.first_name) if calm else 2):
                _answer(world, id, youth, one)
            elif sent.answer == "accepted" and one.started is None and waited >= (14 if calm else 3):
                ends = world.calendar.add(world.today, 15 if calm else 8)
                say(world, youth, id, parcours.start_action, action=action, ends=ends)


def _answer(world: World, id: UUID, youth: Youth, one: ActionState) -> None:
    if youth.manner == "silent" or one.referral is None:
        return
    refused = (youth.number.endswith("4") or youth.manner == "refused") and len(one.referrals) == 1
    youth.manner = "shares" if refused and youth.manner == "refused" else youth.manner
    say(
        world,
        youth,
        id,
        parcours.answer_referral,
        referral=one.referral.id,
        answer="refused" if refused else "accepted",
        reason="Groupe complet jusqu’à la rentrée" if refused else "",
    )


def certify(world: World) -> None:
    """Who was proposed the certification is registered, takes it, and learns what came of it."""
    for id, youth, state in world.states():
        known = state.parcours.certification
        if known is None or state.closed or youth.never("certify"):
            continue
        waited = world.calendar.count(known.mark.on, world.today)
        if known.step == "proposed" and waited >= 3:
            session = world.calendar.add(world.today, SESSION)
            say(world, youth, id, certification.register_certification, session=session, place="Lycée, salle 12")
        elif known.step == "registered" and known.session and known.session <= world.today:
            say(world, youth, id, certification.take_certification)
        elif known.step == "taken" and waited >= 5:
            obtained = youth.manner != "fails"
            say(
                world,
                youth,
                id,
                certification.obtain_certification,
                obtained=obtained,
                level="Indépendant 1" if obtained else "",
                note="" if obtained else "Peut s’y présenter à nouveau",
            )
        elif known.step == "obtained" and state.parcours.on_cv is None:
            say(world, youth, id, certification.add_result_to_cv)


def close_what_is_over(world: World) -> None:
    """A path whose actions are all over is closed a few days later; some take the test again all the same."""
    for id, youth, state in world.states():
        actions, certified = state.parcours.actions.values(), state.parcours.certification
        if state.closed or youth.advisor is None or state.last is None or not actions:
            continue
        if youth.never("close-or-plan") or (certified.step if certified else None) not in SETTLED:
            continue
        if all(one.over for one in actions) and world.calendar.count(state.last.on, world.today) >= 6:
            say(world, youth, id, closing.close_dossier, reason="done", note="")
            if len(youth.first_name) % 3 == 0:
                take_test(youth, at(world.calendar.add(world.today, 4), 18), world.random)


def leave_and_come_back(world: World) -> None:
    """Somebody moves away; the result that comes all the same is read by the référente, and they come back."""
    for id, youth, state in world.states():
        tested = state.diagnostic.participations
        if youth.manner != "comes-back" or state.opened is None:
            continue
        if state.closed and tested and not state.late:
            say(world, youth, id, closing.reopen_dossier, reason="De retour à L’Aigle, test passé entre-temps")
        elif not state.closed and not tested and world.calendar.count(state.opened.on, world.today) >= 12:
            say(world, youth, id, closing.close_dossier, reason="moved", note="Chez ses parents, à Caen")


def _refer(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    action = state.parcours.actions[about(task)].action
    if action.kind == "check":
        say(world, youth, id, parcours.end_action, action=action.id, outcome="done", note="")
    elif action.kind == "cv":
        say(world, youth, id, certification.add_result_to_cv)
    elif action.kind == "certification":
        _certification(world, id, youth, state, task)
    elif action.proposal == "tutos-pix":
        say(world, youth, id, parcours.start_action, action=action.id, ends=world.calendar.add(world.today, 10))
    else:
        named = world.cast.partners
        _send(world, id, youth, action.id, named.get(action.proposal or "", named[""]))


def _send(world: World, id: UUID, youth: Youth, action: UUID, partner: str) -> None:
    known = youth.manner != "silent"
    ends = world.calendar.add(world.today, 12 if youth.prompt else 25) if known else None
    say(
        world,
        youth,
        id,
        parcours.send_referral,
        action=action,
        partner=Partner(None, partner),
        starts=None,
        ends=ends,
        note="",
        context={"referral": new_id(world.command(), "referral")},
    )


def _chase_partner(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    say(
        world,
        youth,
        id,
        parcours.chase_partner,
        referral=about(task),
        channel="phone",
        reached=bool(task.chases),
        note="Rappelle la semaine prochaine" if task.chases else "",
    )


def _alternative(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    one = state.parcours.actions[about(task)]
    if len(one.referrals) == 1:
        _send(world, id, youth, one.action.id, ELSEWHERE)
    else:
        say(world, youth, id, parcours.drop_action, action=one.action.id, reason="Aucune place dans le secteur")


def _outcome(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    outcome = "abandoned" if youth.manner == "leaves" else "done"
    say(world, youth, id, parcours.end_action, action=about(task), outcome=outcome, note="")


def _complete(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    """On the computers of the Mission locale, the next working day; an export will say so."""
    if youth.complete:
        return
    current = state.diagnostic.current("initial")
    mastery = current[1].result.mastery if current and current[1].result else None
    take_complete(youth, at(world.calendar.add(world.today, 1), 10), mastery or Decimal("0.5"))
    say(world, youth, id, follow_up.take_note, text="Passe le parcours Cléa numérique ici, demain à 10 h")


def _certification(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    if youth.never("propose-certification"):
        return
    if "Pas encore" in youth.project or youth.manner == "declines-certification":
        reason = "Son projet ne la demande pas pour l’instant"
        say(world, youth, id, certification.decline_certification, reason=reason)
    else:
        say(world, youth, id, certification.propose_certification, note=f"Projet : {youth.project}")


def _retake(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    again = world.calendar.add(world.today, 1)
    campaign = workshops.campaign(world, "initial")
    say(world, youth, id, certification.plan_retake, campaign=campaign, planned_for=again)
    youth.skill = min(Decimal("0.95"), (youth.tries[-1].mastery if youth.tries else Decimal(0)) + MORE)
    take_test(youth, at(again, 10) - timedelta(minutes=5), world.random)


def _close(world: World, id: UUID, youth: Youth, state: Dossier, task: Task) -> None:
    reason = "unreachable" if task.why.details.get("by") == "tries" else "done"
    say(world, youth, id, closing.close_dossier, reason=reason, note="")


DEEDS: dict[str, Deed] = {
    "refer": _refer, "chase-partner": _chase_partner, "offer-alternative": _alternative, "record-outcome": _outcome,
    "complete-path": _complete, "propose-certification": _certification, "plan-retake": _retake,
    "close-or-plan": _close,
}  # fmt: skip
