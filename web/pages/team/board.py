"""Équipe: the members, their absences, their milestones with Pix, and the warnings for those who steer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.authorization import Subject
from pixflow.decision import Decision
from pixflow.dossier.assignment import assign_advisor
from pixflow.engine import new_id
from pixflow.events.staff import Retracted
from pixflow.identity import normalise
from pixflow.structure import issue_list
from pixflow.team import membership
from pixflow.team.absences import declare_absence
from pixflow.team.membership import add_member, hold_briefing
from pixflow.team.staff import Staff
from web.desk import bulk, receipts
from web.desk.bulk import RowOutcome
from web.desk.colleagues import IDLE, Load, day, loads, next_away, uncovered
from web.desk.commands import check, must, read_button, read_form, record, redraw
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.exports import ExportedList, Value, as_file, in_words
from web.desk.names import role_labels
from web.desk.receipts import Receipt, UndoForm
from web.desk.team.loans import loan_rows
from web.french import dates, typography, vocabulary
from web.french.typography import plural, say
from web.french.validation import MISSING
from web.http import filters
from web.http.addresses import SIZE, PageNumber, Pager, address
from web.http.forms import DatedForm, FormData, OpenForm
from web.http.people import NOBODY
from web.http.templates import show
from web.pages.team import access, undo
from web.pages.team.appropriation import boards
from web.pages.team.forms import MILESTONES, confirmable
from web.pages.team.handover import move_rows
from web.pages.team.member import member_page

router = APIRouter()
BOARD = "/equipe"
STATES = {"here": "Dans l’équipe", "away": "Absences du jour", "gone": "Départs"}
ROLE, SITE = filters.Facet("role", "Rôle", vocabulary.ROLES, lone=True), filters.Facet("site", "Site", {})
DECISIONS: dict[str, Decision[..., Any]] = {
    "pix": membership.take_pix, "training": membership.attend_training, "briefing": membership.hold_briefing,
}  # fmt: skip
UNKNOWN = RowOutcome("Une personne cochée", refused="elle n’est pas dans l’équipe, rechargez la page.")


class MilestoneForm(DatedForm):
    """The people who were ticked, and the milestone; a training and a briefing have a title."""

    person: tuple[UUID, ...] = ()
    step: Literal["pix", "training", "briefing"]
    title: str | None = None


# --- its rows


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One member. `away` is their absence in words; `uncovered`: nobody sees to their dossiers meanwhile.

    `roles` count today; `labels` also name those that wait for a second person. `milestones` are the day of each kind
    of MILESTONES, in words, "" for none.
    """

    id: UUID
    member: Staff
    load: Load
    state: str
    roles: Sequence[str]
    labels: Sequence[str]
    away: str
    uncovered: bool
    milestones: Sequence[str]

    def is_in(self, state: str) -> bool:
        return self.state == state or (state == "here" and self.state == "away")


class _MemberCount(NamedTuple):
    """A member as filters count them."""

    role: str
    site: str
    n: int = 1


def _rows(desk: Desk) -> Iterator[TeamRow]:
    """Yields everybody who is or was in the team, by name."""
    of, today = loads(desk), desk.today
    for id, member in sorted(desk.refs.team.items(), key=lambda item: normalise(item[1].name)):
        state = "gone" if not member.works(today) else "away" if member.absence(today) else "here"
        noted = [one and one.stamp.on for one in map(member.last, MILESTONES)]
        days = [dates.day(on, year=on.year != today.year, short=True) if on else "" for on in noted]
        last = min(today, member.left or today)
        roles = [role for role in vocabulary.ROLES if role in member.roles_on(last)]
        labels = role_labels(member, last)
        yield TeamRow(id, member, of.get(id, IDLE), state, roles, labels, *next_away(desk, member), days)


def _noted(kind: str, row: TeamRow) -> Value:
    """Returns the day of a member's latest milestone of a kind."""
    known = row.member.last(kind)
    return known.stamp.on if known else None


EXPORTED: dict[str, Callable[[TeamRow], Value]] = {
    "Nom": lambda row: row.member.name,
    "Rôles": lambda row: ", ".join(row.labels),
    "Site": lambda row: row.member.site,
    "Absence": lambda row: row.away,
    **{label: partial(_noted, kind) for kind, label in MILESTONES.items()},
    "Dossiers": lambda row: row.load.dossiers,
    "À son nom": lambda row: row.load.tasks,
    "En retard": lambda row: row.load.late,
}
"""The columns of its file."""


def _filtered(there: Sequence[TeamRow], role: str, site: str) -> list[TeamRow]:
    return [row for row in there if (not role or role in row.roles) and site in ("", row.member.site)]


def _menus(there: Sequence[TeamRow], role: str, site: str, state: str) -> list[filters.FilterMenu]:
    """Returns the menu of roles, then of sites. A member with two roles counts under both."""
    filters_by_column, params = {"role": role, "site": site}, {"etat": state}
    by_role = [_MemberCount(held, row.member.site or "") for row in there for held in row.roles]
    by_site = [_MemberCount(role if role in row.roles else "", row.member.site) for row in there if row.member.site]
    return [
        *filters.menus(BOARD, [ROLE], by_role, filters_by_column, params),
        *filters.menus(BOARD, [SITE], by_site, filters_by_column, params),
    ]


# --- its page


def _board(
    request: Request,
    desk: Desk,
    form: OpenForm | None = None,
    state: str = "here",
    role: str = "",
    site: str = "",
    number: int = 1,
    *,
    receipt: Receipt | None = None,
    outcomes: Sequence[RowOutcome] = (),
    status: int = 200,
) -> Response:
    """Shows one page of the members of a state, filtered, by name.

    `receipt` says of how many people a milestone was just noted; `outcomes` are those of a command that was refused
    for some. `form` notes a milestone. `sums` count those who took each; `most` tasks make the full width of a bar.
    """
    everyone, form = list(_rows(desk)), form or OpenForm("")
    there, here = ([row for row in everyone if row.is_in(wanted)] for wanted in (state, "here"))
    params = {"etat": "" if state == "here" else state}
    rows = _filtered(there, role, site)
    pager = Pager.at(len(rows), number, BOARD, {**params, "role": role, "site": site})
    counts = {name: sum(row.is_in(name) for row in everyone) for name in STATES}
    return show(
        request,
        "team/board.html",
        "board",
        NOBODY,
        status=status,
        me=desk.me,
        today=desk.today,
        state=state,
        states=[
            filters.Chip(label, address(BOARD, {"etat": "" if name == "here" else name}), counts[name], name == state)
            for name, label in STATES.items()
            if counts[name] or name in ("here", state)
        ],
        menus=_menus(there, role, site, params["etat"]),
        rows=rows[pager.offset : pager.offset + SIZE],
        pager=pager,
        filtered=bool(role or site),
        clear=address(BOARD, params),
        here=len(here),
        away=counts["away"],
        sums=[(label, sum(bool(row.milestones[n]) for row in here)) for n, label in enumerate(MILESTONES.values())],
        boards=boards(desk, site) if state == "here" and not desk.is_past else [],
        most=max((row.load.tasks for row in everyone), default=0),
        referents=[row for row in here if "referent" in row.roles],
        warnings=list(_warnings(desk, everyone)),
        loans=loan_rows(desk),
        moves=move_rows(desk),
        may_add=desk.may(add_member),
        may_declare=desk.may(declare_absence, Subject(member=desk.me)),
        may_note=desk.may(hold_briefing),
        may_take=desk.of_today.may(issue_list),
        receipt=receipt,
        outcomes=outcomes,
        values=form.values,
        errors=form.errors,
    )


@router.get("/equipe")
def read(
    request: Request,
    desk: AtDesk,
    etat: str = "here",
    role: str = "",
    site: str = "",
    p: PageNumber = 1,
    recu: str = "",
) -> Response:
    """Shows the board; `etat` is here, away or gone; `recu` names the command that just noted a milestone."""
    state = etat if etat in STATES else "here"
    return _board(request, desk, None, state, role, site, p, receipt=_receipt(desk, recu))


@as_file(router, BOARD)
def export(desk: AtDesk, etat: str = "here", role: str = "", site: str = "") -> ExportedList:
    """Returns the members of a state, filtered, by name."""
    state = etat if etat in STATES else "here"
    there = [row for row in _rows(desk) if row.is_in(state)]
    rows = _filtered(there, role, site)
    state_param = "" if state == "here" else state
    return ExportedList(
        page="team",
        name="equipe",
        path=BOARD,
        params={"etat": state_param, "role": role, "site": site},
        filters=[STATES[state], *in_words(_menus(there, role, site, state_param))],
        columns=EXPORTED,
        total=len(rows),
        read=lambda: rows,
        narrow="choisissez un rôle ou un site",
    )


def _receipt(desk: Desk, reference: str) -> Receipt | None:
    """Returns the receipt of a milestone noted of several people, or taken back, with its undo."""
    events = receipts.events_of(desk, reference)
    if not events:
        return None
    many = plural(len(events), "personne")
    title = "Annulé pour {many}." if isinstance(events[0].event, Retracted) else "Noté pour {many}."
    return undo.offer(desk, say(title, many=many), (), reference)


# --- its warnings


class TeamWarning(NamedTuple):
    """A sentence for those who steer, and the address where they act."""

    text: str
    href: str
    button: str


def confirmations(desk: Desk) -> Iterator[TeamWarning]:
    """Yields what the person at the desk may confirm, as the second one: roles, the oldest first, then accounts."""
    team = desk.refs.team
    waiting = [(team[id].awaiting_since[role], id, role) for id in team for role in confirmable(desk, id)]
    for since, id, role in sorted(waiting, key=lambda one: one[0]):
        text = "{name}, {role} : rôle à confirmer depuis {age}."
        values = {"role": vocabulary.ROLES[role], "age": dates.age(since, desk.today)}
        yield TeamWarning(say(text, name=team[id].name, **values), f"{BOARD}/{id}", "Lire et confirmer")
    if not desk.host.site:
        return
    for id in access.list_waiting(desk):
        text = say("{name} : un compte attend une deuxième personne.", name=team[id].name)
        yield TeamWarning(text, f"{BOARD}/{id}", "Lire et confirmer")
    for id, text in access.under_way(desk):
        yield TeamWarning(text, f"{BOARD}/{id}", "Voir")
    for id in access.stopped(desk):
        text = "{name} : accès coupé, trop de dossiers ouverts en peu de temps."
        yield TeamWarning(say(text, name=team[id].name), f"{BOARD}/{id}", "Voir")


def _warnings(desk: Desk, everyone: Sequence[TeamRow]) -> Iterator[TeamWarning]:
    """Yields what is to confirm; to those who steer, dossiers of leavers, uncovered absences, no référent."""
    yield from confirmations(desk)
    if not desk.may(assign_advisor):
        return
    for row in everyone:
        if row.member.left and row.load.dossiers:
            text = "{name}, départ le {left} : {count} à confier."
            values = {"left": day(desk, row.member.left), "count": plural(row.load.dossiers, "dossier")}
            yield TeamWarning(say(text, name=row.member.name, **values), f"{BOARD}/{row.id}/confier", "Confier")
    yield from (TeamWarning(text, where, "Choisir une suppléance") for text, where in uncovered(desk))
    if not any("referent" in row.roles and row.is_in("here") for row in everyone):
        yield TeamWarning("Personne n’est référent·e Pix : aucun résultat ne peut être transmis.", BOARD, "Désigner")


# --- a milestone of several people: one command and one result for each


@router.post("/equipe/noter")
@redraw(_board)
def note(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Notes a milestone of everybody ticked, in the order ticked; who is not of the team has a refusal."""
    must(desk, hold_briefing)
    form = read_form(MilestoneForm, data)
    people = {} if form.person else {"person": MISSING["person"]}
    check(people | ({} if form.step == "pix" or form.title else {"title": MISSING["title"]}))
    titled: dict[str, Any] = {} if form.step == "pix" else {"title": form.title}
    outcomes = []
    for person in form.person:
        if person not in desk.refs.team:
            outcomes.append(UNKNOWN)
            continue
        command = new_id(form.command_id, str(person))
        outcome = record(desk, {"staff": person}, DECISIONS[form.step], command_id=command, on=form.on, **titled)
        outcomes.append(bulk.row_outcome(desk, desk.refs.team[person].name, outcome))
    if any(one.refused for one in outcomes):
        desk.refresh()
        return _board(request, desk, outcomes=outcomes, status=422)
    return _see(str(form.command_id))


@router.post("/equipe/annuler")
def take_back(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Takes back what a form about one member recorded, or about several, but for those whom something followed."""
    outcomes = undo.undo(desk, read_button(UndoForm, data))
    desk.refresh()
    if len(outcomes.rows) != 1:
        refused = outcomes.refused
        return _board(request, desk, outcomes=outcomes.rows, status=422) if refused else _see(outcomes.reference)
    (row,) = outcomes.rows
    person = UUID(row.about)
    if row.refused:
        return member_page(request, desk, person, None, problem=typography.upper_first(row.refused))
    return RedirectResponse(f"{BOARD}/{person}?fait={row.recorded[-1].originator_version if row.recorded else 0}", 303)


def _see(reference: str) -> Response:
    return RedirectResponse(address(BOARD, {"recu": reference}), 303)
