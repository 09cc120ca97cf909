"""What an advisor does instead of a task, now and then: it rests until a day, or a colleague does it."""

from collections.abc import Iterable, Iterator

from pixflow.dossier import follow_up
from pixflow.tasks import Task
from web.samples.population import parameters
from web.samples.population.agenda import Said
from web.samples.population.simulation import Case, Deed, Play

RESTING = ("En stage jusque-là, prévenu par SMS", "Hospitalisé·e, rappeler à son retour", "Chez ses parents ce mois-ci")
HANDED = ("Je suis en formation cette semaine-là", "Le connaît déjà de l’atelier", "")


def or_later(deed: Deed) -> Deed:
    """The deed, or what puts it off."""

    def do(play: Play, case: Case, task: Task) -> Iterable[Said]:
        if task.appointment is None and task.paused is None and task.handed_to is None:
            if play.chance(parameters.SNOOZED):
                return _snooze(play, case, task)
            if play.chance(parameters.HANDED_OVER):
                return _hand_over(play, case, task)
        return deed(play, case, task)

    return do


def _snooze(play: Play, case: Case, task: Task) -> Iterator[Said]:
    until, reason = play.in_days(parameters.SNOOZE), play.random.choice(RESTING)
    yield case.say(follow_up.snooze_task, task=task.key, until=until, reason=reason)


def _hand_over(play: Play, case: Case, task: Task) -> Iterator[Said]:
    """To a colleague who is here; back to the task itself when there is none."""
    member = play.house.members.get(case.state.advisor) if case.state.advisor else None
    colleague = play.house.colleague(member, play.today) if member else None
    if colleague is None:
        play.again(case.young, task)
        return
    until, note = play.in_days(parameters.SNOOZE), play.random.choice(HANDED)
    yield case.say(follow_up.hand_over_task, task=task.key, to=colleague.id, until=until, note=note)
