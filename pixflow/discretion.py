"""The actions that the reading grid keeps for the advisor, and a dossier without them (docs/domain.md#papers).

A paper, a file, an e-mail, a link or a copy is made of what is left: no text can say what it does not have.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from msgspec import structs

from pixflow.dossier.state import BuiltPrescription, Dossier
from pixflow.events.base import Recorded
from pixflow.events.dossier import ActionAdded, PrescriptionBuilt
from pixflow.reference_data import References


def marks(refs: References, built: BuiltPrescription | PrescriptionBuilt) -> frozenset[str]:
    """Returns the ids of the proposals that the grid of a prescription keeps for the advisor, in its band."""
    grid = refs.grilles.numbered(built.grille)
    bands = [band for band in grid.bands if band.low == built.low] if grid else []
    return frozenset(one.id for band in bands for one in band.proposals if one.advisor_only)


def marked_actions(refs: References, dossier: Dossier) -> frozenset[UUID]:
    """Returns the actions of a dossier that are for the advisor alone."""
    prescriptions = dossier.prescription.built.values()
    return frozenset(a.id for one in prescriptions for a in one.all_actions if a.proposal in marks(refs, one))


def without_marked(refs: References, dossier: Dossier) -> Dossier:
    """Returns a dossier without the actions that are for the advisor alone."""
    marked = marked_actions(refs, dossier)
    built = {
        id: structs.replace(
            one,
            proposed=_others(one.proposed, marks(refs, one)),
            actions=tuple(action for action in one.actions if action.id not in marked),
            added=tuple(new for new in one.added if new.action.id not in marked),
        )
        for id, one in dossier.prescription.built.items()
    }
    actions = {id: one for id, one in dossier.parcours.actions.items() if id not in marked}
    return structs.replace(
        dossier,
        prescription=structs.replace(dossier.prescription, built=built),
        parcours=structs.replace(dossier.parcours, actions=actions),
    )


def history_without_marked(refs: References, history: Sequence[Recorded]) -> Iterator[Recorded]:
    """Yields the events of a dossier without the actions that are for the advisor alone, nor what became of them."""
    hidden, kept_back = set[UUID](), dict[UUID, frozenset[str]]()
    for recorded in history:
        event = recorded.event
        if isinstance(event, PrescriptionBuilt):
            marked = kept_back[event.participation] = marks(refs, event)
            hidden |= {action.id for action in event.actions if action.proposal in marked}
            actions = tuple(action for action in event.actions if action.id not in hidden)
            event = replace(event, proposed=_others(event.proposed, marked), actions=actions)
            yield structs.replace(recorded, event=event)
        elif isinstance(event, ActionAdded) and event.added.proposal in kept_back.get(event.participation, ()):
            hidden.add(event.added.id)
        elif hidden & {getattr(event, "action", None), referral := getattr(event, "referral", None)}:
            hidden |= {referral} if referral else set()
        else:
            yield recorded


def _others(proposals: Iterable[str], marked: frozenset[str]) -> tuple[str, ...]:
    return tuple(one for one in proposals if one not in marked)
