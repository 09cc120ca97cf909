"""Confier un portefeuille: to whom, until when; what each would carry; then done, reported, and undone if need be."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse

from projections import advisor_queue, dossier_sheet
from web.desk.colleagues import away
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french.errors import missing
from web.french.events import sentences
from web.http.forms import Form, FormData, validate
from web.http.pagination import SIZE, Pager
from web.http.templates import page
from web.pages.team import handover, handover_plan

router = APIRouter()
AtDesk = Annotated[Desk, allowed("referent", "manager")]
EDITABLE = 300
"""How many dossiers a preview shows one by one; beyond, it says how many go to whom."""


@router.get("/equipe/{person:uuid}/confier")
def ask(request: Request, desk: AtDesk, person: UUID, p: Annotated[int, Query(ge=1)] = 1) -> Response:
    """To whom, which dossiers, until when."""
    return _ask(request, desk, person, {}, {}, p)


@router.post("/equipe/{person:uuid}/confier/apercu")
def preview(request: Request, desk: AtDesk, person: UUID, data: FormData) -> Response:
    """What each would carry: split evenly, or as the form's own choices say. A POST, for it names many; it records
    nothing."""
    _known(desk, person)
    if "pair" in data:
        pairs, errors = validate(handover_plan.Pairs, data)
        if pairs and not (errors := _wrong(desk, pairs)):
            return _preview(request, desk, person, pairs.taken, pairs)
        return _ask(request, desk, person, data, errors, 1, status=422)
    form, errors = validate(handover_plan.Sharing, data)
    errors = missing.named(errors) or (_wrong(desk, form) if form else {})
    if form and not errors:
        errors = handover_plan.incomplete(form)
    if form is None or errors:
        return _ask(request, desk, person, data, errors, 1, status=422)
    return _preview(request, desk, person, handover_plan.shared(desk, person, form), form)


@router.post("/equipe/{person:uuid}/confier")
def hand_over(request: Request, desk: AtDesk, person: UUID, data: FormData) -> Response:
    """One command a dossier; the report, or the rows that were refused among the others."""
    _known(desk, person)
    form, errors = validate(handover_plan.Pairs, data)
    errors = missing.named(errors) or (_wrong(desk, form) if form else {})
    if form is None or errors or not form.taken:
        return _ask(request, desk, person, data, errors or {"": "Aucun dossier n’est à confier."}, 1, status=422)
    rows = handover.take(desk, person, form)
    return _answer(request, desk, form.command_id, rows, "confiés")


@router.get("/equipe/confies/{bulk:uuid}")
def read(request: Request, desk: AtDesk, bulk: UUID) -> Response:
    """The report of what was handed over, to print."""
    return _report(request, desk, bulk)


@router.post("/equipe/confies/{bulk:uuid}/annuler")
def undo(request: Request, desk: AtDesk, bulk: UUID, data: FormData) -> Response:
    """All of it taken back: one command a dossier, one result a row."""
    form, _ = validate(Form, data)
    if form is None:
        raise HTTPException(422)
    rows = handover.take_back(desk, handover.facts(desk, bulk), form.command_id)
    if any(row.refused for row in rows):
        desk.refresh()
        return _report(request, desk, bulk, rows=rows, done="repris", status=422)
    return RedirectResponse(f"/equipe/confies/{bulk}", 303)


def _ask(
    request: Request,
    desk: Desk,
    person: UUID,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    p: int,
    *,
    status: int = 200,
) -> Response:
    _known(desk, person)
    total = dossier_sheet.load(desk.read).get(person, 0)
    pager = Pager.at(total, p, f"/equipe/{person}/confier", {})
    context = {
        "desk": desk,
        "id": person,
        "member": desk.refs.team[person],
        "values": values,
        "errors": errors,
        "colleagues": handover_plan.colleagues(desk, person),
        "pager": pager,
        "rows": dossier_sheet.portfolio(desk.read, person, SIZE, pager.offset),
        "tasks": advisor_queue.load_of(desk.read, person, desk.today),
        "away": away(desk),
    }
    return page(request, "team/handover.html", context, block="handover", status=status)


def _preview(
    request: Request,
    desk: Desk,
    person: UUID,
    taken: Mapping[UUID, UUID],
    form: handover_plan.Sharing | handover_plan.Pairs,
) -> Response:
    rows = [row for row in dossier_sheet.portfolio(desk.read, person) if row.stream in taken]
    taken = {row.stream: taken[row.stream] for row in rows}
    to = list(dict.fromkeys([*form.to, *taken.values()]))
    context = {
        "desk": desk,
        "id": person,
        "member": desk.refs.team[person],
        "taken": taken,
        "to": to,
        "rows": rows,
        "loads": handover_plan.loads(desk, person, to, taken),
        "editable": len(rows) <= EDITABLE,
        "tasks": advisor_queue.load_of(desk.read, person, desk.today),
        "until": form.last,
        "names": {id: desk.refs.team[id].name for id in to},
    }
    return page(request, "team/handover_preview.html", context, block="preview")


def _answer(request: Request, desk: Desk, bulk: UUID, rows: Sequence[handover.Row], done: str) -> Response:
    if any(row.refused for row in rows):
        desk.refresh()
        return _report(request, desk, bulk, rows=rows, done=done, status=422)
    return RedirectResponse(f"/equipe/confies/{bulk}", 303)


def _report(
    request: Request,
    desk: Desk,
    bulk: UUID,
    *,
    rows: Sequence[handover.Row] = (),
    done: str = "",
    status: int = 200,
) -> Response:
    """The dossiers under who took them; `rows` are told first when some were refused."""
    facts = handover.facts(desk, bulk)
    if not facts and not rows:
        raise HTTPException(404)
    told = handover.report(desk, facts)
    names = {one.to: desk.refs.team[one.to].name for one in told}
    groups = [(name, [one for one in told if one.to == id]) for id, name in sorted(names.items(), key=lambda i: i[1])]
    context = {
        "desk": desk,
        "bulk": bulk,
        "groups": groups,
        "rows": rows,
        "done": done,
        "told": told,
        "standing": sum(not one.now for one in told),
        "undone": bool(told) and all(one.undone for one in told),
        "until": told[0].until if told else None,
        "whose": handover.whose(desk, facts[0]) if facts else "",
        "who": sentences.who(facts[0], names_for(desk)) if facts else "",
        "when": sentences.when(facts[0], desk.zone) if facts else "",
    }
    return page(request, "team/handover_report.html", context, block="report", status=status)


def _wrong(desk: Desk, form: handover_plan.Sharing | handover_plan.Pairs) -> dict[str, str]:
    """What the form chose that cannot be."""
    advisors = dict(desk.staff("advisor"))
    to = set(form.to) | (set(form.taken.values()) if isinstance(form, handover_plan.Pairs) else set())
    if any(id not in advisors for id in to):
        return {"to": "Choisissez des conseillères ou des conseillers de l’équipe."}
    if form.term == "until" and form.until is None:
        return {"until": missing.MISSING["until"]}
    if form.term == "until" and form.until and form.until < desk.today:
        return {"until": "Ce jour est déjà passé : choisissez un jour à venir."}
    return {}


def _known(desk: Desk, person: UUID) -> None:
    if person not in desk.refs.team:
        raise HTTPException(404)
