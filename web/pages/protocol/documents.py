"""A protocol and a grid in words, as the page of the protocol and the page of a draft show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pixflow.documents.grille import Band, Grille
from pixflow.documents.protocol import ProtocolDocument
from pixflow.identity import normalise
from pixflow.partners.listing import attach_name
from projections.territory import partners
from web.desk.desk import Desk
from web.desk.territory.contacts import READERS
from web.french.protocol import protocol as french
from web.french.protocol.protocol import ProtocolTask
from web.french.typography import say
from web.http.pagination import address
from web.pages.partners.listing import LIST
from web.pages.partners.names_routes import NAMES


@dataclass(frozen=True, slots=True)
class StageRow:
    stage: str
    who: str
    when: str
    how: str


@dataclass(frozen=True, slots=True)
class ProtocolText:
    """A protocol: its rules, its stages, its tasks with their delays, what follows them, the days of a link."""

    rules: str
    stages: Sequence[StageRow]
    tasks: Sequence[ProtocolTask]
    late: str
    partners: str


@dataclass(frozen=True, slots=True)
class ProposalText:
    """A proposal of a band; `details` are its conditions.

    `href` leads to the partner that it names, or to the names to attach; "" when this person reads neither.
    """

    label: str
    partner: str
    href: str
    details: str
    note: str
    advisor_only: bool


@dataclass(frozen=True, slots=True)
class BandText:
    """A band, from `low` to `high` %, both included."""

    low: int
    high: int
    objective: str
    proposals: Sequence[ProposalText]


def protocol_text(document: ProtocolDocument) -> ProtocolText:
    mandatory = "Il est obligatoire en CEJ." if document.cej_mandatory else ""
    place = say("Le test se passe {modalities}.", modalities=french.modalities(document))
    rules = (
        french.CONCERNED[document.concerned], mandatory, place, french.workshops(document),
        french.ROUTES[document.result_route],
    )  # fmt: skip
    return ProtocolText(
        rules=" ".join(filter(None, rules)),
        stages=[StageRow(one.stage, one.who, one.when, one.how) for one in document.stages],
        tasks=french.owed(document),
        late=f"{french.tries(document.tries)} {french.escalation(document.escalation)}",
        partners=french.partner_link(document.partner_link),
    )


def grid_text(desk: Desk, document: Grille) -> list[BandText]:
    named = {normalise(one.partner) for band in document.bands for one in band.proposals if one.partner}
    known = partners.named(desk.read, sorted(named)) if desk.roles & READERS else {}
    links = {sort: f"{LIST}/{stream}" for sort, stream in known.items()}
    if desk.may(attach_name):
        links = {sort: address(NAMES, {"nom": sort}) for sort in named} | links
    return [_band_text(band, links) for band in document.bands]


def _band_text(band: Band, links: Mapping[str, str]) -> BandText:
    proposals = [
        ProposalText(
            one.label,
            one.partner or "",
            links.get(normalise(one.partner or ""), ""),
            french.proposal(one),
            one.note,
            one.advisor_only,
        )
        for one in band.proposals
    ]
    return BandText(band.low, band.high, band.objective, proposals)
