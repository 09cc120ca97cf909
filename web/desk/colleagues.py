"""The colleagues of the person at the desk: their absences, and those who may take over a task."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from pixflow.dossier.assignment import assign_advisor
from pixflow.dossier.state import Dossier
from pixflow.identity import normalise
from pixflow.team.absences import uncovered_absences
from pixflow.team.staff import Absence, Staff
from projections import advisor_queue, dossier_sheet
from web.desk.desk import Desk
from web.french import dates
from web.french.events import team
from web.french.typography import plural, say


class Load(NamedTuple):
    """The open dossiers of a person, the visible tasks in their name, and those of them that are past due."""

    dossiers: int = 0
    tasks: int = 0
    late: int = 0


IDLE = Load()
UNSEEN = "{name}, absence {days} : personne ne voit ses tâches."


def loads(desk: Desk) -> Mapping[UUID, Load]:
    """Returns the load of each person who has one; kept until the next event."""

    def count() -> Mapping[UUID, Load]:
        dossiers, tasks = portfolios(desk), advisor_queue.workloads(desk.read, desk.today)
        return {id: Load(dossiers.get(id, 0), *tasks.get(id, (0, 0))) for id in dossiers.keys() | tasks.keys() if id}

    return desk.memory.counts.get_or_make(("loads", desk.today), count)


def portfolios(desk: Desk) -> Mapping[UUID | None, int]:
    """Returns the number of open dossiers of each advisor, and of nobody; kept until the next event."""
    return desk.memory.counts.get_or_make("portfolios", partial(dossier_sheet.portfolio_sizes, desk.read))


def next_away(desk: Desk, member: Staff) -> tuple[str, bool]:
    """Returns when a colleague is away next, or leaves; and True when their dossiers have no deputy then."""
    if member.works(desk.today):
        coming = [away for away in member.absences.values() if away.last >= desk.today]
        if coming:
            soonest = min(coming, key=lambda away: away.first)
            return absence_text(desk, soonest), soonest.deputy is None and "advisor" in member.roles_on(desk.today)
    word = "départ" if member.works(desk.today) else "dernier jour"
    return (f"{word} le {day(desk, member.left)}" if member.left else ""), False


def left_to_nobody(desk: Desk, person: UUID, first: date, last: date) -> str:
    """Returns what such an absence leaves: "3 tâches à faire d’ici au 20 mars, 12 dossiers"; "" for nothing."""
    due, held = advisor_queue.due_through(desk.read, person, first, last), portfolios(desk).get(person, 0)
    tasks = plural(due, "tâche à faire", "tâches à faire")
    said = [say("{tasks} d’ici au {last}", tasks=tasks, last=day(desk, last))] if due else []
    return ", ".join([*said, *([plural(held, "dossier")] if held else [])])


def uncovered(desk: Desk) -> Iterator[tuple[str, str]]:
    """Yields each absence that leaves work to nobody, in words, and where a deputy is chosen; for those who steer."""
    for id, absence in uncovered_absences(desk.refs.team, desk.today) if desk.may(assign_advisor) else ():
        left = left_to_nobody(desk, id, max(desk.today, absence.first), absence.last)
        text = "{name}, absence {days} : personne ne voit ses tâches ({left})." if left else UNSEEN
        said = say(text, name=desk.refs.team[id].name, days=days_text(desk, absence), left=left)
        yield said, f"/equipe/{id}?formulaire=absence&sur={absence.id}#form"


def list_absences(desk: Desk) -> dict[UUID, str]:
    """Returns by colleague until when they are away, for those who are today."""
    found = {id: member for id, member in desk.refs.team.items() if member.absence(desk.today)}
    return {id: next_away(desk, member)[0] for id, member in found.items()}


def takers(desk: Desk, dossier: Dossier | None = None, task: str = "") -> list[tuple[UUID, str]]:
    """Returns the colleagues whom a task may be handed to, by name, with their tasks and their absence.

    Its advisor alone, for a task of a dossier that the person at the desk received.
    """
    held, absent = {*desk.staff("advisor"), *desk.staff("referent")}, list_absences(desk)
    handover = dossier.handovers.get(task) if dossier else None
    received = handover and handover.is_active(desk.today) and handover.to == desk.me
    if dossier and received and dossier.advisor != desk.me and not desk.roles & {"referent", "manager"}:
        held = {pair for pair in held if pair[0] == dossier.advisor}
    others = sorted(((id, name) for id, name in held if id != desk.me), key=lambda pair: normalise(pair[1]))
    load, made = loads(desk), []
    for id, name in others:
        away_until = [f"absence {absent[id]}"] if id in absent else []
        made.append((id, f"{name} ({', '.join([plural(load.get(id, IDLE).tasks, 'tâche'), *away_until])})"))
    return made


def absence_text(desk: Desk, absence: Absence) -> str:
    """Returns a text like "jusqu’au 25 septembre, suppléance : Paul Rey"."""
    days = f"jusqu’au {day(desk, absence.last)}" if absence.covers(desk.today) else days_text(desk, absence)
    deputy = desk.refs.colleague(absence.deputy)
    return f"{days}, {say('suppléance : {name}', name=deputy.name) if deputy else 'sans suppléance'}"


def days_text(desk: Desk, absence: Absence) -> str:
    return team.between(absence.first, absence.last, year=desk.today.year)


def day(desk: Desk, on: Any) -> str:
    """Returns the text of a day, with its year when it is not today's."""
    return dates.day(on, year=on.year != desk.today.year)
