"""The receipt of an import of places: what it recorded, its undo, and what the undo leaves."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.engine import Step
from pixflow.events import partner as e
from pixflow.events.base import Recorded
from pixflow.folding import not_retracted
from pixflow.partners.catalogue import reclaim_place, set_place_aside
from pixflow.partners.listing import take_back_command
from pixflow.partners.state import place_key
from projections import partners
from web.desk import refusals
from web.desk.commands import must, read_button, record_all
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import dates
from web.french.events import sentences
from web.french.territory import places as french
from web.french.typography import typeset
from web.http.addresses import SIZE, PageNumber, Pager
from web.http.forms import Form, FormData
from web.http.people import NOBODY
from web.http.templates import show
from web.pages.partners import duplicates
from web.pages.partners.import_routes import IMPORT, AtImport
from web.pages.partners.undo import Group, read_command

router = APIRouter()
DONE = f"{IMPORT}/fait"


@router.get(f"{DONE}/{{receipt:uuid}}")
def read(request: Request, desk: AtImport, receipt: UUID, p: PageNumber = 1, r: PageNumber = 1) -> Response:
    """Shows what an import recorded and what counts of it; `r` is a page of what its undo leaves."""
    return _page(request, desk, receipt, p, r)


@router.post(f"{DONE}/{{receipt:uuid}}/annuler")
def undo(request: Request, desk: AtImport, receipt: UUID, data: FormData) -> Response:
    """Takes back an import in one command, but for the places that something followed."""
    must(desk, take_back_command)
    recorded, form = _find_events(desk, receipt), read_button(Form, data)
    steps = [*read_command(desk, receipt, recorded).steps(), *_of_catalogue(desk, receipt)]
    if steps:
        outcome = record_all(desk, steps, ("undo places", receipt), command_id=form.command_id)
        if outcome.refused:
            desk.refresh()
            return _page(request, desk, receipt, error=refusals.sentence(desk, outcome.refused))
    return RedirectResponse(f"{DONE}/{receipt}", 303)


def _find_events(desk: Desk, receipt: UUID) -> list[Recorded]:
    """Returns the events of an import. Raises 404 for another command."""
    recorded = desk.engine.events_of_command(receipt)
    if not any(isinstance(one.event, e.CatalogueReceived | e.PlaceSetAside | e.TableMapped) for one in recorded):
        raise HTTPException(404)
    return recorded


def _of_catalogue(desk: Desk, receipt: UUID) -> Iterator[Step]:
    """Yields the decisions that take back what an import set aside or reclaimed, and nobody has settled since."""
    stream = {"catalogue": desk.served.opened.stream("catalogue")}
    of_place: dict[str, list[Recorded]] = {}
    for one in desk.trail(stream["catalogue"]):
        if isinstance(one.event, e.PlaceSetAside | e.PlaceReclaimed):
            of_place.setdefault(place_key(one.event.source, one.event.place), []).append(one)
    for *before, last in of_place.values():
        match last.event:
            case _ if last.command != receipt:
                pass
            case e.PlaceSetAside(source=source, place=place):
                yield Step(stream, reclaim_place, context={"source": source, "place": place})
            case e.PlaceReclaimed(source=source, place=place):
                reasons = [one.event.reason for one in before if isinstance(one.event, e.PlaceSetAside)]
                yield Step(stream, set_place_aside, context={"places": ((source, place),), "reason": reasons[-1]})


def _page(request: Request, desk: Desk, receipt: UUID, number: int = 1, rest: int = 1, *, error: str = "") -> Response:
    events = _find_events(desk, receipt)
    stands, aside = read_command(desk, receipt, events), list(_of_catalogue(desk, receipt))
    left = stands.left
    joined = {one.originator_id for one in left if isinstance(one.event, e.PartnerAbsorbed)}
    listed = [
        (one.originator_id, typeset(one.event.details.name), typeset(one.event.details.town))
        for one in left
        if isinstance(one.event, e.PartnerListed) and one.originator_id not in joined
    ]
    counts = _count(left, len(listed), Counter(step.decision.name for step in aside))
    pages = {"p": str(number) if number > 1 else "", "r": str(rest) if rest > 1 else ""}
    pager = Pager.at(len(listed), number, request.url.path, {"r": pages["r"]})
    others = Pager.at(len(stands.followed), rest, request.url.path, {"p": pages["p"]}, name="r", anchor="#left")
    is_undone = bool(stands.back) or (not aside and any(isinstance(one.event, e.PlaceSetAside) for one in events))
    return show(
        request,
        "partners/import_done.html",
        None,
        NOBODY,
        counts=counts,
        rows=listed[pager.offset : pager.offset + SIZE],
        pager=pager,
        duplicates=len(duplicates.proposed(desk)) if listed else 0,
        title=french.phrase_receipt(not counts and not is_undone, is_undone, bool(stands.followed)),
        undone=len(stands.undone) if is_undone else None,
        followed=[_what_followed(desk, one, receipt) for one in stands.followed[others.offset : others.offset + SIZE]],
        others=others,
        undo=f"{DONE}/{receipt}/annuler" if (stands.free or aside) and desk.may(take_back_command) else "",
        error=error,
        status=422 if error else 200,
    )


def _count(left: Sequence[Recorded], listed: int, settled: Counter[str]) -> list[tuple[int, str, str]]:
    """Returns what counts of an import, without zeros: a count, and its words for one and for several."""
    count = Counter(type(one.event) for one in left)
    counted = (
        (listed, "partenaire inscrit", "partenaires inscrits"),
        (count[e.SourceTold] - count[e.PartnersJoined], "fiche changée", "fiches changées"),
        (count[e.PartnersJoined], "lieu réuni à une fiche", "lieux réunis à une fiche"),
        (count[e.OfferListed], "offre inscrite", "offres inscrites"),
        (count[e.SourceWithdrawn], "disparition notée", "disparitions notées"),
        (settled[reclaim_place.name], "lieu mis de côté", "lieux mis de côté"),
        (settled[set_place_aside.name], "lieu repris", "lieux repris"),
    )
    return [row for row in counted if row[0]]


def _what_followed(desk: Desk, group: Group, receipt: UUID) -> tuple[UUID, str, str, str]:
    """Returns the partner that stays, its name, what followed there, who and when."""
    names, stream = names_for(desk), group[-1]
    for stream in group:
        trail = desk.trail(stream)
        told = not_retracted(trail)
        last = max((rank for rank, one in enumerate(told) if one.command == receipt), default=len(told))
        for one in told[last + 1 :]:
            said = sentences.sentence(one, names, zone=desk.zone, history=trail)
            return stream, _name(desk, stream), said, f"{sentences.who(one, names)}, {dates.instant(one.at, desk.zone)}"
    return stream, _name(desk, stream), french.CALLED, ""


def _name(desk: Desk, stream: UUID) -> str:
    row: Any = partners.find(desk.read, stream)
    return typeset(", ".join(filter(None, (row.name, row.town)))) if row else ""
