"""A portfolio that is handed over: the form, its split, the report of each dossier, and the undo."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select

from pixflow.dossier import assignment
from pixflow.dossier.assignment import assign_advisor
from pixflow.dossier.evolve import fold
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.events.dossier import AdvisorAssigned, DossierLent
from pixflow.identity import list_name, normalise
from pixflow.refused import Refused
from pixflow.team.staff import share, weight
from projections import advisor_queue, audit_trail, directory, dossier_sheet
from projections.directory import YoungPerson
from projections.statements import by_key
from projections.store.folds import folds_of
from web.desk import dependencies, refusals
from web.desk.colleagues import IDLE, Load, day, list_absences, loads
from web.desk.commands import check, read_button, read_form, record, redraw
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.receipts import row_command
from web.desk.team.loans import ReturnForm, give_back, may_return
from web.french import privacy, typography, validation
from web.french.events import sentences
from web.french.typography import plural, say
from web.http.addresses import SIZE, PageNumber, Pager
from web.http.forms import Day, Form, FormData, OpenForm, Pair
from web.http.people import listed
from web.http.templates import show

router = APIRouter()
AtDesk = Annotated[Desk, allowed("referent", "manager")]
AtDeskFresh = Annotated[Desk, allowed("referent", "manager", fresh=True)]
LIMIT = 300
"""The most dossiers that a preview or a report lists one by one. Beyond, it counts those of each colleague."""


class HandoverForm(Form):
    """The colleagues who take, and the term: for good, or until a last day."""

    to: tuple[UUID, ...] = ()
    term: Literal["good", "until"] = "good"
    until: Day | None = None

    @property
    def last(self) -> date | None:
        return self.until if self.term == "until" else None


class SplitForm(HandoverForm):
    """The form before a preview: all dossiers, or those ticked."""

    which: Literal["all", "ticked"] = "all"
    dossier: tuple[UUID, ...] = ()


class SharesForm(HandoverForm):
    """The form of a preview: each dossier with the colleague who takes it. A dossier left out stays."""

    pair: tuple[Pair, ...] = ()

    @property
    def pairs(self) -> dict[UUID, UUID]:
        return dict(self.pair)


def _must_exist(desk: Desk, person: UUID) -> None:
    if person not in desk.refs.team:
        raise HTTPException(404)


# --- the form


def _ask(request: Request, desk: Desk, person: UUID, form: OpenForm | None = None, number: int = 1) -> Response:
    """Shows one page of the portfolio, with the form that hands it over."""
    _must_exist(desk, person)
    member, form = desk.refs.team[person], form or OpenForm("")
    pager = Pager.at(loads(desk).get(person, IDLE).dossiers, number, f"/equipe/{person}/confier", {})
    rows = dossier_sheet.portfolio(desk.read, person, SIZE, pager.offset)
    tasks, absences = advisor_queue.workload_by_dossier(desk.read, person, desk.today), list_absences(desk)
    colleagues = []
    for id, name, load in _colleagues(desk, person):
        text = f"{plural(load.dossiers, 'dossier')}, {plural(load.tasks, 'tâche')}"
        colleagues.append((str(id), name, f"{text}, absence {absences[id]}" if id in absences else text))
    return show(
        request,
        "team/handover.html",
        "handover",
        listed(row.stream for row in rows),
        id=person,
        name=member.name,
        leaves=member.left is not None,
        today=desk.today,
        tasks=tasks,
        borrowed=sum(loan.n for loan in dossier_sheet.loans(desk.read, [person]) if loan.borrower == person),
        colleagues=colleagues,
        rows=rows,
        pager=pager,
        values=form.values,
        errors=form.errors,
    )


def _colleagues(desk: Desk, person: UUID) -> list[tuple[UUID, str, Load]]:
    """Returns the other advisors of today, by name, with their load."""
    of = loads(desk)
    return [(id, name, of.get(id, IDLE)) for id, name in desk.staff("advisor") if id != person]


@router.get("/equipe/{person:uuid}/confier")
def ask(request: Request, desk: AtDesk, person: UUID, p: PageNumber = 1) -> Response:
    """Shows the form: the colleagues, the dossiers, the term."""
    return _ask(request, desk, person, number=p)


# --- its split, before it is recorded


@router.post("/equipe/{person:uuid}/confier/apercu")
@redraw(_ask)
def preview(request: Request, desk: AtDeskFresh, person: UUID, data: FormData) -> Response:
    """Shows the workload of each colleague: after an even split, or as the form's own choices say.

    It records nothing. It is a POST, so that no name stands in an address or a log.
    """
    _must_exist(desk, person)
    form = read_form(SharesForm, data) if "pair" in data else read_form(SplitForm, data)
    check(_errors(desk, form))
    tasks = advisor_queue.workload_by_dossier(desk.read, person, desk.today)
    portfolio = dossier_sheet.portfolio(desk.read, person)
    shares = form.pairs if isinstance(form, SharesForm) else _split(desk, person, form, portfolio, tasks)
    rows = [row for row in portfolio if row.stream in shares]
    taken = {row.stream: shares[row.stream] for row in rows}
    to = list(dict.fromkeys([*form.to, *taken.values()]))
    return show(
        request,
        "team/handover_preview.html",
        "preview",
        listed(taken if len(rows) <= LIMIT else ()),
        id=person,
        name=desk.refs.team[person].name,
        until=form.last,
        to=[(id, desk.refs.team[id].name) for id in to],
        workloads=list(_workloads(desk, person, to, taken, tasks)),
        rows=rows,
        tasks=tasks,
        taken=taken,
        editable=len(rows) <= LIMIT,
        limit=LIMIT,
    )


def _errors(desk: Desk, form: HandoverForm) -> dict[str, str]:
    """Returns an error for each choice that cannot be, or that a split lacks."""
    advisors = dict(desk.staff("advisor"))
    to = set(form.to) | (set(form.pairs.values()) if isinstance(form, SharesForm) else set())
    if any(id not in advisors for id in to):
        return {"to": "Choisissez des conseiller·ères de l’équipe."}
    if form.term == "until" and form.until is None:
        return {"until": validation.MISSING["until"]}
    if form.last and form.last < desk.today:
        return {"until": "Ce jour est déjà passé : choisissez un jour à venir."}
    if not isinstance(form, SplitForm):
        return {}
    none = form.which == "ticked" and not form.dossier
    nobody = {} if form.to else {"to": validation.MISSING["to"]}
    return nobody | ({"dossier": "Cochez au moins un dossier, ou choisissez tous les dossiers."} if none else {})


def _split(
    desk: Desk, person: UUID, form: SplitForm, portfolio: Sequence[Any], tasks: Mapping[UUID, int]
) -> dict[UUID, UUID]:
    """Returns the split that evens the workloads: of all the dossiers, or of those ticked.

    For good, it leaves out the dossiers that a colleague lent: they go back to that colleague.
    """
    ticked = set(form.dossier)
    streams = [
        row.stream
        for row in portfolio
        if (form.which == "all" or row.stream in ticked) and (form.last or row.lender is None)
    ]
    busy = {id: load.dossiers + load.tasks for id, _, load in _colleagues(desk, person) if id in form.to}
    return share({stream: tasks.get(stream, 0) for stream in streams}, busy)


def _workloads(
    desk: Desk, person: UUID, to: Sequence[UUID], taken: Mapping[UUID, UUID], tasks: Mapping[UUID, int]
) -> Iterator[tuple[str, int, int, int, int]]:
    """Yields the open dossiers of a member and of the colleagues who take, before and after; then their due tasks."""
    of, team = loads(desk), desk.refs.team
    for id in (person, *sorted(to, key=lambda one: normalise(team[one].name))):
        sign = -1 if id == person else 1
        streams = [stream for stream, other in taken.items() if id in (person, other)]
        weights = sum(weight(tasks.get(stream, 0)) - 1 for stream in streams)
        now, busy, _ = of.get(id, IDLE)
        yield team[id].name, now, now + sign * len(streams), busy, busy + sign * weights


# --- the handover: one command and one result for each dossier


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """The result of one dossier; `refused` is the reason when nothing was recorded."""

    stream: UUID
    name: str
    to: str
    refused: str = ""


@router.post("/equipe/{person:uuid}/confier")
@redraw(_ask)
def hand_over(request: Request, desk: AtDeskFresh, person: UUID, data: FormData) -> Response:
    """Hands over each dossier, one command each. The report shows the rows that were refused."""
    _must_exist(desk, person)
    form = read_form(SharesForm, data)
    check(_errors(desk, form) or ({} if form.pair else {"": "Aucun dossier n’est à confier."}))
    people = directory.find_people(desk.read, form.pairs)
    rows = [_hand_over_one(desk, person, form, stream, to, people.get(stream)) for stream, to in form.pairs.items()]
    return _answer(request, desk, form.command_id, rows, "confiés")


def _hand_over_one(
    desk: Desk, person: UUID, form: SharesForm, stream: UUID, to: UUID, young: YoungPerson | None
) -> HandoverRow:
    name, colleague = young.name if young else "dossier inconnu", desk.refs.team.get(to)
    command = row_command(form.command_id, stream)
    if not desk.engine.has_recorded(command):
        if colleague is None or "advisor" not in colleague.roles_on(desk.today):
            return HandoverRow(stream, name, "", "la personne choisie ne suit plus de dossiers")
        if young is None or young.advisor != person:
            text = "ce dossier n’est plus suivi par {name}"
            return HandoverRow(stream, name, colleague.name, say(text, name=desk.refs.team[person].name))
    sent: dict[str, Any] = {"advisor": to} | ({"until": form.last} if form.last else {})
    decision = assignment.lend_dossier if form.last else assign_advisor
    outcome = record(desk, {"dossier": stream}, decision, command_id=command, context={"bulk": form.command_id}, **sent)
    return HandoverRow(stream, name, names_for(desk).staff(to), _reason(desk, outcome.refused))


def _reason(desk: Desk, refused: Refused | None) -> str:
    return typography.lower_first(refusals.sentence(desk, refused)) if refused else ""


@router.post("/equipe/confies/{bulk:uuid}/annuler")
def undo(request: Request, desk: AtDesk, bulk: UUID, data: FormData) -> Response:
    """Undoes all of a handover, as long as nobody was assigned since: one command and one result for each dossier."""
    form, events = read_button(Form, data), _events_of(desk, bulk)
    people, rows = directory.find_people(desk.read, [recorded.originator_id for recorded in events]), []
    for recorded in events:
        stream = recorded.originator_id
        outcome = record(
            desk,
            {"dossier": stream},
            assignment.undo_assignment,
            command_id=row_command(form.command_id, stream),
            version=recorded.originator_version,
            reason="portefeuille repris",
        )
        name = people[stream].name if stream in people else "dossier inconnu"
        rows.append(HandoverRow(stream, name, "", _reason(desk, outcome.refused)))
    return _answer(request, desk, bulk, rows, "repris")


@router.post("/equipe/prets/rendre")
def return_loan(request: Request, desk: dependencies.AtDesk, data: FormData) -> Response:
    """Gives a loan back before its day. Who steers reads the report; an advisor goes back to Ma boîte."""
    if not desk.has_role_for(assignment.return_dossier):
        raise HTTPException(403)
    form = read_button(ReturnForm, data)
    if not may_return(desk, form.lender, form.borrower):
        raise HTTPException(403)
    outcomes = give_back(desk, form)
    if any(row.refused for _, row in outcomes):
        rows = [HandoverRow(stream, row.name, "", row.refused) for stream, row in outcomes]
        return _answer(request, desk, form.command_id, rows, "rendus")
    bulk = form.command_id
    return RedirectResponse(f"/equipe/confies/{bulk}" if desk.may(assign_advisor) else f"/boite?recu={bulk}", 303)


# --- its report

TOPICS = (AdvisorAssigned.TOPIC, DossierLent.TOPIC)
APART = 500
"""Reassignments of other commands that may stand between two of one bulk."""
_trail = audit_trail.table.c


@dataclass(frozen=True, slots=True)
class Reassignment:
    """One dossier of the report; `now` is its advisor when that is another one since.

    `undone`: the reassignment was taken back; otherwise another one followed it.
    """

    stream: UUID
    name: str
    number: str
    to: UUID
    until: date | None
    now: str
    undone: bool


@router.get("/equipe/confies/{bulk:uuid}")
def read(request: Request, desk: AtDesk, bulk: UUID) -> Response:
    """Shows the report of a handover, to print."""
    return _report(request, desk, bulk)


def _answer(request: Request, desk: Desk, bulk: UUID, rows: Sequence[HandoverRow], verb: str) -> Response:
    if any(row.refused for row in rows):
        desk.refresh()
        return _report(request, desk, bulk, rows, verb)
    return RedirectResponse(f"/equipe/confies/{bulk}", 303)


def _report(request: Request, desk: Desk, bulk: UUID, rows: Sequence[HandoverRow] = (), verb: str = "") -> Response:
    """Shows what became of each dossier of a bulk. `rows` are results with refusals, `verb` what was refused."""
    events = _events_of(desk, bulk)
    if not events and not rows:
        raise HTTPException(404)
    moves, first = _reassignments(desk, events), events[0] if events else None
    before, returned, names = Dossier(), False, names_for(desk)
    if first:
        history = desk.engine.history(first.originator_id)
        before = fold([one for one in history if one.originator_version < first.originator_version])
        returned = (
            isinstance(first.event, AdvisorAssigned)
            and before.lent is not None
            and before.lent.back_to == first.event.advisor
        )
    named = len(moves) <= LIMIT
    takers = sorted({one.to for one in moves}, key=lambda id: normalise(desk.refs.team[id].name))
    return show(
        request,
        "team/handover_report.html",
        "report",
        listed((one.stream for one in moves if named), (row.stream for row in rows)),
        status=422 if rows else 200,
        structure=desk.refs.structure.name,
        bulk=bulk,
        groups=[(desk.refs.team[id].name, [one for one in moves if one.to == id]) for id in takers],
        named=named,
        total=len(moves),
        active=sum(not one.now for one in moves),
        undone=bool(moves) and all(one.undone for one in moves),
        until=moves[0].until if moves else None,
        owner=names.staff(before.advisor) if before.advisor else "",
        returned=returned,
        who=sentences.who(first, names) if first else "",
        when=sentences.when(first, desk.zone) if first else "",
        rows=rows,
        verb=verb,
        is_new=first is not None and first.by == desk.actor.id and desk.refs.calendar.local_day(first.at) == desk.today,
    )


def _events_of(desk: Desk, bulk: UUID) -> list[Recorded]:
    """Returns the events of one bulk. The bulk and the dossier make the id of each command.

    Reads the ids of reassignments from the latest back, and stops when APART in a row are of others.
    """
    query = select(_trail.position, _trail.stream, _trail.command).where(_trail.topic.in_(TOPICS))
    positions: list[int] = []
    others = 0
    with desk.read.execute(query.order_by(_trail.position.desc())) as rows:
        for position, stream, command in rows:
            if command == row_command(bulk, stream):
                positions.append(position)
                others = 0
            elif positions and (others := others + 1) == APART:
                break
    return desk.read_events(select(audit_trail.table).where(_trail.position.in_(positions)).order_by(_trail.position))


def _reassignments(desk: Desk, events: Sequence[Recorded]) -> list[Reassignment]:
    """Returns each reassignment of a bulk, by name, with what became of it."""
    streams = [recorded.originator_id for recorded in events]
    people, states = directory.find_people(desk.read, streams), folds_of(desk.read, streams)
    rows = []
    for recorded in events:
        event, stream, version = recorded.event, recorded.originator_id, recorded.originator_version
        assert isinstance(event, (AdvisorAssigned, DossierLent))
        young, state = people.get(stream), states[stream]
        holds = state.assigned is not None and state.assigned.version == version
        advisor = names_for(desk).staff(state.advisor) if state.advisor else "personne"
        rows.append(
            Reassignment(
                stream,
                list_name(young) if young else privacy.ERASED,
                (young and young.imilo_number) or "",
                event.advisor,
                event.until if isinstance(event, DossierLent) else None,
                "" if holds else advisor,
                state.assigned is None or state.assigned.version < version,
            )
        )
    return sorted(rows, key=lambda row: normalise(row.name))


# --- those of late, on the board and on the page of a member

LATELY = timedelta(days=31)


def move_rows(desk: Desk, person: UUID | None = None) -> list[tuple[str, str, str]]:
    """Returns what each command moved, in words, the address of its report, and the button that undoes it.

    The latest first: those of everybody, or those that a member gave or took. Only who steers reads any.
    """
    if not desk.may(assign_advisor):
        return []
    bulks = by_key((move.bulk, move) for move in dossier_sheet.moves(desk.read, desk.today - LATELY))
    return [
        (_sentence(desk, moves), f"/equipe/confies/{id}", "Voir, annuler" if moves[0].returned else "Voir, reprendre")
        for id, moves in bulks.items()
        if person in (None, moves[0].owner, *(move.to for move in moves))
    ]


def _sentence(desk: Desk, moves: Sequence[dossier_sheet.PortfolioMove]) -> str:
    names, first = names_for(desk), moves[0]
    takers: Counter[UUID] = Counter()
    for move in moves:
        takers[move.to] += move.n
    owner = names.staff(first.owner) if first.owner else ""
    gave = typography.de(owner) if owner else "sans suivi"
    several, total = len(takers) > 1, takers.total()
    return say(
        "Le {on} : {many} {of} à {to}{until}",
        on=day(desk, first.on),
        many=plural(total, "dossier rendu", "dossiers rendus") if first.returned else plural(total, "dossier"),
        of=f"par {owner}" if first.returned else gave,
        to=", ".join(f"{names.staff(to)} ({n})" if several else names.staff(to) for to, n in takers.items()),
        until=f", jusqu’au {day(desk, first.until)}" if first.until else "",
    )
