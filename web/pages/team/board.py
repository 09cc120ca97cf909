"""The board of Équipe: who works here, who is away, how far the team has made Pix its own, what to see to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pixflow.dossier.assignment import assign_advisor
from pixflow.identity import normalise
from pixflow.team.absences import uncovered_absences
from pixflow.team.milestones import hold_briefing
from pixflow.team.staff import Milestone, Staff, add_member
from projections import advisor_queue, dossier_sheet
from web.desk.colleagues import day, days_said, next_away
from web.desk.desk import Desk
from web.french import vocabulary
from web.french.vocabulary import plural, say
from web.http import filters
from web.http.pagination import SIZE, Pager, address

BOARD = "/equipe"
STATES = {"here": "Dans l’équipe", "away": "Absences du jour", "gone": "Départs"}
STEPS = {"pix": "Pix passé", "training": "Formation", "briefing": "Information"}


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the board; `uncovered` when nobody sees to their dossiers while they are away."""

    id: UUID
    member: Staff
    state: str
    roles: Sequence[str]
    away: str
    uncovered: bool
    steps: Mapping[str, Milestone | None]
    dossiers: int
    tasks: int

    @property
    def href(self) -> str:
        return f"{BOARD}/{self.id}"

    @property
    def labels(self) -> list[str]:
        return [vocabulary.ROLES[role] for role in self.roles]

    def is_in(self, state: str) -> bool:
        return self.state == state or (state == "here" and self.state == "away")

    def fits(self, role: str, site: str) -> bool:
        return (not role or role in self.roles) and (not site or self.member.site == site)


@dataclass(frozen=True, slots=True)
class Warning:
    """What somebody who steers must see to, and where."""

    text: str
    href: str
    button: str


def board(desk: Desk, state: str, role: str, site: str, p: int) -> dict[str, Any]:
    """The people of a state, filtered, by name; what has to be seen to; how many took each step."""
    everyone = lines(desk)
    there = [line for line in everyone if line.is_in(state)]
    asked, kept = {"role": role, "site": site}, {"etat": "" if state == "here" else state}
    found = [line for line in there if line.fits(role, site)]
    pager = Pager.at(len(found), p, BOARD, {**kept, **asked})
    here = [line for line in everyone if line.is_in("here")]
    return {
        "desk": desk,
        "state": state,
        "states": _states(everyone, state),
        "chips": _chips(there, asked, kept),
        "lines": found[pager.offset : pager.offset + SIZE],
        "pager": pager,
        "filtered": any(asked.values()),
        "clear": address(BOARD, kept),
        "here": here,
        "away": [line for line in here if line.state == "away"],
        "sum": [(label, sum(line.steps[kind] is not None for line in here)) for kind, label in STEPS.items()],
        "referents": [line for line in here if "referent" in line.roles],
        "warnings": list(_warnings(desk, everyone)),
        "steps": STEPS,
        "notes": desk.may(hold_briefing),
        "adds": desk.may(add_member),
    }


def lines(desk: Desk) -> list[Line]:
    """Everybody who is or was in the team, by name."""
    dossiers, tasks = dossier_sheet.load(desk.read), advisor_queue.load(desk.read, desk.today)
    team = sorted(desk.refs.team.items(), key=lambda item: normalise(item[1].name))
    return [_line(desk, id, member, dossiers.get(id, 0), tasks.get(id, 0)) for id, member in team]


def _line(desk: Desk, id: UUID, member: Staff, dossiers: int, tasks: int) -> Line:
    now = member.absence(desk.today)
    state = "gone" if not member.works(desk.today) else "away" if now else "here"
    away, alone = next_away(desk, member)
    steps = {kind: member.last(kind) for kind in STEPS}
    roles = [role for role in vocabulary.ROLES if role in member.roles]
    return Line(id, member, state, roles, away, alone, steps, dossiers, tasks)


def _states(everyone: Sequence[Line], chosen: str) -> list[filters.Chip]:
    counts = {state: sum(line.is_in(state) for line in everyone) for state in STATES}
    return [
        filters.Chip(label, address(BOARD, {"etat": "" if state == "here" else state}), counts[state], state == chosen)
        for state, label in STATES.items()
        if counts[state] or state in ("here", chosen)
    ]


def _chips(there: Sequence[Line], asked: Mapping[str, str], kept: Mapping[str, str]) -> list[filters.Chip]:
    """The roles, then the sites; somebody of two roles counts under both."""
    sites = sorted({line.member.site for line in there if line.member.site} | ({asked["site"]} - {""}))
    values = {"role": vocabulary.ROLES, "site": {site: site for site in sites} if len(sites) > 1 else {}}
    made = []
    for name, labels in values.items():
        for value, label in labels.items():
            wanted = {**asked, name: value}
            count, on = sum(line.fits(**wanted) for line in there), asked[name] == value
            if count or on:
                href = address(BOARD, {**kept, **asked, name: "" if on else value})
                made.append(filters.Chip(label, href, count, on, apart=name == "site" and value == sites[0]))
    return made


def _warnings(desk: Desk, everyone: Sequence[Line]) -> Iterator[Warning]:
    """For who steers: dossiers of leavers, absences without a deputy, nobody référent."""
    if not desk.may(assign_advisor):
        return
    for line in everyone:
        if line.member.left and line.dossiers:
            text = "{name}, départ le {left} : {count} à confier."
            said = {"left": day(desk, line.member.left), "count": plural(line.dossiers, "dossier")}
            yield Warning(say(text, name=line.member.name, **said), f"{line.href}/confier", "Confier")
    for id, absence in uncovered_absences(desk.refs.team, desk.today):
        text = "{name}, absence {days} : personne ne voit ses tâches."
        said = {"name": desk.refs.team[id].name, "days": days_said(desk, absence)}
        where = f"{BOARD}/{id}?form=absence&about={absence.id}#form"
        yield Warning(say(text, **said), where, "Choisir une suppléance")
    if not any("referent" in line.roles and line.is_in("here") for line in everyone):
        yield Warning("Personne n’est référent·e Pix : aucun résultat ne peut être transmis.", BOARD, "Désigner")
