"""What happens along the way, owed or not: openings, notes, corrections, loans, a second dossier, an early end."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import cast

from pixflow.actor import CLOCK, Actor
from pixflow.dossier import follow_up, identity, lending
from pixflow.dossier.stages import orientation
from pixflow.unit_of_work import Step
from web.samples.population import names, parameters
from web.samples.population.actors import referent
from web.samples.population.actors.closing import Reason, ends_early
from web.samples.population.agenda import Errand, Moment, Said
from web.samples.population.simulation import Case, Play
from web.samples.population.youth import Crowd, Young

NOTES = (
    "A passé l’entretien de recrutement, attend la réponse", "Permis : code obtenu", "Pas de connexion chez lui",
    "Vient avec sa mère, demande un point sur les aides", "Stage de découverte trouvé", "Rappeler la semaine prochaine",
    "Téléphone cassé, joindre par courriel", "Garde d’enfant à régler d’abord", "Très à l’aise avec les réseaux",
    "Souhaite refaire son CV", "Logement : dossier déposé", "Inscription au code en cours",
)  # fmt: skip


def come(play: Play, crowd: Crowd, count: int) -> Iterator[Said]:
    """So many come today, each at an hour of their own; a few are opened twice."""
    for _ in range(count):
        young = crowd.comes(play.desk.id(), play.today)
        _comes(play, young, play.on(play.today))
        if play.chance(parameters.TWICE):
            again = crowd.again(young, play.desk.id())
            _comes(play, again, play.on(play.in_days(parameters.TWICE_IN)))
            referent.merge_later(play, young, again)
    return iter(())


def _comes(play: Play, young: Young, moment: Moment) -> None:
    play.agenda.add(moment, Errand((young.dossier,), partial(arrives, play, young)))


def arrives(play: Play, young: Young) -> Iterator[Said]:
    """The first welcome: what is known is said at once; then life goes on."""
    cej = young.programme == "CEJ"
    advisor = play.house.next_advisor(young.site, play.today, cej=cej)
    month = play.today.replace(day=1)
    ends = play.today + timedelta(weeks=parameters.COLLECTIVE_WEEKS)
    said = {
        "last_name": young.last_name,
        "first_name": young.first_name,
        "birth_date": young.birth_date,
        "imilo_number": young.number or None,
        "site": play.house.sites[young.site],
        "phone": young.phone,
        "email": young.email,
        "programme": young.programme,
        "project": young.project,
        "group": f"CEJ {play.house.sites[young.site]} {month:%m-%Y}" if cej else None,
        "collective_end": ends if cej else None,
        "advisor": None if play.chance(parameters.NO_ADVISOR) else advisor.id,
    }
    play.young[young.dossier] = young
    play.matching.meet(young)
    yield Said(advisor.actor, (Step({"dossier": young.dossier}, identity.open_dossier, said),))
    along(play, young)


def along(play: Play, young: Young) -> None:
    """What will happen to them one day."""
    play.later(young, parameters.NOTE_EVERY, _note)
    if play.protocol.concerned == "assessed" and young.programme != "CEJ":
        play.later(young, parameters.JUDGED, _judge)
    for share, turn in (
        (parameters.CONTACT_CHANGES, _new_phone),
        (parameters.IDENTITY_CORRECTED, _correct),
        (parameters.PROJECT_CHANGES if young.project else parameters.PROJECT_FOUND, _project),
        (parameters.LENT, _lend),
    ):
        if play.chance(share):
            play.later(young, parameters.SOMETIME, turn)
    chance, passed = play.random.random(), 0.0
    for reason, share in parameters.ENDS:
        if passed <= chance < passed + share:
            play.later(young, parameters.ENDS_IN, partial(_ends, reason=cast(Reason, reason)))
        passed += share


def _ends(play: Play, case: Case, reason: Reason) -> Iterator[Said]:
    yield from ends_early(reason, play, case)


def _note(play: Play, case: Case) -> Iterator[Said]:
    play.later(case.young, parameters.NOTE_EVERY, _note)
    yield case.say(follow_up.take_note, text=play.random.choice(NOTES))


def _judge(play: Play, case: Case) -> Iterator[Said]:
    """Whether Pix concerns them, where the protocol leaves it to the advisor."""
    needed = play.chance(parameters.CONCERNED)
    reason = case.state.project if needed else "À l’aise au quotidien, son projet ne le demande pas"
    yield case.say(orientation.assess_need, needed=needed, reason=reason)


def _new_phone(play: Play, case: Case) -> Iterator[Said]:
    phone = f"07 00 00 {play.random.randrange(100):02d} {play.random.randrange(100):02d}"
    yield case.say(identity.correct_contact, phone=phone, email=case.state.email)


def _correct(play: Play, case: Case) -> Iterator[Said]:
    """A birth date a day wrong, in most."""
    known = case.state
    born = known.birth_date + timedelta(days=1) if known.birth_date else None
    yield case.say(
        identity.correct_identity,
        last_name=known.last_name,
        first_name=known.first_name,
        birth_date=born,
        imilo_number=known.imilo_number,
        site=known.site,
    )


def _project(play: Play, case: Case) -> Iterator[Said]:
    yield case.say(identity.state_project, project=play.random.choice(names.PROJECTS))


def _lend(play: Play, case: Case) -> Iterator[Said]:
    """A colleague follows them for some days; the clock gives the dossier back."""
    member = play.house.members.get(case.state.advisor) if case.state.advisor else None
    colleague = play.house.colleague(member, play.today) if member else None
    if colleague is None or case.state.lent:
        return
    until, manager = play.in_days(parameters.LENT_FOR), play.house.manager(play.today)
    step = Step({"dossier": case.young.dossier}, lending.lend_dossier, {"advisor": colleague.id, "until": until})
    yield Said(manager.actor, (step,))
    back = Said(Actor(CLOCK), (Step({"dossier": case.young.dossier}, lending.end_loan),))
    moment = (play.calendar.add(until, 1), 7 * 60)
    play.agenda.add(moment, Errand((case.young.dossier,), lambda: [back]))
