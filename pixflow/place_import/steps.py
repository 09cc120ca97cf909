"""The decisions of an import, from its plan and the choices made in its preview."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, Literal
from uuid import UUID, uuid5

from msgspec import Struct

from pixflow.folding import Stamp
from pixflow.open_data.place import Place
from pixflow.partners.catalogue import receive_catalogue, reclaim_place, set_place_aside
from pixflow.partners.listing import (
    absorb_partner,
    import_place,
    join_partner,
    list_offer,
    note_difference,
    withdraw_place,
)
from pixflow.partners.state import PartnerState, SourceState, terms_of_service
from pixflow.place_import.plan import PlacePlan, TwicePlace, details_of, digest_of, id_of, key_of, offer_id
from pixflow.unit_of_work import Guard, Step

Way = Literal["apart", "aside"] | int
"""A doubtful place is another one than those that it is like, is set aside, or is the same as the one of this rank."""

Rest = Literal["apart", "later", "join"]
"""The doubtful places that nobody says anything about are listed, wait, or are joined."""


class PlaceChoices(Struct, frozen=True):
    """Choices for the places of a file; by default those of the terminal.

    `aside`: keys of new places that are not kept. `back`: keys of places set aside before that are wanted again.
    `ways`: what becomes of doubtful places, by line. `rest`: doubtful places without a way are listed apart, left for
    later, or joined to the only place that they are like; like several, they are left. `vanished`: the places that the
    sources no longer have are noted.
    """

    aside: frozenset[str] = frozenset()
    back: frozenset[str] = frozenset()
    ways: Mapping[int, Way] = {}
    rest: Rest = "apart"
    vanished: bool = True


def _settle(
    plan: PlacePlan, catalogue: UUID, choices: PlaceChoices
) -> tuple[Collection[Place], Collection[Place], Mapping[str, UUID], Collection[tuple[Place, UUID]]]:
    """Returns the new places that are listed, those not wanted, by key those joined to a partner, those apart from one.

    A place joined to one that is not listed is left for later.
    """
    place_by_key: dict[str, Place] = {}
    aside: list[Place] = [one for one in plan.new if key_of(one) in choices.aside]
    same: dict[str, UUID] = {}
    apart: list[tuple[Place, UUID]] = []
    left = set(map(key_of, aside))
    doubtful = {key_of(one.place): one for one in plan.doubtful}
    back = [one for one in plan.aside if key_of(one) in choices.back]
    for place in sorted([*plan.new, *plan.unplaced, *back], key=lambda one: one.line):
        key, doubt = key_of(place), doubtful.get(key_of(place))
        if key in left:
            continue
        way = choices.ways.get(place.line) if doubt else "apart"
        if doubt and way is None and choices.rest == "join" and len(doubt.alike) == 1:
            way = 0
        if way == "aside":
            aside.append(place)
        elif isinstance(way, int):
            if (
                doubt
                and way < len(doubt.alike)
                and (target := _target(doubt.alike[way], catalogue, place_by_key, same))
            ):
                place_by_key[key], same[key] = place, target
        elif way or (choices.rest == "apart" and place.insee):
            place_by_key[key] = place
            others = [_target(one, catalogue, place_by_key, same) for one in doubt.alike] if way and doubt else []
            apart += [(place, other) for other in dict.fromkeys(others) if other]
    return place_by_key.values(), aside, same, apart


def steps(plan: PlacePlan, catalogue: UUID, version: int, today: date, choices: PlaceChoices) -> Iterator[Step]:
    """Yields the decisions of a plan made on this version of the catalogue.

    The words of a file are context: its digests, SIRETs and telephones are no text of a person that could hold a NIR.
    """
    new_places, aside, same, apart = _settle(plan, catalogue, choices)
    gone = plan.gone if choices.vanished else ()
    counts = plan.counts | {"new": len(new_places), "gone": len(gone)}
    counts |= {"aside": len(plan.aside) + len(aside) - len(choices.back)}
    received = {"digest": plan.digest, "kind": plan.kind, "counts": counts}
    unmoved = Guard(lambda state: state.version == version)
    yield Step({"catalogue": catalogue}, receive_catalogue, context=received, guard=unmoved)
    for place in plan.aside:
        if key_of(place) in choices.back:
            back = {"source": place.source, "place": id_of(place)}
            yield Step({"catalogue": catalogue}, reclaim_place, context=back)
    if aside:
        left = tuple((one.source, id_of(one)) for one in aside)
        yield Step({"catalogue": catalogue}, set_place_aside, context={"places": left, "reason": "not-a-partner"})
    for place in new_places:
        yield _step_of(place, partner_id(catalogue, place))
    for place, stream in plan.changed:
        yield _step_of(place, stream)
    for one in gone:
        yield Step({"partner": one.stream}, withdraw_place, context={"source": one.source, "place": one.place})
    for place, other in apart:
        yield Step({"partner": partner_id(catalogue, place)}, note_difference, context={"other": other})
    for place in new_places:
        if into := same.get(key_of(place)):
            other = partner_id(catalogue, place)
            yield Step({"partner": other}, absorb_partner, context={"into": into})
            stamp = Stamp(today, 1)
            source = SourceState(place.source, id_of(place), place.updated, digest_of(place), details_of(place), stamp)
            takes = PartnerState(version=1, listed=stamp, sources={key_of(place): source})  # as it has just become
            yield Step({"partner": into}, join_partner, context={"other": other, "takes": takes})
    for place, stream in plan.services:
        terms = terms_of_service(place.name, place.thematics, place.kinds)
        yield Step({"partner": stream}, list_offer, context={"offer": offer_id(stream, place), "terms": terms})


def partner_id(catalogue: UUID, place: Place) -> UUID:
    """Returns the id of the partner that a place becomes: always the same one in a structure."""
    return uuid5(catalogue, key_of(place))


def _target(
    pair: TwicePlace, catalogue: UUID, place_by_key: Mapping[str, Place], same: Mapping[str, UUID]
) -> UUID | None:
    """Returns the partner that goes on; None when the place before is not listed."""
    if pair.before is None:
        return pair.stream
    key = key_of(pair.before)
    return same.get(key, partner_id(catalogue, pair.before)) if key in place_by_key else None


def _step_of(place: Place, stream: UUID) -> Step:
    context: dict[str, Any] = {
        "source": place.source,
        "place": id_of(place),
        "updated": place.updated,
        "digest": digest_of(place),
        "details": details_of(place),
    }
    return Step({"partner": stream}, import_place, context=context)
