"""The territory of the structure: only its places are imported; and the outlines of its communes, for the map."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from pixflow.open_data import communes
from pixflow.partners.catalogue import receive_outlines, state_territory
from pixflow.place_import import territory as territories
from pixflow.place_import.outlines import MAX_BYTES
from pixflow.place_import.reading import read_outlines
from pixflow.refused import Refused
from pixflow.structure import locate_sites
from web.desk import receipts, refusals
from web.desk.commands import FormRefused, as_seen, check, form_refusals, read_form, record, redraw, require_events
from web.desk.desk import Desk
from web.desk.imports import place_importer, sent_file
from web.french import validation
from web.french.territory import places as french
from web.french.typography import say, typeset
from web.http.addresses import Number, address, whole_number
from web.http.forms import Form, FormData, OpenForm, Text, UploadData, every, text_of
from web.http.people import NOBODY
from web.http.templates import redirect, show
from web.pages.partners.import_routes import IMPORT, AtImport

router = APIRouter()
TERRITORY = "/partenaires/territoire"
FIELDS = {"groupings": "grouping", "communes": "other"}
"""The fields of the form that the refusals name otherwise."""
LONGEST_ADDRESS = 200
"""Characters of the address of a site: it stands on one line of a paper."""
LONGEST_CREDIT = 200
"""Characters of the credit, which stands on one line below the map."""
MOVED = "territory-moved"
"""The refusal of a territory that somebody else has stated since the form was drawn."""


class TerritoryForm(Form):
    """The territory. `other` and `departments` have one name or code a line; `waiting` is the import to go back to."""

    grouping: tuple[str, ...] = ()
    other: Text = ""
    departments: Text = ""
    radius: int | None = None
    waiting: Text = ""


class OutlinesForm(Form):
    """The credit of a file of outlines; the file stands beside."""

    credit: Annotated[str, Field(max_length=LONGEST_CREDIT)]


def _page(request: Request, desk: Desk, form: OpenForm, recu: str = "", deja: Number = 0) -> Response:
    importer = place_importer(desk.served)
    catalogue, territory, sent = importer.catalogue, importer.territory, form.values
    typed = territories.as_typed(territory)
    values: dict[str, Any] = {
        "grouping": list(typed.groupings),
        "departments": "\n".join(typed.departments),
        "other": "\n".join(map(communes.label, typed.communes)),
        "radius": territory.radius,
    }
    if form.name == state.__name__ and form.errors:
        values = {name: sent.get(name, "") for name in values} | {"grouping": every(sent, "grouping")}
    around = territories.groupings_around([*territory.sites.values(), *territory.communes], territory.groupings)
    seen = None if form.code == MOVED else whole_number(str(sent.get("seen", "")))
    return show(
        request,
        "partners/territory.html",
        None,
        NOBODY,
        seen=catalogue.version if seen is None else seen,
        groupings=[(siren, typeset(name)) for siren, name in around],
        values=values,
        is_guessed=not catalogue.territory.is_stated,
        waiting=str(sent.get("waiting", "")),
        errors=form.errors,
        loading=form.name == load.__name__,
        locating=form.name == locate.__name__,
        sites=_addresses(desk, sent if form.name == locate.__name__ else {}),
        longest_address=LONGEST_ADDRESS,
        outlines=french.outlines(catalogue, territories.codes_of(territory)),
        longest=LONGEST_CREDIT,
        credit=sent.get("credit", catalogue.credit),
        most=MAX_BYTES // 1024**2,
        receipt=receipts.of_command(desk, recu),
        already=bool(deja),
    )


@router.get(TERRITORY)
def read(request: Request, desk: AtImport, fichier: str = "", recu: str = "", deja: Number = 0) -> Response:
    """Shows the territory. `fichier`: the import that waits for it; `recu`, `deja`: the outlines were just sent."""
    return _page(request, desk, OpenForm("", values={"waiting": _token(fichier)}), recu, deja)


@router.post(TERRITORY)
@redraw(_page)
def state(request: Request, desk: AtImport, data: FormData) -> Response:
    """States the territory, and goes back to the import that waits."""
    form = read_form(TerritoryForm, data)
    try:
        stated = territories.parse_typed(form.grouping, _lines(form.departments), _lines(form.other))
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


def _addresses(desk: Desk, typed: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Returns the field, the name and the address of each site: what was `typed`, if anything was."""
    sites, known = enumerate(desk.refs.structure.sites), desk.refs.structure.addresses
    return [
        (name, site, text_of(typed, name) if typed else known.get(site, ""))
        for name, site in ((f"site-{n}", site) for n, site in sites)
    ]


@router.post(f"{TERRITORY}/adresses")
@redraw(_page)
def locate(request: Request, desk: AtImport, data: FormData) -> Response:
    """Records the addresses of the sites, which papers say."""
    typed = _addresses(desk, data)
    form = read_form(Form, {name: value for name, value in data.items() if name not in {one[0] for one in typed}})
    long = validation.invalid("string_too_long", {"max_length": LONGEST_ADDRESS})
    check({name: long for name, _, text in typed if len(text) > LONGEST_ADDRESS})
    streams, addresses = {"structure": desk.served.opened.stream("structure")}, {site: text for _, site, text in typed}
    outcome = record(desk, streams, locate_sites, command_id=form.command_id, addresses=addresses)
    receipt = receipts.reference(require_events(desk, outcome))
    return redirect(request, address(TERRITORY, {"recu": receipt, "deja": "" if receipt else "1"}))


@router.post(f"{TERRITORY}/contours")
@redraw(_page)
def load(request: Request, desk: AtImport, data: UploadData) -> Response:
    """Records the outlines of a file; a file that is refused leaves those that are there."""
    sent = sent_file(data, "outlines")
    data.pop("outlines", None)
    form = read_form(OutlinesForm, data)
    with form_refusals(desk):
        outlines = read_outlines(sent[0]) if sent else {}
    streams = {"catalogue": desk.served.opened.stream("catalogue")}
    outcome = record(desk, streams, receive_outlines, command_id=form.command_id, credit=form.credit, outlines=outlines)
    receipt = receipts.reference(require_events(desk, outcome))
    return redirect(request, address(TERRITORY, {"recu": receipt, "deja": "" if receipt else "1"}))


def _refusal(desk: Desk, refused: Refused) -> FormRefused:
    """Returns the refusal of a decision, on the fields of the form."""
    return FormRefused({FIELDS.get(name, name): said for name, said in refusals.field_errors(desk, refused).items()})


def _lines(text: str) -> list[str]:
    """Returns what is on each line, or between commas and semicolons."""
    return [one.strip() for line in text.splitlines() for one in re.split("[,;]", line) if one.strip()]


def _token(text: str) -> str:
    """Returns the token of an upload, "" for anything else."""
    return text if re.fullmatch("[0-9a-f]{32}", text) else ""
