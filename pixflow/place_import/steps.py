"""The decisions of an import, from its plan."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID, uuid5

from pixflow.open_data.place import Place
from pixflow.partners.catalogue import receive_catalogue, set_place_aside
from pixflow.partners.levels import terms_of_service
from pixflow.partners.offers import list_offer
from pixflow.partners.places import import_place, withdraw_place
from pixflow.place_import.plan import PlacePlan, details_of, digest_of, id_of, key_of, offer_id
from pixflow.unit_of_work import Step


def steps(plan: PlacePlan, catalogue: UUID, aside: Collection[str] = ()) -> Iterator[Step]:
    """Yields the decisions of a plan. `aside` are the keys of new places that the person does not keep.

    The words of a file are context: its digests, SIRETs and telephones are no text of a person that could hold a NIR.
    """
    left = tuple((one.source, id_of(one)) for one in plan.new if key_of(one) in aside)
    kept = [one for one in plan.new if key_of(one) not in aside]
    counts = plan.counts | {"new": len(kept), "aside": plan.aside + len(left)}
    received = {"digest": plan.digest, "kind": plan.kind, "counts": counts}
    yield Step({"catalogue": catalogue}, receive_catalogue, context=received)
    if left:
        yield Step({"catalogue": catalogue}, set_place_aside, context={"places": left, "reason": "not-a-partner"})
    for place in kept:
        yield _told(place, partner_id(catalogue, place))
    for place, stream in plan.changed:
        yield _told(place, stream)
    for gone in plan.gone:
        yield Step({"partner": gone.stream}, withdraw_place, context={"source": gone.source, "place": gone.place})
    for place, stream in plan.services:
        terms = terms_of_service(place.name, place.thematics, place.kinds)
        yield Step({"partner": stream}, list_offer, context={"offer": offer_id(stream, place), "terms": terms})


def partner_id(catalogue: UUID, place: Place) -> UUID:
    """Returns the id of the partner that a place becomes: always the same one in a structure."""
    return uuid5(catalogue, key_of(place))


def _told(place: Place, stream: UUID) -> Step:
    told: dict[str, Any] = {
        "source": place.source,
        "place": id_of(place),
        "updated": place.updated,
        "digest": digest_of(place),
        "details": details_of(place),
    }
    return Step({"partner": stream}, import_place, context=told)
