"""The territory of the structure: only its places are imported."""

import re
from typing import Any

from fastapi import APIRouter, Request, Response

from pixflow.open_data import communes
from pixflow.partners.catalogue import state_territory
from pixflow.place_import import territory as territories
from pixflow.refused import Refused
from web.desk import refusals
from web.desk.commands import FormRefused, again, as_seen, read_form, record
from web.desk.desk import Desk
from web.desk.imports import place_importer
from web.french.territory import places as french
from web.french.typography import say, typeset
from web.http.addresses import whole_number
from web.http.forms import Form, FormData, OpenForm, Text, every
from web.http.people import NOBODY
from web.http.templates import redirect, show
from web.pages.partners.import_routes import IMPORT, AtImport

router = APIRouter()
FIELDS = {"groupings": "grouping", "communes": "other"}
"""The fields of the form that the refusals name otherwise."""
MOVED = "territory-moved"
"""The refusal of a territory that somebody else has stated since the form was drawn."""


class TerritoryForm(Form):
    """The territory. `other` and `departments` have one name or code a line; `waiting` is the import to go back to."""

    grouping: tuple[str, ...] = ()
    other: Text = ""
    departments: Text = ""
    radius: int | None = None
    waiting: Text = ""


def _page(request: Request, desk: Desk, form: OpenForm) -> Response:
    importer = place_importer(desk.served)
    territory, sent = importer.territory, form.values
    typed = territories.typed(territory)
    values: dict[str, Any] = {
        "grouping": list(typed.groupings),
        "departments": "\n".join(typed.departments),
        "other": "\n".join(map(communes.label, typed.communes)),
        "radius": territory.radius,
    }
    if form.errors:
        values = {name: sent.get(name, "") for name in values} | {"grouping": every(sent, "grouping")}
    around = territories.groupings_around([*territory.sites.values(), *territory.communes], territory.groupings)
    seen = None if form.code == MOVED else whole_number(str(sent.get("seen", "")))
    return show(
        request,
        "partners/territory.html",
        None,
        NOBODY,
        seen=importer.catalogue.version if seen is None else seen,
        groupings=[(siren, typeset(name)) for siren, name in around],
        values=values,
        is_guessed=not importer.catalogue.territory.is_stated,
        waiting=str(sent.get("waiting", "")),
        errors=form.errors,
    )


@router.get("/partenaires/territoire")
def read(request: Request, desk: AtImport, fichier: str = "") -> Response:
    """Shows the territory. `fichier`: the import that waits for it."""
    return _page(request, desk, OpenForm("", values={"waiting": _token(fichier)}))


@router.post("/partenaires/territoire")
@again(_page)
def state(request: Request, desk: AtImport, data: FormData) -> Response:
    """States the territory, and goes back to the import that waits."""
    form = read_form(TerritoryForm, data)
    try:
        stated = territories.stated(form.grouping, _lines(form.departments), _lines(form.other))
    except Refused as refused:
        raise _refusal(desk, refused) from None
    catalogue = place_importer(desk.served).catalogue
    streams = {"catalogue": desk.served.opened.stream("catalogue")}
    seen = as_seen(desk, "catalogue", streams["catalogue"], form)
    if seen and seen.territory != catalogue.territory and not desk.engine.has_recorded(form.command_id):
        text = "Le territoire a changé entre-temps : {now}. Vérifiez vos choix, puis enregistrez à nouveau."
        raise FormRefused({"": say(text, now=french.territory(catalogue.territory))}, MOVED)
    outcome = record(
        desk,
        streams,
        state_territory,
        command_id=form.command_id,
        groupings=stated.groupings,
        communes=territories.codes_of_typed(stated),
        radius=form.radius or 0,
        sites=catalogue.territory.sites,
    )
    if outcome.refused:
        raise _refusal(desk, outcome.refused)
    waiting = _token(form.waiting)
    return redirect(request, f"{IMPORT}/{waiting}" if waiting else IMPORT)


def _refusal(desk: Desk, refused: Refused) -> FormRefused:
    """Returns the refusal of a decision, on the fields of the form."""
    return FormRefused({FIELDS.get(name, name): said for name, said in refusals.field_errors(desk, refused).items()})


def _lines(text: str) -> list[str]:
    """Returns what is on each line, or between commas and semicolons."""
    return [one.strip() for line in text.splitlines() for one in re.split("[,;]", line) if one.strip()]


def _token(text: str) -> str:
    """Returns the token of an upload, "" for anything else."""
    return text if re.fullmatch("[0-9a-f]{32}", text) else ""
