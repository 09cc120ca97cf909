"""A result read by the grid: the participations behind it, the prescriptions built on it, the block for i-Milo."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pixflow.dossier.state import ActionState, BuiltPrescription, Dossier, LinkedParticipation
from pixflow.events.values import Action
from pixflow.protocol.grille import Explanation, Grille, Proposal, explain
from web.desk.desk import Desk
from web.french.dossier import path


@dataclass(frozen=True, slots=True)
class Prescribed:
    """A prescription beside what the grid proposed; `reserved` are the actions for the advisor's eyes only."""

    built: BuiltPrescription
    participation: UUID
    proposals: Sequence[tuple[Proposal, bool]]
    added: Sequence[Action]
    actions: Sequence[tuple[ActionState, str]]
    reserved: frozenset[UUID]


def taken(dossier: Dossier) -> list[tuple[UUID, LinkedParticipation]]:
    """Every participation, in the order in which they were begun."""
    return sorted(dossier.diagnostic.participations.items(), key=lambda item: _begun(item[1]))


def _begun(link: LinkedParticipation) -> tuple[date, int]:
    return (link.started.day if link.started else link.mark.on, link.mark.version)


def of(desk: Desk, dossier: Dossier, on: date | None = None) -> Explanation | None:
    """The current initial result, read by the grid its prescription relied on, else by that of a day (today's)."""
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


def bands(desk: Desk, read: Explanation | None) -> list[dict[str, Any]]:
    """The grid's bands, as ui.score_bar draws them."""
    known = grille(desk, read.grille_number) if read else None
    return [{"low": band.low, "high": band.high, "label": band.short} for band in (known.bands if known else ())]


def prescribed(desk: Desk, dossier: Dossier) -> Iterator[Prescribed]:
    """Every prescription that stands, the latest first."""
    built = sorted(dossier.prescription.built.items(), key=lambda item: -item[1].mark.version)
    for participation, one in built:
        relied_on = grille(desk, one.grille)
        bands_then = relied_on.bands if relied_on else ()
        known = {p.id: p for band in bands_then if band.low == one.low for p in band.proposals}
        kept = {action.proposal for action in one.actions}
        states = [dossier.parcours.actions[action.id] for action in one.actions]
        reserved = {a.id for a in one.actions if a.proposal in known and known[a.proposal].advisor_only}
        yield Prescribed(
            one,
            participation,
            [(known[id], id in kept) for id in one.proposed if id in known],
            [action for action in one.actions if action.proposal is None],
            [(state, path.action(state, desk.today)) for state in states],
            frozenset(reserved),
        )


def rank(dossier: Dossier) -> int:
    """Which of the initial participations the current result is, counted from 1."""
    current = dossier.diagnostic.current("initial")
    initial = [id for id, link in taken(dossier) if link.purpose == "initial"]
    return initial.index(current[0]) + 1 if current else 0


def imilo(dossier: Dossier, prescriptions: Sequence[Prescribed]) -> list[str]:
    """Each prescription as plain text in i-Milo's words, to copy; what is the advisor's alone stays out."""
    return [
        path.imilo_block(
            one.built,
            dossier.diagnostic.participations.get(one.participation),
            [state for state, _ in one.actions if state.action.id not in one.reserved],
        )
        for one in prescriptions
    ]
