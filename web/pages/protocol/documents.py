"""A protocol and a grid in words, as the page of the protocol and the page of a draft show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pixflow.documents.grille import Band, Grille
from pixflow.documents.protocol import ProtocolDocument
from web.french.protocol import protocol as french
from web.french.protocol.protocol import ProtocolTask
from web.french.typography import say


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
    """A proposal of a band; `details` are its partner and its conditions."""

    label: str
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


def grid_text(document: Grille) -> list[BandText]:
    return [_band_text(band) for band in document.bands]


def _band_text(band: Band) -> BandText:
    proposals = [ProposalText(one.label, french.proposal(one), one.note, one.advisor_only) for one in band.proposals]
    return BandText(band.low, band.high, band.objective, proposals)
