"""The board of Équipe: the members, their absences, their milestones with Pix, and the warnings for those who steer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pixflow.dossier.assignment import assign_advisor
from pixflow.identity import normalise
from pixflow.team.absences import uncovered_absences
from pixflow.team.membership import add_member, hold_briefing
from pixflow.team.staff import Milestone, Staff
from web.desk import bulk
from web.desk.colleagues import IDLE, Load, day, days_text, loads, next_away, role_labels
from web.desk.desk import Desk
from web.desk.receipts import Receipt
from web.desk.team.loans import LoanRow, loan_rows
from web.french import dates, vocabulary
from web.french.typography import plural, say
from web.http import filters
from web.http.pagination import SIZE, Pager, address
from web.http.people import NOBODY
from web.http.templates import Page
from web.pages.team import access
from web.pages.team.appropriation import SiteBoard, boards
from web.pages.team.forms import confirmable
from web.pages.team.moves import MoveRow, move_rows

BOARD = "/equipe"
STATES = {"here": "Dans l’équipe", "away": "Absences du jour", "gone": "Départs"}
MENUS = {"role": "Rôle", "site": "Site"}
MILESTONES = {"pix": "Pix passé", "training": "Formation", "briefing": "Information"}


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One member. `away` is their absence in words; `uncovered`: nobody sees to their dossiers meanwhile.

    `roles` count today; `labels` also name those that wait for a second person. `milestones` are the day of each kind
    of MILESTONES, in words, "" for none.
    """

    id: UUID
    name: str
    site: str
    state: str
    roles: Sequence[str]
    labels: Sequence[str]
    away: str
    uncovered: bool
    left: date | None
    milestones: Sequence[str]
    dossiers: int
    tasks: int
    late: int

    @property
    def href(self) -> str:
        return f"{BOARD}/{self.id}"

    def is_in(self, state: str) -> bool:
        return self.state == state or (state == "here" and self.state == "away")

    def fits(self, role: str, site: str) -> bool:
        return (not role or role in self.roles) and (not site or self.site == site)


@dataclass(frozen=True, slots=True)
class TeamWarning:
    """A sentence for those who steer, and the address where they act."""

    text: str
    href: str
    button: str


@dataclass(frozen=True, kw_only=True)
class TeamPage(Page):
    """The members of a state, filtered; `here` and `away` count those of today, `sums` those who took each milestone.

    `most` is the largest number of tasks of one person: the full width of a bar.
    `receipt` says of how many people a milestone was just noted; `outcomes` are those of a command that was refused
    for some. `values` and `errors` are those of the form that notes a milestone.
    """

    template = "team/board.html"
    block = "board"
    shows = NOBODY

    me: UUID
    today: date
    state: str
    states: Sequence[filters.Chip]
    menus: Sequence[filters.FilterMenu]
    rows: Sequence[TeamRow]
    pager: Pager
    filtered: bool
    clear: str
    here: int
    away: int
    sums: Sequence[tuple[str, int]]
    boards: Sequence[SiteBoard]
    most: int
    referents: Sequence[TeamRow]
    warnings: Sequence[TeamWarning]
    loans: Sequence[LoanRow]
    moves: Sequence[MoveRow]
    may_add: bool
    may_note: bool
    receipt: Receipt | None
    outcomes: Sequence[bulk.RowOutcome]
    values: Mapping[str, Any]
    errors: Mapping[str, str]


def board_page(
    desk: Desk,
    state: str = "here",
    role: str = "",
    site: str = "",
    number: int = 1,
    *,
    receipt: Receipt | None = None,
    outcomes: Sequence[bulk.RowOutcome] = (),
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> TeamPage:
    """Returns one page of the members of a state, filtered, by name."""
    everyone = team_rows(desk)
    there = [row for row in everyone if row.is_in(state)]
    asked, kept = {"role": role, "site": site}, {"etat": "" if state == "here" else state}
    found = [row for row in there if row.fits(role, site)]
    pager = Pager.at(len(found), number, BOARD, {**kept, **asked})
    here = [row for row in everyone if row.is_in("here")]
    return TeamPage(
        me=desk.me,
        today=desk.today,
        state=state,
        states=_states(everyone, state),
        menus=_menus(there, asked, kept),
        rows=found[pager.offset : pager.offset + SIZE],
        pager=pager,
        filtered=any(asked.values()),
        clear=address(BOARD, kept),
        here=len(here),
        away=sum(row.state == "away" for row in here),
        sums=[(label, sum(bool(row.milestones[n]) for row in here)) for n, label in enumerate(MILESTONES.values())],
        boards=boards(desk, site) if state == "here" else [],
        most=max((row.tasks for row in everyone), default=0),
        referents=[row for row in here if "referent" in row.roles],
        warnings=list(_warnings(desk, everyone)),
        loans=loan_rows(desk),
        moves=move_rows(desk),
        may_add=desk.may(add_member),
        may_note=desk.may(hold_briefing),
        receipt=receipt,
        outcomes=outcomes,
        values=values or {},
        errors=errors or {},
    )


def team_rows(desk: Desk) -> list[TeamRow]:
    """Returns everybody who is or was in the team, by name."""
    of = loads(desk)
    team = sorted(desk.refs.team.items(), key=lambda item: normalise(item[1].name))
    return [_row(desk, id, member, of.get(id, IDLE)) for id, member in team]


def _row(desk: Desk, id: UUID, member: Staff, load: Load) -> TeamRow:
    now = member.absence(desk.today)
    state = "gone" if not member.works(desk.today) else "away" if now else "here"
    away, alone = next_away(desk, member)
    milestones = [_day(desk, member.last(kind)) for kind in MILESTONES]
    last = min(desk.today, member.left or desk.today)
    held, labels = member.roles_on(last), role_labels(member, last)
    roles = [role for role in vocabulary.ROLES if role in held]
    site = member.site or ""
    return TeamRow(id, member.name, site, state, roles, labels, away, alone, member.left, milestones, *load)


def _day(desk: Desk, milestone: Milestone | None) -> str:
    if milestone is None:
        return ""
    return dates.day(milestone.stamp.on, year=milestone.stamp.on.year != desk.today.year, short=True)


def _states(everyone: Sequence[TeamRow], chosen: str) -> list[filters.Chip]:
    counts = {state: sum(row.is_in(state) for row in everyone) for state in STATES}
    return [
        filters.Chip(label, address(BOARD, {"etat": "" if state == "here" else state}), counts[state], state == chosen)
        for state, label in STATES.items()
        if counts[state] or state in ("here", chosen)
    ]


def _menus(there: Sequence[TeamRow], asked: Mapping[str, str], kept: Mapping[str, str]) -> list[filters.FilterMenu]:
    """Returns the menu of roles, then of sites. A member with two roles counts under both."""
    sites = sorted({row.site for row in there if row.site} | ({asked["site"]} - {""}))
    values = {"role": vocabulary.ROLES, "site": {site: site for site in sites} if len(sites) > 1 else {}}
    made = (filters.menu(MENUS[name], _chips(there, name, labels, asked, kept)) for name, labels in values.items())
    return [one for one in made if one.on or one.others]


def _chips(
    there: Sequence[TeamRow], name: str, labels: Mapping[str, str], asked: Mapping[str, str], kept: Mapping[str, str]
) -> list[filters.Chip]:
    made = []
    for value, label in labels.items():
        wanted = {**asked, name: value}
        count, on = sum(row.fits(**wanted) for row in there), asked[name] == value
        if count or on:
            href = address(BOARD, {**kept, **asked, name: "" if on else value})
            made.append(filters.Chip(label, href, count, on))
    return made


def confirmations(desk: Desk) -> Iterator[TeamWarning]:
    """Yields what the person at the desk may confirm, as the second one: roles, the oldest first, then accounts."""
    team = desk.refs.team
    waiting = [(team[id].awaiting_since[role], id, role) for id in team for role in confirmable(desk, id)]
    for since, id, role in sorted(waiting, key=lambda one: one[0]):
        text = "{name}, {role} : rôle à confirmer depuis {age}."
        said = {"role": vocabulary.ROLES[role], "age": dates.age(since, desk.today)}
        yield TeamWarning(say(text, name=team[id].name, **said), f"{BOARD}/{id}", "Lire et confirmer")
    for id in access.waiting(desk) if desk.host.site else ():
        text = say("{name} : un compte attend une deuxième personne.", name=desk.refs.team[id].name)
        yield TeamWarning(text, f"{BOARD}/{id}", "Lire et confirmer")
    for id, text in access.under_way(desk) if desk.host.site else ():
        yield TeamWarning(text, f"{BOARD}/{id}", "Voir")
    for id in access.stopped(desk) if desk.host.site else ():
        text = "{name} : accès coupé, trop de dossiers ouverts en peu de temps."
        yield TeamWarning(say(text, name=team[id].name), f"{BOARD}/{id}", "Voir")


def _warnings(desk: Desk, everyone: Sequence[TeamRow]) -> Iterator[TeamWarning]:
    """Yields what is to confirm; to those who steer, dossiers of leavers, uncovered absences, no référent."""
    yield from confirmations(desk)
    if not desk.may(assign_advisor):
        return
    for row in everyone:
        if row.left and row.dossiers:
            text = "{name}, départ le {left} : {count} à confier."
            said = {"left": day(desk, row.left), "count": plural(row.dossiers, "dossier")}
            yield TeamWarning(say(text, name=row.name, **said), f"{row.href}/confier", "Confier")
    for id, absence in uncovered_absences(desk.refs.team, desk.today):
        text = "{name}, absence {days} : personne ne voit ses tâches."
        said = {"name": desk.refs.team[id].name, "days": days_text(desk, absence)}
        where = f"{BOARD}/{id}?formulaire=absence&sur={absence.id}#form"
        yield TeamWarning(say(text, **said), where, "Choisir une suppléance")
    if not any("referent" in row.roles and row.is_in("here") for row in everyone):
        yield TeamWarning("Personne n’est référent·e Pix : aucun résultat ne peut être transmis.", BOARD, "Désigner")
