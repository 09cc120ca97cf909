"""The territory of the structure: only its places are imported."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from pixflow.partners.catalogue import state_territory
from pixflow.partners.state import Territory
from pixflow.place_import import naming
from pixflow.refused import Refused
from web.desk import refusals
from web.desk.commands import as_seen, record
from web.desk.desk import Desk
from web.desk.imports import place_importer
from web.french.territory import places as french
from web.french.typography import say, typeset
from web.http.addresses import whole_number
from web.http.forms import Form, FormData, Text, every, validate
from web.http.people import NOBODY
from web.http.templates import Page, page, redirect
from web.pages.partners.import_routes import IMPORT, AtImport

router = APIRouter()
TERRITORY = "/partenaires/territoire"


class TerritoryForm(Form):
    """The territory. `other` and `departments` have one name or code a line; `waiting` is the import to go back to."""

    grouping: tuple[str, ...] = ()
    other: Text = ""
    departments: Text = ""
    radius: int | None = None
    waiting: Text = ""


@dataclass(frozen=True, kw_only=True)
class TerritoryPage(Page):
    """The form of the territory. `is_guessed`: nobody stated it yet, the names of the sites propose it."""

    template = "partners/territory.html"
    shows = NOBODY

    groupings: Sequence[tuple[str, str]]
    values: Mapping[str, Any]
    is_guessed: bool
    waiting: str
    seen: int
    errors: Mapping[str, str]


@router.get(TERRITORY)
def read(request: Request, desk: AtImport, fichier: str = "") -> Response:
    """Shows the territory. `fichier`: the import that waits for it."""
    return _form(request, desk, {"waiting": _waiting(fichier)}, {})


@router.post(TERRITORY)
def state(request: Request, desk: AtImport, data: FormData) -> Response:
    """States the territory, and goes back to the import that waits."""
    form, errors = validate(TerritoryForm, data)
    if form is None:
        return _form(request, desk, data, errors, status=422)
    try:
        wanted = naming.stated(form.grouping, _lines(form.departments), _lines(form.other))
    except Refused as refused:
        field = {"groupings": "grouping", "communes": "other"}
        errors = {field.get(name, name): said for name, said in refusals.field_errors(desk, refused).items()}
        return _form(request, desk, data, errors, status=422)
    catalogue = place_importer(desk.served).catalogue
    streams = {"catalogue": desk.served.opened.stream("catalogue")}
    seen = as_seen(desk, "catalogue", streams["catalogue"], form)
    if seen and seen.territory != catalogue.territory and not desk.engine.has_recorded(form.command_id):
        return _form(request, desk, {**data, "seen": catalogue.version}, {"": _moved(catalogue.territory)}, status=422)
    sent: dict[str, Any] = {
        "groupings": wanted.groupings,
        "communes": naming.codes_of_typed(wanted),
        "radius": form.radius or 0,
        "sites": catalogue.territory.sites,
    }
    outcome = record(desk, streams, state_territory, command_id=form.command_id, **sent)
    if outcome.refused:
        found = refusals.field_errors(desk, outcome.refused)
        errors = {{"groupings": "grouping"}.get(name, name): said for name, said in found.items()}
        return _form(request, desk, data, errors, status=422)
    waiting = _waiting(form.waiting)
    return redirect(request, f"{IMPORT}/{waiting}" if waiting else IMPORT)


def _form(
    request: Request, desk: Desk, sent: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200
) -> Response:
    importer = place_importer(desk.served)
    territory, is_guessed = importer.territory, not importer.catalogue.territory.is_stated
    said = naming.typed(territory)
    values: dict[str, Any] = {
        "grouping": list(said.groupings),
        "departments": "\n".join(said.departments),
        "other": "\n".join(map(naming.named, said.communes)),
        "radius": territory.radius,
    }
    if status != 200:
        values = {
            **values,
            "grouping": every(sent, "grouping"),
            **{k: sent.get(k, "") for k in ("departments", "other", "radius")},
        }
    around = naming.groupings_around([*territory.sites.values(), *territory.communes], territory.groupings)
    seen = whole_number(str(sent.get("seen", "")))
    shown = TerritoryPage(
        seen=importer.catalogue.version if seen is None else seen,
        groupings=[(siren, typeset(name)) for siren, name in around],
        values=values,
        is_guessed=is_guessed,
        waiting=str(sent.get("waiting", "")),
        errors=errors,
    )
    return page(request, shown, status=status)


def _moved(now: Territory) -> str:
    """Returns the error of a territory that somebody else has stated since the form was drawn."""
    text = "Le territoire a changé entre-temps : {now}. Vérifiez vos choix, puis enregistrez à nouveau."
    return say(text, now=french.territory(now))


def _lines(text: str) -> list[str]:
    """Returns what is on each line, or between commas and semicolons."""
    return [one.strip() for line in text.splitlines() for one in re.split("[,;]", line) if one.strip()]


def _waiting(token: str) -> str:
    """Returns the token of an upload, "" for anything else."""
    return token if re.fullmatch("[0-9a-f]{32}", token) else ""
