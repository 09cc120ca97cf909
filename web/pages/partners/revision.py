"""The changes that a partner proposes by its link: the référent takes the ticked lines, the rest is closed."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pixflow.engine import Step
from pixflow.events.values import OfferTerms
from pixflow.partners import listing
from pixflow.partners.state import PartnerState, proposed
from pixflow.unit_of_work import Guard
from web.french.territory import files
from web.french.typography import say, typeset
from web.http.forms import Form
from web.pages.partners.forms import OF_COMMUNE

EMPTY = "rien"


class RevisionForm(Form):
    """The ticked lines, each a field of the file or the id of an offer, of the partner as it was `seen`."""

    ticked: tuple[str, ...] = ()
    seen: int


@dataclass(frozen=True, slots=True)
class ProposedLine:
    """A field, or an offer, that the partner would change: as it is, and as it would be."""

    value: str
    label: str
    before: str
    after: str


def proposed_lines(state: PartnerState) -> list[ProposedLine]:
    """Returns what the partner proposes and is not so yet; its commune is one line."""
    changes = proposed(state)
    return [*_of_file(state, changes.fields), *_of_offers(state, changes.offers)] if changes else []


def _of_file(state: PartnerState, fields: Mapping[str, str]) -> Iterator[ProposedLine]:
    details = state.details
    for name, after in fields.items():
        if name not in _COMMUNE:
            yield ProposedLine(name, files.FIELDS[name], _value(name, getattr(details, name)), _value(name, after))
    if fields.keys() & _COMMUNE:
        now = {name: getattr(details, name) for name in OF_COMMUNE}
        before, told = (typeset(f"{one['postal_code']} {one['town']}").strip() for one in (now, {**now, **fields}))
        yield ProposedLine("commune", files.FIELDS["town"], before or EMPTY, told or EMPTY)


def _value(name: str, text: str) -> str:
    return typeset(files.of_field(name, text)) if text else EMPTY


def _of_offers(state: PartnerState, offers: Mapping[UUID, OfferTerms]) -> Iterator[ProposedLine]:
    known = state.open_offers()
    for id, terms in offers.items():
        then, now = dict(files.of_terms(known[id])), dict(files.of_terms(terms))
        labels = [label for label in {**then, **now} if then.get(label) != now.get(label)]
        before, told = (_phrase_fields({label: one.get(label, EMPTY) for label in labels}) for one in (then, now))
        yield ProposedLine(str(id), terms.label, before, told)


def _phrase_fields(values: Mapping[str, str]) -> str:
    return ", ".join(say("{label} : {value}", label=label, value=value) for label, value in values.items())


_COMMUNE = {"commune", *OF_COMMUNE}


def steps(stream: UUID, state: PartnerState, ticked: Collection[str]) -> Iterator[Step]:
    """Yields the decisions that take the ticked lines, and close the review. They hold for these lines alone."""
    changes, lines = proposed(state), proposed_lines(state)
    unmoved = Guard(lambda now: proposed_lines(now) == lines)
    yield Step({"partner": stream}, listing.review_partner, guard=unmoved)
    for name, value in changes.fields.items() if changes else ():
        if ("commune" if name in _COMMUNE else name) in ticked:
            sent: dict[str, Any] = {"field": name, "value": value}
            yield Step({"partner": stream}, listing.correct_partner, sent)
    for id, terms in changes.offers.items() if changes else ():
        if str(id) in ticked:
            yield Step({"partner": stream}, listing.revise_offer, {"offer": id, "terms": terms})
