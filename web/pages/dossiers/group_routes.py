"""Groupe CEJ: another name or end of the collective period, for all its dossiers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from web.http.people import People, listed
from web.http.templates import Page, page
from web.pages.dossiers import groups
from web.pages.dossiers.groups import GroupChange, GroupCommand, GroupMember

router = APIRouter()
AtGroups = Annotated[Desk, allowed("advisor", "referent", "manager")]
FIELDS = {"name": "nom", "until": "fin"}
"""The parameters of the address, for the fields of `GroupChange`."""


@dataclass(frozen=True, kw_only=True)
class GroupPage(Page):
    """A group of `count` dossiers; `change` is what would be recorded, None before a name is sent.

    `becomes` is the group after the change; `changed` are the dossiers that would change, each with its group of now;
    `left` counts those that wait for the next time. `listed` is the address of the group's list.
    """

    template = "dossiers/group.html"
    block = "group"

    group: str
    count: int
    values: Mapping[str, Any]
    change: GroupChange | None
    becomes: str
    listed: str
    changed: Sequence[tuple[GroupMember, str]]
    left: int
    receipt: Receipt | None
    undo: str
    errors: Mapping[str, str]

    @property
    def shows(self) -> People:
        return listed(member.id for member, _ in self.changed)


@router.get("/dossiers/groupe")
def preview(request: Request, desk: AtGroups, groupe: str = "", nom: str | None = None, fin: str = "") -> Response:
    """Shows the dossiers of a group; with another name (`nom`) or end (`fin`), the changes of each."""
    said = {} if nom is None else {"name": nom, "until": fin}
    return _page(request, desk, {"group": groupe, **said})


@router.post("/dossiers/groupe")
def change(request: Request, desk: AtGroups, data: FormData) -> Response:
    """Records one command for each dossier; answers every row when one was refused."""
    form, errors = validate(GroupCommand, data)
    if form and not form.dossier:
        errors = {"dossier": "Cochez au moins un dossier."}
    if form is None or errors:
        return _page(request, desk, data, errors=errors, status=422)
    outcomes = groups.act(desk, form)
    if outcomes.refused:
        desk.refresh()
        return _page(request, desk, data, receipt=outcomes.receipt(), undo=outcomes.reference, status=422)
    return RedirectResponse(address("/dossiers", {"groupe": form.name, "recu": outcomes.reference}), 303)


@router.post("/dossiers/groupe/annuler")
def undo(request: Request, desk: AtGroups, data: FormData) -> Response:
    """Gives each dossier its group of before, except where another change followed."""
    form, _ = validate(UndoForm, data)
    if form is None:
        raise HTTPException(422)
    outcomes = groups.undo(desk, form)
    if outcomes.refused:
        desk.refresh()
        return _page(request, desk, {}, receipt=outcomes.receipt(), status=422)
    return RedirectResponse(address("/dossiers", {"recu": outcomes.reference}), 303)


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
    change, wrong = validate(GroupChange, {**asked, "command_id": command}) if "name" in sent else (None, {})
    changed = groups.changed(desk, found, change) if change else []
    shown = GroupPage(
        group=group,
        count=len(found),
        values=asked,
        change=change,
        becomes=path.group_until(change.name, change.until, desk.today) if change else "",
        listed=address("/dossiers", {"groupe": group}),
        changed=[(one, path.group_until(one.group, one.until, desk.today)) for one in changed[: groups.MOST]],
        left=max(0, len(changed) - groups.MOST),
        receipt=receipt,
        undo=undo,
        errors={FIELDS.get(field, field): said for field, said in missing.named({**errors, **wrong}).items()},
    )
    return page(request, shown, status=status)
