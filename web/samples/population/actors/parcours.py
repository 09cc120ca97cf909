"""What becomes of a prescription: partners, actions, the complete diagnostic, certification, the retake, the end."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from pixflow.dossier import follow_up
from pixflow.dossier.stages import certification, parcours
from pixflow.dossier.state import ActionState, Dossier
from pixflow.events.values import Partner
from pixflow.tasks import Kind, Task
from web.samples.clock import at
from web.samples.phrases import about
from web.samples.population import names, parameters, youth
from web.samples.population.actors.advisors import planned, takes
from web.samples.population.actors.closing import ended
from web.samples.population.agenda import Said
from web.samples.population.simulation import Case, Deed, Play

REFUSED = ("Groupe complet jusqu’à la rentrée", "Hors du secteur", "Ne prend plus d’inscriptions")
LEVELS = ("Novice 2", "Indépendant 1", "Indépendant 2", "Avancé 1")
ALONE = "tutos-pix"
"""The proposal that is nobody's but the young person's."""


def refer(play: Play, case: Case, task: Task) -> Iterator[Said]:
    action = case.state.parcours.actions[about(task)].action
    match action.kind:
        case "check":
            yield case.say(parcours.end_action, action=action.id, outcome="done", note="")
        case "cv":
            yield case.say(certification.add_result_to_cv)
        case "certification":
            yield from certify(play, case, task)
        case _ if action.proposal == ALONE:
            yield case.say(parcours.start_action, action=action.id, ends=play.in_days(parameters.LASTS))
        case _:
            yield send(play, case, action.id)


def send(play: Play, case: Case, action: UUID) -> Said:
    """To a partner, who will answer, or not."""
    referral = play.desk.id()
    place = play.house.sites[case.young.site]
    if not play.chance(parameters.SILENT):
        play.later(case.young, parameters.ANSWERS_IN, partial(_answers, action=action, referral=referral))
    return case.say(
        parcours.send_referral,
        {"referral": referral},
        action=action,
        partner=Partner(None, play.random.choice(names.PARTNERS).format(place)),
        starts=None,
        ends=None,
        note="",
    )


def _answers(play: Play, case: Case, action: UUID, referral: UUID) -> Iterator[Said]:
    state = _running(case.state, action)
    if state is None or not any(one.id == referral and one.answer is None for one in state.referrals):
        return
    refused = play.chance(parameters.REFUSES)
    reason = play.random.choice(REFUSED) if refused else ""
    yield case.say(
        parcours.answer_referral, referral=referral, answer="refused" if refused else "accepted", reason=reason
    )
    if not refused:
        play.later(case.young, parameters.BEGINS_IN, partial(_begins, action=action))


def _begins(play: Play, case: Case, action: UUID) -> Iterator[Said]:
    state = _running(case.state, action)
    if state is None or state.started:
        return
    if play.chance(parameters.NEVER_BEGINS):
        yield case.say(parcours.drop_action, action=action, reason="Ne s’est pas présenté·e au premier jour")
    else:
        yield case.say(parcours.start_action, action=action, ends=play.in_days(parameters.LASTS))


def _running(state: Dossier, action: UUID) -> ActionState | None:
    known = state.parcours.actions.get(action)
    return known if known and not known.over else None


def chase_partner(play: Play, case: Case, task: Task) -> Iterator[Said]:
    referral, reached = about(task), play.chance(parameters.REACHED)
    yield case.say(
        parcours.chase_partner,
        referral=referral,
        channel="phone" if play.chance(0.6) else "email",
        reached=reached,
        note="Rappelle la semaine prochaine" if reached else "",
    )
    actions = case.state.parcours.actions.items()
    action = next(id for id, one in actions if any(sent.id == referral for sent in one.referrals))
    if reached and play.chance(parameters.ANSWERS_ONCE_CHASED):
        play.later(case.young, parameters.AGAIN, partial(_answers, action=action, referral=referral))


def alternative(play: Play, case: Case, task: Task) -> Iterator[Said]:
    one = case.state.parcours.actions[about(task)]
    if len(one.referrals) > 1 or play.chance(parameters.NO_ALTERNATIVE):
        yield case.say(parcours.drop_action, action=one.action.id, reason="Aucune place dans le secteur")
    else:
        yield send(play, case, one.action.id)


def outcome(play: Play, case: Case, task: Task) -> Iterator[Said]:
    abandoned = play.chance(parameters.ABANDONS * (1.6 - case.young.zeal))
    yield case.say(
        parcours.end_action,
        action=about(task),
        outcome="abandoned" if abandoned else "done",
        note="A trouvé un emploi entre-temps" if abandoned and play.chance(0.3) else "",
    )


def complete(play: Play, case: Case, task: Task) -> Iterator[Said]:
    """On the computers of the Mission locale, one of the next days; an export says so, or the advisor at once."""
    young = case.young
    if young.complete:
        return
    if play.chance(parameters.DECLINES_COMPLETE):
        yield case.say(certification.decline_complete_diagnostic, reason="Préfère s’en tenir là pour l’instant")
    elif not play.chance(parameters.COMPLETES):
        play.again(young, task)
    else:
        day = play.in_days(parameters.AGAIN)
        play.pix.takes(young, "complete", youth.take_complete(young, at(day, 9, 30), play.random))
        if play.chance(parameters.SAID_AT_ONCE):
            play.later(young, (day, 12 * 60), _was_there)


def _was_there(play: Play, case: Case) -> Iterator[Said]:
    yield case.say(certification.take_complete_diagnostic)


def certify(play: Play, case: Case, task: Task) -> Iterator[Said]:
    project = case.state.project
    if not project or not play.chance(parameters.PROJECT_CALLS * 2):
        yield case.say(certification.decline_certification, reason="Son projet ne la demande pas pour l’instant")
        return
    yield case.say(certification.propose_certification, note=f"Projet : {project}")
    play.later(case.young, parameters.REGISTERED_IN, _register)


def _register(play: Play, case: Case) -> Iterator[Said]:
    known = case.state.parcours.certification
    if known and known.step in ("proposed", "registered"):
        session, place = play.in_days(parameters.SESSION_IN), play.house.sites[case.young.site]
        yield case.say(certification.register_certification, session=session, place=f"Lycée de {place}, salle 12")
        play.later(case.young, (session, 16 * 60), _session)


def _session(play: Play, case: Case) -> Iterator[Said]:
    """Taken, or missed and registered again."""
    known = case.state.parcours.certification
    if known is None or known.step != "registered":
        return
    if play.chance(parameters.NO_SHOW):
        yield from _register(play, case)
    else:
        yield case.say(certification.take_certification)
        play.later(case.young, parameters.LEARNED_IN, _learned)


def _learned(play: Play, case: Case) -> Iterator[Said]:
    known = case.state.parcours.certification
    if known is None or known.step != "taken":
        return
    obtained = play.chance(parameters.OBTAINS)
    yield case.say(
        certification.obtain_certification,
        obtained=obtained,
        level=play.random.choice(LEVELS) if obtained else "",
        note="" if obtained else "Peut s’y présenter à nouveau",
    )
    if obtained and play.chance(parameters.ON_CV):
        yield case.say(certification.add_result_to_cv)


def retake(play: Play, case: Case, task: Task) -> Iterator[Said]:
    if play.chance(parameters.DECLINES_RETAKE):
        yield case.say(certification.decline_retake, reason="Ne souhaite pas le repasser")
    elif not play.chance(parameters.RETAKES):
        play.again(case.young, task)
    else:
        day = play.in_days(parameters.PLANNED_IN)
        campaign = play.pix.season("initial", case.young.site).stream
        yield case.say(certification.plan_retake, campaign=campaign, planned_for=day)
        case.young.skill = min(0.98, case.young.skill + play.random.uniform(*parameters.LEARNED))
        if play.chance(parameters.TAKES):
            takes(play, case.young, day)


def close_or_plan(play: Play, case: Case, task: Task) -> Iterator[Said]:
    """Nobody could be reached, or all is done: the dossier is closed, or taken up again."""
    tried = task.why.details.get("by") == "tries"
    if play.chance(parameters.CLOSES_WHEN_TRIED if tried else parameters.CLOSES_WHEN_QUIET):
        yield from ended(play, case, "unreachable" if tried else "done", "")
    elif not case.state.diagnostic.has_participation("initial") and case.state.orientation.presented:
        yield planned(play, case, "office")
    else:
        yield case.say(follow_up.take_note, text="Fait le point par téléphone, suite à convenir")


DEEDS: dict[Kind, Deed] = {
    "refer": refer, "chase-partner": chase_partner, "offer-alternative": alternative, "record-outcome": outcome,
    "complete-path": complete, "propose-certification": certify, "plan-retake": retake,
    "close-or-plan": close_or_plan,
}  # fmt: skip
