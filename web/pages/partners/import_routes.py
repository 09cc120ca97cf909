"""An import of places: a file is chosen, its columns said, its doubts settled in a preview, recorded."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal
from uuid import UUID
from zlib import crc32

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.events.partner import CatalogueReceived
from pixflow.events.values import PartnerDetails
from pixflow.identity import normalise
from pixflow.open_data.place import Place
from pixflow.partners.catalogue import receive_catalogue
from pixflow.partners.state import PartnerState, terms_of_service
from pixflow.place_import.importer import KeptPlaces, PreparedPlaces
from pixflow.place_import.plan import DoubtfulPlace, PlacePlan, details_of, key_of
from pixflow.place_import.steps import PlaceChoices, Rest, Way
from pixflow.refused import Refused
from projections.store.folds import folds_of
from web.desk import imports, refusals
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.imports import HIGHEST, Lines, Rank, pairs
from web.desk.names import names_for
from web.french import dates
from web.french.errors.places import sentence
from web.french.events import sentences
from web.french.events.partners import KINDS_OF_FILE
from web.french.territory import files
from web.french.territory import places as french
from web.french.typography import say, typeset
from web.http.addresses import SIZE, Number, Pager, whole_number
from web.http.forms import Form, FormData, OpenForm, UploadData, read_address, salvage, validate
from web.http.people import NOBODY
from web.http.templates import show

router = APIRouter()
IMPORT = "/partenaires/import"
MOVED = "L’aperçu a changé entre-temps : vérifiez vos choix, puis enregistrez à nouveau."
MOST_COLUMNS = 100
"""Columns that the page offers."""
NOTHING = "—"
LATEST = 5
"""Imports whose receipts the first page leads to."""


def _may_import(desk: AtDesk) -> Desk:
    """A dependency: 403 for those who may not import."""
    if not desk.may(receive_catalogue):
        raise HTTPException(403)
    return desk


AtImport = Annotated[Desk, Depends(_may_import)]

# --- what is chosen in its preview


class PlacesForm(Form):
    """The choices of a preview. `left`: lines of new places that are not kept; `back`: of places wanted again.

    `column` are the fields of columns, such as `2:commune`; `doubt` the doubtful places, such as `12:apart`, `12:0`.
    `rest`: what becomes of the other doubtful places. `vanished`: if the places that are gone are noted. The others are
    the pages of its lists: changed, doubtful, new, gone, aside, outside, remarks.
    """

    column: tuple[str, ...] = ()
    left: Lines = ()
    back: Lines = ()
    doubt: tuple[str, ...] = ()
    rest: Rest | None = None
    vanished: Literal["note", "leave"] | None = None
    c: Rank = 1
    d: Rank = 1
    n: Rank = 1
    g: Rank = 1
    a: Rank = 1
    o: Rank = 1
    r: Rank = 1

    @cached_property
    def columns(self) -> Mapping[int, str]:
        """The fields of columns, by their rank."""
        return dict(pairs(self.column))

    @cached_property
    def ways(self) -> Mapping[int, Way]:
        """The ways of doubtful places, by line."""
        return {line: way for line, code in pairs(self.doubt) if (way := _way(code)) is not None}

    def mapping(self, columns: Sequence[str], fields: Mapping[str, str]) -> dict[str, str]:
        """Returns the fields chosen for columns; the first column of a field counts."""
        chosen: dict[str, str] = {}
        for rank, field in sorted(self.columns.items()):
            if rank <= len(columns) and field in fields and field not in chosen.values():
                chosen[columns[rank - 1]] = field
        return chosen

    def notes_gone(self, plan: PlacePlan) -> bool:
        """Tells if the places that are gone are noted: by default, unless the file may be cut."""
        return self.vanished == "note" if self.vanished else not plan.loses_much

    def choices(self, plan: PlacePlan) -> PlaceChoices:
        return PlaceChoices(
            aside=frozenset(key_of(one) for one in plan.new if one.line in self.left),
            back=frozenset(key_of(one) for one in plan.aside if one.line in self.back),
            ways=self.ways,
            rest=self.rest or "later",
            vanished=self.notes_gone(plan),
        )


def _way(code: str) -> Way | None:
    """Returns a way, or the rank of the place that it is; None for what no page wrote."""
    match code:
        case "apart" | "aside":
            return code
    return number if (number := whole_number(code)) is not None and number <= HIGHEST else None


def compute_checksum(prepared: PreparedPlaces) -> int:
    """Returns a checksum of what the preview offers: it moves with the list of partners and with the columns read."""
    plan = prepared.plan
    if plan is None:
        return 0
    doubts = [(one.place.line, [(pair.stream, pair.other) for pair in one.alike]) for one in plan.doubtful]
    offered = [
        [one.line for one in plan.new],
        [(one.line, stream) for one, stream in (*plan.changed, *plan.services)],
        [(one.stream, one.place) for one in plan.gone],
        [one.line for one in plan.aside],
        doubts,
        sorted(prepared.mapping.items()),
    ]
    return crc32(msgspec.json.encode(offered))


# --- a file is chosen


@router.get("/partenaires/import")
def start(request: Request, desk: AtImport, deja: Number = 0) -> Response:
    """Shows where a file is chosen. `deja`: the last one had nothing new."""
    territory = imports.place_importer(desk.served).territory
    return show(
        request,
        "partners/import_start.html",
        None,
        NOBODY,
        territory=french.territory(territory),
        is_stated=territory.is_stated,
        already=bool(deja),
        latest=_latest(desk),
    )


def _latest(desk: Desk) -> list[tuple[UUID, str, str]]:
    """Returns the latest imports: the command, when and who, and the counts in words."""
    trail, names = desk.trail(desk.served.opened.stream("catalogue")), names_for(desk)
    imports = [one for one in reversed(trail) if isinstance(one.event, CatalogueReceived)]
    return [
        (
            recorded.command,
            say("{when}, {who}", when=dates.instant(recorded.at, desk.zone), who=sentences.who(recorded, names)),
            sentences.sentence(recorded, names, zone=desk.zone),
        )
        for recorded in imports[:LATEST]
    ]


@router.post("/partenaires/import")
def choose(request: Request, desk: AtImport, data: UploadData) -> Response:
    """Keeps the file until it is recorded; one that is refused is not kept."""
    sent = imports.sent_file(data, "places")
    if sent is None:
        return RedirectResponse(IMPORT, 303)
    content, name = sent
    uploads = imports.uploads_of(desk)
    token = uploads.keep(content, name)
    file = KeptPlaces(uploads, token, imports.place_importer(desk.served).read)(content, None)
    if file.refused and not file.asks_columns:
        uploads.discard(token)
        problems = [sentence(one) for one in file.problems if one.severity == "refused"]
        return show(
            request, "partners/import_refused.html", None, NOBODY, file=name, problems=problems[:SIZE], status=422
        )
    return RedirectResponse(f"{IMPORT}/{token}", 303)


# --- its preview


@router.get("/partenaires/import/{token}")
def preview(request: Request, desk: AtImport, token: str) -> Response:
    """Shows what the file would change. The address has the choices: none is kept before it is recorded."""
    return _preview(request, desk, token, read_address(PlacesForm, request), {})


def _prepare(desk: Desk, token: str, form: PlacesForm) -> tuple[str, PreparedPlaces]:
    """Returns the file's name and its plan. Raises Refused("upload-gone"); another page's file counts as gone."""
    uploads, importer = imports.uploads_of(desk), imports.place_importer(desk.served)
    content, name = uploads.get(token)
    reader = KeptPlaces(uploads, token, importer.read)
    if not reader.is_known():
        raise Refused("upload-gone")
    mapping = form.mapping(reader(content, {}).columns, french.COLUMNS) if form.columns else {}
    return name, importer.prepare(content, mapping, reader)


def _preview(request: Request, desk: Desk, token: str, form: PlacesForm, errors: Mapping[str, str]) -> Response:
    """Shows the preview, or asks what the columns of a table are."""
    try:
        name, prepared = _prepare(desk, token, form)
    except Refused:
        return show(request, "partners/import_gone.html", None, NOBODY, status=410)
    if prepared.plan is not None:
        return _changes(request, desk, token, name, prepared, prepared.plan, form, errors)
    is_submitted, headers = bool(form.columns) or request.method == "POST", prepared.file.columns
    return show(
        request,
        "partners/import_columns.html",
        None,
        NOBODY,
        here=f"{IMPORT}/{token}",
        file=name,
        column_choices=_column_choices(headers, _guess(headers)),
        asked=is_submitted,
        status=422 if is_submitted else 200,
    )


def _column_choices(
    headers: Sequence[str], mapping: Mapping[str, str]
) -> list[tuple[int, str, list[tuple[str, str]], str]]:
    """Returns rank, header, options and value of a choice for each column; options are values such as `2:commune`."""
    choices = []
    for rank, header in enumerate(headers[:MOST_COLUMNS], 1):
        options = [("", "colonne ignorée"), *((f"{rank}:{name}", label) for name, label in french.COLUMNS.items())]
        choices.append((rank, header, options, f"{rank}:{mapping[header]}" if mapping.get(header) else ""))
    return choices


def _guess(headers: Sequence[str]) -> dict[str, str]:
    """Returns what each column seems to be, by its title; one column a field."""
    guesses: dict[str, str] = {}
    for header in headers:
        field = french.USUAL.get(normalise(header)) or (header if header in french.COLUMNS else "")
        if field and field not in guesses.values():
            guesses[header] = field
    return guesses


def _changes(
    request: Request,
    desk: Desk,
    token: str,
    name: str,
    prepared: PreparedPlaces,
    plan: PlacePlan,
    form: PlacesForm,
    errors: Mapping[str, str],
) -> Response:
    """Draws the changes that a file would make, with what was chosen of them.

    It is long because it draws seven lists, each with its page.
    """
    doubtful = plan.doubtful
    looked = {one.place.line for one in doubtful}
    plain = [one for one in plan.new if one.line not in looked]
    lists: dict[str, Sequence[Any]] = {
        "c": plan.changed,
        "d": doubtful,
        "n": plan.services or plain,
        "g": plan.gone,
        "a": plan.aside,
        "o": [one for one in plan.outside if one.line not in looked],
        "r": [sentence(one) for one in prepared.file.problems],
    }
    pages = {code: Pager.at(len(rows), getattr(form, code), "", {}) for code, rows in lists.items()}
    drawn = {code: rows[pages[code].offset : pages[code].offset + SIZE] for code, rows in lists.items()}
    services = drawn["n"] if plan.services else []
    streams = [*(stream for _, stream in (*drawn["c"], *services)), *(one.stream for one in drawn["g"])]
    states: Mapping[UUID, PartnerState] = folds_of(desk.read, streams)
    is_table = prepared.file.kind == "table"
    return show(
        request,
        "partners/import_preview.html",
        None,
        NOBODY,
        token=token,
        file=name,
        kind=KINDS_OF_FILE[plan.kind],
        territory=french.territory(prepared.territory),
        is_stated=prepared.territory.is_stated,
        plan=plan,
        may_record=prepared.territory.is_stated and bool(plan.tells or doubtful or plan.aside),
        column_choices=_column_choices(prepared.file.columns, prepared.mapping) if is_table else [],
        totals={code: len(rows) for code, rows in lists.items()},
        pages=pages,
        kept=list(_keep_choices(form, drawn)),
        chosen=form,
        names={stream: typeset(state.details.name) for stream, state in states.items()},
        changed=drawn["c"],
        differs={place.line: _differences(place, states[id]) for place, id in drawn["c"] if id in states},
        doubtful=drawn["d"],
        whys={one.place.line: _why(one) for one in drawn["d"]},
        ways={one.place.line: _ways(one) for one in drawn["d"]},
        new=[] if plan.services else drawn["n"],
        services=[(id, terms_of_service(one.name, one.thematics, one.kinds)) for one, id in services],
        offer_kinds=files.OFFER_KINDS,
        gone=[(one.stream, files.source_name(one.source)) for one in drawn["g"]],
        aside=drawn["a"],
        outside=drawn["o"],
        remarks=drawn["r"],
        notes_gone=form.notes_gone(plan),
        form=OpenForm("import", errors=errors, seen=compute_checksum(prepared)),
        errors=errors,
    )


def _keep_choices(form: PlacesForm, drawn: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, str]]:
    """Yields the choices about rows that are not on this page."""
    here = {code: {one.line for one in drawn[code] if isinstance(one, Place)} for code in ("n", "a")}
    doubts = {one.place.line for one in drawn["d"]}
    yield from (("left", str(line)) for line in sorted(set(form.left) - here["n"]))
    yield from (("back", str(line)) for line in sorted(set(form.back) - here["a"]))
    yield from (("doubt", f"{line}:{way}") for line, way in sorted(form.ways.items()) if line not in doubts)


def _differences(place: Place, state: PartnerState) -> list[tuple[str, str, str, str]]:
    """Returns each field that the source says otherwise than before, and the team's word on it."""
    source_state = state.sources.get(key_of(place))
    before, after = source_state.details if source_state else PartnerDetails(), details_of(place)
    fields = [name for name in files.FIELDS if getattr(before, name) != getattr(after, name)]
    own = {name: one for name, one in state.corrections.items() if one.contested is None}
    changes = [
        (
            files.FIELDS[name],
            _value(name, getattr(before, name)),
            _value(name, getattr(after, name)),
            files.of_field(name, own[name].value) if name in own else "",
        )
        for name in fields
    ]
    if source_state and source_state.updated != place.updated:
        changes.append(("Fiche du", _day(source_state.updated), _day(place.updated), ""))
    if source_state and source_state.gone:
        changes.append(("Dans la source", "disparu", "revenu", ""))
    return changes


def _value(name: str, value: Any) -> str:
    match value:
        case None:
            return NOTHING
        case (float() as north, float() as east):
            return f"{north:.5f} ; {east:.5f}"
    return typeset(files.of_field(name, value)) or NOTHING


def _day(day: Any) -> str:
    return dates.day(day, year=True) if day else NOTHING


def _why(doubt: DoubtfulPlace) -> list[tuple[str, UUID | None]]:
    """Returns why a place is to look at, each time with the partner that it is like, if it is listed."""
    if doubt.alike:
        return [(french.why_doubtful(one.other, one.likeness.reasons), one.stream) for one in doubt.alike]
    return [(french.why_unplaced(" ".join(filter(None, (doubt.place.postal_code, doubt.place.commune)))), None)]


def _ways(doubt: DoubtfulPlace) -> list[tuple[str, str]]:
    same = [(str(rank), french.same_as(one.other)) for rank, one in enumerate(doubt.alike)]
    return [*same, ("apart", french.APART if same else french.UNPLACED_APART), ("aside", french.ASIDE)]


# --- it is recorded


@router.post("/partenaires/import/{token}")
def record(request: Request, desk: AtImport, token: str, data: FormData) -> Response:
    """Lists the new places, tells the changes, joins and parts as chosen."""
    form, _ = validate(PlacesForm, data)
    if form is None:
        return _preview(request, desk, token, salvage(PlacesForm, data), {"": imports.NOT_VALID})
    try:
        _, prepared = _prepare(desk, token, form)
        if prepared.plan is None or form.seen != compute_checksum(prepared):
            return _preview(request, desk, token, form, {"": MOVED})
        by, choices = desk.by(receive_catalogue), form.choices(prepared.plan)
        importer = imports.place_importer(desk.served)
        importer.record(prepared, by=by, command_id=form.command_id, choices=choices)
    except Refused as refused:
        if desk.engine.positions(form.command_id):
            return _see_receipt(desk, form.command_id)
        desk.refresh()
        return _preview(request, desk, token, form, {"": refusals.sentence(desk, refused)})
    imports.uploads_of(desk).discard(token)
    return _see_receipt(desk, form.command_id)


def _see_receipt(desk: Desk, command: UUID) -> Response:
    if desk.engine.positions(command) is None:
        return RedirectResponse(f"{IMPORT}?deja=1", 303)
    return RedirectResponse(f"{IMPORT}/fait/{command}", 303)


@router.post("/partenaires/import/{token}/annuler")
def cancel(desk: AtImport, token: str) -> Response:
    """Deletes the file; nothing was recorded."""
    return imports.cancel(desk, token, IMPORT)
