"""The actions that the reading grid keeps for the advisor, and a dossier without them (docs/domain.md#papers).

A paper, a file, an e-mail, a link or a copy is made of what is left: no text can say what it does not have.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from msgspec import structs

from pixflow.documents.grille import band_of
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.events.dossier import ActionAdded, PrescriptionBuilt, ReadingReviewed
from pixflow.reference_data import References


def marks(refs: References, number: int | None, percent: int | None) -> frozenset[str]:
    """Returns the ids of the proposals that a grid keeps for the advisor, in the band of a score."""
    grid = refs.grilles.numbered(number)
    proposals = band_of(grid, percent).proposals if grid and percent is not None else ()
    return frozenset(one.id for one in proposals if one.advisor_only)


def marks_of(refs: References, dossier: Dossier, participation: UUID) -> frozenset[str]:
    """Returns the proposals kept for the advisor by the grid of a prescription, or by one that was told."""
    built, reviews = dossier.prescription.built[participation], dossier.prescription.reviews.get(participation, ())
    numbers = (built.grille, *(one.number for one in reviews if one.told))
    return frozenset(id for number in numbers for id in marks(refs, number, built.percent))


def marked_actions(refs: References, dossier: Dossier) -> frozenset[UUID]:
    """Returns the actions of a dossier that are for the advisor alone."""
    marked: set[UUID] = set()
    for participation, built in dossier.prescription.built.items():
        ids = marks_of(refs, dossier, participation)
        marked |= {action.id for action in built.all_actions if action.proposal in ids}
    return frozenset(marked)


def without_marked(refs: References, dossier: Dossier) -> Dossier:
    """Returns a dossier without the actions that are for the advisor alone."""
    marked = marked_actions(refs, dossier)
    built = {
        id: structs.replace(
            prescription,
            proposed=_others(prescription.proposed, marks_of(refs, dossier, id)),
            actions=tuple(action for action in prescription.actions if action.id not in marked),
            added=tuple(new for new in prescription.added if new.action.id not in marked),
        )
        for id, prescription in dossier.prescription.built.items()
    }
    actions = {id: one for id, one in dossier.parcours.actions.items() if id not in marked}
    return structs.replace(
        dossier,
        prescription=structs.replace(dossier.prescription, built=built),
        parcours=structs.replace(dossier.parcours, actions=actions),
    )


def history_without_marked(refs: References, history: Sequence[Recorded]) -> Iterator[Recorded]:
    """Yields the events of a dossier without the actions that are for the advisor alone, nor what became of them."""
    hidden, kept_back = set[UUID](), defaultdict[UUID, frozenset[str]](frozenset)
    for recorded in history:
        event = recorded.event
        if isinstance(event, PrescriptionBuilt):
            kept_back[event.participation] |= marks(refs, event.grille, event.percent)
            marked = kept_back[event.participation]
            hidden |= {action.id for action in event.actions if action.proposal in marked}
            actions = tuple(action for action in event.actions if action.id not in hidden)
            event = replace(event, proposed=_others(event.proposed, marked), actions=actions)
            yield structs.replace(recorded, event=event)
        elif isinstance(event, ReadingReviewed) and event.told:
            kept_back[event.participation] |= marks(refs, event.number, event.low)
            yield recorded
        elif isinstance(event, ActionAdded) and event.added.proposal in kept_back[event.participation]:
            hidden.add(event.added.id)
        elif hidden & {getattr(event, "action", None), referral := getattr(event, "referral", None)}:
            hidden |= {referral} if referral else set()
        else:
            yield recorded


def _others(proposals: Iterable[str], marked: frozenset[str]) -> tuple[str, ...]:
    return tuple(one for one in proposals if one not in marked)
