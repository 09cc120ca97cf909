"""The current result as the grid reads it, the prescriptions built on it, and their text for i-Milo."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pixflow.documents.grille import Explanation, Grille, Proposal, explain
from pixflow.dossier.state import ActionState, BuiltPrescription, Dossier, LinkedParticipation
from pixflow.events.values import Action
from web.desk.desk import Desk
from web.french.dossier import path
from web.http.templates import ScoreBand


@dataclass(frozen=True, slots=True)
class PrescriptionRow:
    """A prescription beside the proposals of the grid; `reserved` are the actions that only the advisor sees."""

    built: BuiltPrescription
    participation: UUID
    proposals: Sequence[tuple[Proposal, bool]]
    added: Sequence[Action]
    actions: Sequence[tuple[ActionState, str]]
    reserved: frozenset[UUID]


def participations(dossier: Dossier) -> list[tuple[UUID, LinkedParticipation]]:
    """Returns the participations in the order of their starts."""
    return sorted(dossier.diagnostic.participations.items(), key=lambda item: _begun(item[1]))


def _begun(link: LinkedParticipation) -> tuple[date, int]:
    return (link.started.day if link.started else link.stamp.on, link.stamp.version)


def read(desk: Desk, dossier: Dossier, on: date | None = None) -> Explanation | None:
    """Reads the current initial result by the grid of its prescription, else by that of a day (default: today)."""
    current = dossier.diagnostic.current("initial")
    mastery = current[1].result.mastery if current and current[1].result else None
    if current is None or mastery is None:
        return None
    built = dossier.prescription.built.get(current[0])
    known = grille(desk, built.grille) if built else None
    published = desk.refs.grille(on or desk.today)
    if built and built.grille and known:
        return explain(known, built.grille, mastery, dossier.programme)
    return explain(published.document, published.number, mastery, dossier.programme)


def grille(desk: Desk, number: int | None) -> Grille | None:
    return next((known.document for _, known in desk.refs.grilles.published if known.number == number), None)


def bands(desk: Desk, reading: Explanation | None) -> list[ScoreBand]:
    known = grille(desk, reading.grille_number) if reading else None
    return [ScoreBand(band.low, band.high, band.short) for band in (known.bands if known else ())]


def prescribed(desk: Desk, dossier: Dossier) -> Iterator[PrescriptionRow]:
    """Returns the prescriptions, the latest first."""
    built = sorted(dossier.prescription.built.items(), key=lambda item: -item[1].stamp.version)
    for participation, one in built:
        relied_on = grille(desk, one.grille)
        bands_then = relied_on.bands if relied_on else ()
        known = {p.id: p for band in bands_then if band.low == one.low for p in band.proposals}
        kept = {action.proposal for action in one.actions}
        states = [dossier.parcours.actions[action.id] for action in one.actions]
        reserved = {a.id for a in one.actions if a.proposal in known and known[a.proposal].advisor_only}
        yield PrescriptionRow(
            one,
            participation,
            [(known[id], id in kept) for id in one.proposed if id in known],
            [action for action in one.actions if action.proposal is None],
            [(state, path.action(state, desk.today)) for state in states],
            frozenset(reserved),
        )


def rank(dossier: Dossier) -> int:
    """Returns the rank of the current result among the initial participations, from 1; 0 without one."""
    current = dossier.diagnostic.current("initial")
    initial = [id for id, link in participations(dossier) if link.purpose == "initial"]
    return initial.index(current[0]) + 1 if current else 0


def imilo(dossier: Dossier, prescriptions: Sequence[PrescriptionRow]) -> list[str]:
    """Returns each prescription as plain text for i-Milo, without the actions reserved to the advisor."""
    return [
        path.imilo_block(
            one.built,
            dossier.diagnostic.participations.get(one.participation),
            [state for state, _ in one.actions if state.action.id not in one.reserved],
        )
        for one in prescriptions
    ]
