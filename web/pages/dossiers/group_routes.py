"""Groupe CEJ: another name, another end of the collective period, for all its dossiers at once."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.receipts import Receipt, UndoForm
from web.french.dossier import path
from web.french.errors import missing
from web.http.forms import FormData, validate
from web.http.pagination import address
from web.http.templates import page
from web.pages.dossiers import groups
from web.pages.dossiers.groups import Named, Regroup

router = APIRouter()
AtGroups = Annotated[Desk, allowed("advisor", "referent", "manager")]
FIELDS = {"name": "nom", "until": "fin"}
"""The fields of the page's form, which is an address, for those of `Named`."""


@router.get("/dossiers/groupe")
def preview(request: Request, desk: AtGroups, groupe: str = "", nom: str | None = None, fin: str = "") -> Response:
    """The dossiers of a group; with another name (`nom`) or end (`fin`), the changes of each."""
    said = {} if nom is None else {"name": nom, "until": fin}
    return _page(request, desk, {"group": groupe, **said})


@router.post("/dossiers/groupe")
def change(request: Request, desk: AtGroups, data: FormData) -> Response:
    """One command for each dossier; where one was refused, every row is told at once."""
    form, errors = validate(Regroup, data)
    if form and not form.dossier:
        errors = {"dossier": "Cochez au moins un dossier."}
    if form is None or errors:
        return _page(request, desk, data, errors=errors, status=422)
    outcomes = groups.act(desk, form)
    if outcomes.refused:
        desk.refresh()
        return _page(request, desk, data, receipt=outcomes.receipt(), undo=outcomes.reference, status=422)
    return RedirectResponse(address("/dossiers", {"groupe": form.name, "fait": outcomes.reference}), 303)


@router.post("/dossiers/groupe/annuler")
def undo(request: Request, desk: AtGroups, data: FormData) -> Response:
    """Each dossier has the group it had before, but where something else was said since."""
    form, _ = validate(UndoForm, data)
    if form is None:
        raise HTTPException(422)
    outcomes = groups.undo(desk, form)
    if outcomes.refused:
        desk.refresh()
        return _page(request, desk, {}, receipt=outcomes.receipt(), status=422)
    return RedirectResponse(address("/dossiers", {"fait": outcomes.reference}), 303)


def _page(
    request: Request,
    desk: Desk,
    sent: Mapping[str, Any],
    *,
    errors: Mapping[str, str] = {},
    receipt: Receipt | None = None,
    undo: str = "",
    status: int = 200,
) -> Response:
    group = str(sent.get("group", ""))
    found = groups.members(desk, group)
    end, command = groups.end(found), str(desk.new_command())
    now = {"name": group, "until": end.isoformat() if end else ""}
    asked = {"group": group, **{field: sent.get(field, known) for field, known in now.items()}}
    said, wrong = validate(Named, {**asked, "command_id": command}) if "name" in sent else (None, {})
    changed = groups.changed(desk, found, said) if said else []
    context = {
        "desk": desk,
        "path": path,
        "group": group,
        "found": found,
        "values": asked,
        "said": said,
        "listed": address("/dossiers", {"groupe": group}),
        "changed": changed[: groups.MOST],
        "left": max(0, len(changed) - groups.MOST),
        "receipt": receipt,
        "undo": undo,
        "errors": {FIELDS.get(field, field): said for field, said in missing.named({**errors, **wrong}).items()},
    }
    return page(request, "dossiers/group.html", context, block="group", status=status)
