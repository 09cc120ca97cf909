"""The preview of a file of places: what is new, changed, doubtful, gone, set aside, outside; the remarks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pixflow.events.values import PartnerDetails
from pixflow.open_data.place import Place
from pixflow.partners.state import PartnerState, terms_of_service
from pixflow.place_import.identified import key_of
from pixflow.place_import.importer import PreparedPlaces
from pixflow.place_import.plan import DoubtfulPlace, KnownPlace, PlacePlan, details_of
from projections.store.folds import folds_of
from web.desk.desk import Desk
from web.french import dates
from web.french.errors.places import sentence
from web.french.events.partners import KINDS_OF_FILE
from web.french.territory import files
from web.french.territory import places as french
from web.french.typography import typeset
from web.http.forms import OpenForm
from web.http.pagination import SIZE, Pager
from web.http.people import NOBODY
from web.http.templates import Page
from web.pages.partners import import_choices
from web.pages.partners.import_choices import PlaceSelection
from web.pages.partners.import_columns import PlaceColumn, choices_of

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class NewPlaceRow:
    """A new place, or one outside or set aside; `offers` are the words that make it a partner."""

    line: int
    name: str
    town: str
    offers: str
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class ChangedPlaceRow:
    """A partner that the file tells something else of; `changes`: field, before, after, the team's word if any."""

    stream: UUID
    name: str
    changes: Sequence[tuple[str, str, str, str]]


@dataclass(frozen=True, slots=True)
class DoubtfulPlaceRow:
    """A place to look at: why, each time with the partner that it is like, if it is listed."""

    line: int
    name: str
    town: str
    facts: str
    why: Sequence[tuple[str, UUID | None]]
    ways: Sequence[tuple[str, str]]
    way: str


@dataclass(frozen=True, slots=True)
class ServiceRow:
    partner: str
    stream: UUID
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class GonePlaceRow:
    stream: UUID
    name: str
    source: str


@dataclass(frozen=True, kw_only=True)
class PlacesPreviewPage(Page):
    """The preview of a file of places. `kept` are hidden fields: the choices made on other pages of its lists."""

    template = "partners/import_preview.html"
    shows = NOBODY

    token: str
    file: str
    kind: str
    territory: str
    is_stated: bool
    figures: Sequence[tuple[int, str]]
    may_record: bool
    columns: Sequence[PlaceColumn]
    totals: Mapping[str, int]
    pages: Mapping[str, Pager]
    kept: Sequence[tuple[str, str]]
    changed: Sequence[ChangedPlaceRow]
    doubtful: Sequence[DoubtfulPlaceRow]
    new: Sequence[NewPlaceRow]
    services: Sequence[ServiceRow]
    gone: Sequence[GonePlaceRow]
    aside: Sequence[NewPlaceRow]
    outside: Sequence[NewPlaceRow]
    remarks: Sequence[str]
    rest: str
    notes_gone: bool
    loses_much: bool
    form: OpenForm
    command_id: UUID


def preview_page(
    desk: Desk, token: str, name: str, prepared: PreparedPlaces, chosen: PlaceSelection, errors: Mapping[str, str]
) -> PlacesPreviewPage:
    """Returns the preview of a file `name`, with what was chosen of it."""
    plan = prepared.plan
    assert plan is not None
    doubtful = plan.doubtful
    looked = {one.place.line for one in doubtful}
    plain = [one for one in plan.new if one.line not in looked]
    remarks = [sentence(one) for one in prepared.file.problems]
    lists: dict[str, Sequence[Any]] = {
        "c": plan.changed,
        "d": doubtful,
        "n": plan.services or plain,
        "g": plan.gone,
        "a": plan.aside,
        "o": [one for one in plan.outside if one.line not in looked],
        "r": remarks,
    }
    pages = {code: Pager.at(len(rows), chosen.pages[code], "", {}) for code, rows in lists.items()}
    shown = {code: rows[pages[code].offset : pages[code].offset + SIZE] for code, rows in lists.items()}
    is_table = prepared.file.kind == "table"
    return PlacesPreviewPage(
        token=token,
        file=name,
        kind=KINDS_OF_FILE[plan.kind],
        territory=french.territory(prepared.territory),
        is_stated=prepared.territory.is_stated,
        figures=figures(plan, len(plain), len(doubtful)),
        may_record=prepared.territory.is_stated and bool(plan.tells or doubtful or plan.aside),
        columns=choices_of(prepared.file.columns, prepared.mapping) if is_table else [],
        totals={code: len(rows) for code, rows in lists.items()},
        pages=pages,
        kept=_kept(chosen, shown),
        changed=_changed(desk, shown["c"]),
        doubtful=[_doubtful(one, chosen) for one in shown["d"]],
        new=[] if plan.services else [_row(one, one.line in chosen.left) for one in shown["n"]],
        services=_services(desk, shown["n"]) if plan.services else [],
        gone=_gone(desk, shown["g"]),
        aside=[_row(one, one.line in chosen.back) for one in shown["a"]],
        outside=[_row(one) for one in shown["o"]],
        remarks=shown["r"],
        rest=chosen.rest,
        notes_gone=chosen.notes_gone(plan),
        loses_much=plan.loses_much,
        form=OpenForm("import", errors=errors, seen=import_choices.seen(prepared)),
        command_id=desk.new_command(),
    )


def figures(plan: PlacePlan, new: int, doubtful: int) -> list[tuple[int, str]]:
    """Returns the number of places by change."""
    named = (
        (len(plan.services), "nouvelle offre", "nouvelles offres")
        if plan.services
        else (new, "nouveau lieu", "nouveaux lieux"),
        (len(plan.changed), "changé", "changés"),
        (plan.unchanged, "inchangé", "inchangés"),
        (doubtful, "à vérifier", "à vérifier"),
        (len(plan.gone), "disparu", "disparus"),
        (len(plan.aside), "mis de côté", "mis de côté"),
        (len(plan.outside) - len(plan.unplaced), "hors du territoire", "hors du territoire"),
        (plan.unlisted, "service d’une structure non inscrite", "services de structures non inscrites"),
        (plan.refused, "illisible", "illisibles"),
    )
    return [(count, one if count < 2 else many) for count, one, many in named]


def _kept(chosen: PlaceSelection, shown: Mapping[str, Sequence[Any]]) -> list[tuple[str, str]]:
    """Returns the choices about rows that are not on this page."""
    here = {code: {one.line for one in shown[code] if isinstance(one, Place)} for code in ("n", "a")}
    doubts = {one.place.line for one in shown["d"]}
    return [
        *(("left", str(line)) for line in sorted(chosen.left - here["n"])),
        *(("back", str(line)) for line in sorted(chosen.back - here["a"])),
        *(("doubt", f"{line}:{way}") for line, way in sorted(chosen.ways.items()) if line not in doubts),
    ]


def _row(place: Place, ticked: bool = False) -> NewPlaceRow:
    return NewPlaceRow(place.line, typeset(place.name), _town(place), _offers(place), ticked)


def _town(place: Place) -> str:
    return typeset(place.commune or place.postal_code or NOTHING)


def _offers(place: Place) -> str:
    return typeset(", ".join((*place.services, *place.labels, *place.thematics)))


def _changed(desk: Desk, rows: Sequence[tuple[Place, UUID]]) -> list[ChangedPlaceRow]:
    states = folds_of(desk.read, [stream for _, stream in rows])
    return [_changes(place, stream, states[stream]) for place, stream in rows if stream in states]


def _changes(place: Place, stream: UUID, state: PartnerState) -> ChangedPlaceRow:
    """Returns each field that the source says otherwise than before."""
    known = state.sources.get(key_of(place))
    before, after = known.details if known else PartnerDetails(), details_of(place)
    fields = [name for name in files.FIELDS if getattr(before, name) != getattr(after, name)]
    changes = [
        (files.FIELDS[name], _value(name, getattr(before, name)), _value(name, getattr(after, name)), _own(state, name))
        for name in fields
    ]
    if known and known.updated != place.updated:
        changes.append(("Fiche du", _day(known.updated), _day(place.updated), ""))
    if known and known.gone:
        changes.append(("Dans la source", "disparu", "revenu", ""))
    return ChangedPlaceRow(stream, typeset(state.details.name), changes)


def _own(state: PartnerState, name: str) -> str:
    """Returns the team's word on a field, which the source now says otherwise."""
    known = state.corrections.get(name)
    return files.of_field(name, known.value) if known and known.contested is None else ""


def _value(name: str, value: Any) -> str:
    match value:
        case None:
            return NOTHING
        case (float() as north, float() as east):
            return f"{north:.5f} ; {east:.5f}"
    return typeset(files.of_field(name, value)) or NOTHING


def _day(day: Any) -> str:
    return dates.day(day, year=True) if day else NOTHING


def _doubtful(doubt: DoubtfulPlace, chosen: PlaceSelection) -> DoubtfulPlaceRow:
    place = doubt.place
    if doubt.alike:
        why = [(french.why_doubtful(one.other, one.likeness.reasons), one.stream) for one in doubt.alike]
        same = [(str(rank), french.same_as(one.other)) for rank, one in enumerate(doubt.alike)]
        ways = [*same, ("apart", french.APART), ("aside", french.ASIDE)]
    else:
        why = [(french.why_unplaced(" ".join(filter(None, (place.postal_code, place.commune)))), None)]
        ways = [("apart", french.UNPLACED_APART), ("aside", french.ASIDE)]
    way = chosen.ways.get(place.line)
    facts = typeset(", ".join(filter(None, (place.address, place.phone))))
    options = [(f"{place.line}:{code}", label) for code, label in ways]
    return DoubtfulPlaceRow(
        place.line,
        typeset(place.name),
        _town(place),
        facts,
        why,
        options,
        "" if way is None else f"{place.line}:{way}",
    )


def _services(desk: Desk, rows: Sequence[tuple[Place, UUID]]) -> list[ServiceRow]:
    states = folds_of(desk.read, [stream for _, stream in rows])
    found = []
    for place, stream in rows:
        terms = terms_of_service(place.name, place.thematics, place.kinds)
        name = states[stream].details.name if stream in states else NOTHING
        found.append(ServiceRow(typeset(name), stream, typeset(terms.label), files.OFFER_KINDS[terms.kind]))
    return found


def _gone(desk: Desk, rows: Sequence[KnownPlace]) -> list[GonePlaceRow]:
    states = folds_of(desk.read, [one.stream for one in rows])
    return [
        GonePlaceRow(
            one.stream,
            typeset(states[one.stream].details.name) if one.stream in states else NOTHING,
            files.source_name(one.source),
        )
        for one in rows
    ]
